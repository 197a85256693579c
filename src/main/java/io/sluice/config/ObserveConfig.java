package io.sluice.config;

/**
 * What a node shows of itself.
 *
 * @param metrics how many series there are
 */
public record ObserveConfig(MetricsConfig metrics) {
    /** Everything as usual. */
    public static final ObserveConfig DEFAULT = new ObserveConfig(MetricsConfig.DEFAULT);
}
