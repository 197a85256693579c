package io.sluice.config;

import java.time.Duration;

/**
 * Bounds of realtime sessions. Each is a key of {@code http.realtime} in {@code node.yaml}.
 *
 * @param frame most bytes of one WebSocket frame, of the client and of the provider; the session ends at a larger one
 * @param message most bytes of a message in several frames; the session ends at a larger one
 * @param idle how long neither side may send anything
 * @param session how long a session may last
 */
public record RealtimeConfig(int frame, int message, Duration idle, Duration session) {
    /** The defaults: 4 MiB, 16 MiB, 10 min, 1 h. */
    public static final RealtimeConfig DEFAULT =
            new RealtimeConfig(4 * 1024 * 1024, 16 * 1024 * 1024, Duration.ofMinutes(10), Duration.ofHours(1));
}
