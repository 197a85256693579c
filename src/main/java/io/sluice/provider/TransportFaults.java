package io.sluice.provider;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;

/** What breaks below HTTP, in Sluice's words. */
final class TransportFaults {
    private TransportFaults() {}

    /** A request was sent, and no answer came. */
    static UpstreamFailure beforeHead(Throwable cause) {
        boolean closed = cause instanceof HttpClosedException
                || cause instanceof StreamResetException
                || cause instanceof IOException;
        return closed
                ? UpstreamFailure.of(Kind.RESET, "The upstream closed the connection before it answered.")
                : UpstreamFailure.of(Kind.BAD_RESPONSE, "The upstream's answer is not valid HTTP.");
    }
}
