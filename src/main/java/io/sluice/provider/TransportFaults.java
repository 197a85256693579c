package io.sluice.provider;

import io.netty.util.IllegalReferenceCountException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.vertx.core.http.GoAway;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;

/**
 * What breaks below HTTP, in Sluice's words. Nothing was sent where there was no connection, or where HTTP/2 says so: the
 * endpoint is ill, and the request may go anywhere. Where the connection broke after the request was written, nobody knows
 * whether it was acted upon.
 */
final class TransportFaults {
    /** No stream, or not of HTTP/2. */
    static final int NO_STREAM = -1;

    /** The error codes of RFC 9113, 7, with which a server says that it has not begun with a request. */
    private static final long REFUSED_STREAM = 7;

    private static final long HTTP_1_1_REQUIRED = 13;

    private TransportFaults() {}

    /**
     * A request was sent, and no answer came.
     *
     * @param stream the HTTP/2 stream that it was sent on; {@link #NO_STREAM} for none
     */
    static UpstreamFailure beforeHead(Throwable cause, int stream) {
        if (isUntouched(cause, stream)) {
            return UpstreamFailure.of(Kind.CONNECT, "The upstream sent the request back unread.");
        }
        boolean closed = cause instanceof HttpClosedException
                || cause instanceof StreamResetException
                || cause instanceof IOException;
        return closed
                ? UpstreamFailure.of(Kind.RESET, "The upstream closed the connection before it answered.")
                : UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream's answer is not valid HTTP.");
    }

    private static boolean isUntouched(Throwable cause, int stream) {
        if (cause instanceof StreamResetException reset) {
            return reset.getCode() == REFUSED_STREAM || reset.getCode() == HTTP_1_1_REQUIRED;
        }
        if (!(cause instanceof HttpClosedException closed) || stream == NO_STREAM) {
            return false;
        }
        try {
            GoAway last = closed.goAway();
            return last != null && stream > last.getLastStreamId();
        } catch (IllegalReferenceCountException e) {
            // Vert.x reads the frame again. It is gone when the stream outlived it, and was no stream that was sent
            // back.
            return false;
        }
    }
}
