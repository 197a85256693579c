package io.sluice.domain.pool;

import java.time.Duration;

/**
 * How long an attempt may take in each of its phases.
 *
 * @param connect until the connection, TLS included, is there
 * @param firstByte from the written request to the response head when no stream was asked for
 * @param firstByteStream the same for a stream
 * @param idle between two pieces of the body, not counted while the client holds the stream back
 * @param total from the start of the attempt to its end
 */
public record Timeouts(Duration connect, Duration firstByte, Duration firstByteStream, Duration idle, Duration total) {
    /** The defaults: 5 s, 600 s, 60 s, 120 s, 30 min. */
    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(5),
            Duration.ofSeconds(600),
            Duration.ofSeconds(60),
            Duration.ofSeconds(120),
            Duration.ofMinutes(30));

    /**
     * From the written request to the response head.
     *
     * @param stream whether a stream was asked for
     */
    public Duration head(boolean stream) {
        return stream ? firstByteStream : firstByte;
    }

    /**
     * The longest that an attempt may lawfully take to its response head; for an upload, that of sending it too, which is as
     * slow as its client.
     *
     * @param stream whether a stream was asked for
     * @param upload whether the request is sent on while it comes
     */
    public Duration untilHead(boolean stream, boolean upload) {
        Duration answered = connect.plus(head(stream));
        return upload ? answered.plus(total) : answered;
    }
}
