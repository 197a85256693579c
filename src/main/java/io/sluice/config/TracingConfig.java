package io.sluice.config;

import io.sluice.domain.Secret;
import java.time.Duration;
import java.util.Map;

/**
 * Where traces go.
 *
 * @param endpoint URL of the collector, of OTLP with HTTP and protobuf
 * @param headers what it asks for, by name
 * @param sample share of the requests that are traced when their clients do not trace them, 0 to 1
 * @param propagate whether providers are told of the trace
 * @param delay how long a span may wait for others, so that they go together
 * @param attributes what the node says of itself beside its name
 */
public record TracingConfig(
        String endpoint,
        Map<String, Secret> headers,
        double sample,
        boolean propagate,
        Duration delay,
        Map<String, String> attributes) {
    /** Copies the maps. */
    public TracingConfig {
        headers = Map.copyOf(headers);
        attributes = Map.copyOf(attributes);
    }
}
