package io.sluice.message;

import io.sluice.domain.failure.GatewayFailure;

/** The provider client's answer to {@link OpenSocket}. */
public sealed interface SocketResult {
    /**
     * The session is open, and waits for its claim.
     *
     * @param socket to be claimed at once, on the same event loop
     * @param writtenAtNanos {@link System#nanoTime()} at which the handshake began
     */
    record Opened(UpstreamSocket socket, long writtenAtNanos) implements SocketResult {}

    /**
     * The attempt failed, or the client left and what was open is closed.
     *
     * @param failure how: an upstream failure, or {@link GatewayFailure.ClientClosed}
     * @param sent whether the handshake may have been written, so that the provider may have counted it
     * @param writtenAtNanos when, if it was
     */
    record Failed(GatewayFailure failure, boolean sent, long writtenAtNanos) implements SocketResult {}
}
