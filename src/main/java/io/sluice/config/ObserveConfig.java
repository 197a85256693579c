package io.sluice.config;

/**
 * What a node shows of itself.
 *
 * @param metrics how many series there are
 * @param accessLog where the access log goes
 */
public record ObserveConfig(MetricsConfig metrics, AccessLogConfig accessLog) {
    /** Everything as usual. */
    public static final ObserveConfig DEFAULT = new ObserveConfig(MetricsConfig.DEFAULT, AccessLogConfig.DEFAULT);
}
