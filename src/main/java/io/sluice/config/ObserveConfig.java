package io.sluice.config;

import org.jspecify.annotations.Nullable;

/**
 * What a node shows of itself.
 *
 * @param metrics how many series there are
 * @param accessLog where the access log goes
 * @param tracing where traces go; null for none
 */
public record ObserveConfig(
        MetricsConfig metrics,
        AccessLogConfig accessLog,
        @Nullable TracingConfig tracing) {
    /** Everything as usual. */
    public static final ObserveConfig DEFAULT = new ObserveConfig(MetricsConfig.DEFAULT, AccessLogConfig.DEFAULT, null);
}
