package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;

/** The provider client's answer. */
public sealed interface OpenResult {
    /**
     * The provider answers with success; the stream is paused and waits for its claim.
     *
     * @param exchange to be claimed at once, on the same event loop
     * @param writtenAtNanos {@link System#nanoTime()} of the turn in which the request head was written
     */
    record Opened(UpstreamExchange exchange, long writtenAtNanos) implements OpenResult {}

    /** The reservation ran out before the head could be written. Nothing was sent; reserve again and try again. */
    record LeaseExpired() implements OpenResult {}

    /** The client left. What was open is closed. */
    record Cancelled(boolean sent, long writtenAtNanos) implements OpenResult {}

    /**
     * The attempt failed.
     *
     * @param failure how
     * @param sent whether the request head was written, so that the provider may have counted it
     * @param writtenAtNanos when, if it was
     */
    record Failed(UpstreamFailure failure, boolean sent, long writtenAtNanos) implements OpenResult {}
}
