package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure;

/** The provider client's answer. */
public sealed interface OpenResult {
    /**
     * The provider answers with success; the stream is paused and waits for its claim.
     *
     * @param exchange to be claimed at once, on the same event loop
     * @param writtenAtNanos {@link System#nanoTime()} of the turn in which the request head was written
     */
    record Opened(UpstreamExchange exchange, long writtenAtNanos) implements OpenResult {}

    /**
     * The reservation ran out before the head could be written. Nothing was sent; reserve again and try again.
     *
     * @param connection the connection that is there by now
     */
    record LeaseExpired(ParkedConnection connection) implements OpenResult {}

    /**
     * The attempt failed, or the client left and what was open is closed.
     *
     * @param failure how: an upstream failure, or {@link GatewayFailure.ClientClosed}
     * @param sent whether the request head was written, so that the provider may have counted it
     * @param writtenAtNanos when, if it was
     */
    record Failed(GatewayFailure failure, boolean sent, long writtenAtNanos) implements OpenResult {}
}
