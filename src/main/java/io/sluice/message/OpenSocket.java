package io.sluice.message;

import io.sluice.domain.pool.Candidate;

/**
 * Asks a lane's provider client for a realtime session. Request; answered with {@link SocketResult} when the provider has
 * taken the handshake, or when it will not.
 *
 * @param requestId Sluice's id of the session
 * @param candidate whom to ask
 * @param clientRequestId the client's own id, safe to forward; empty for none
 * @param beta whether the client speaks the events of the API's beta
 * @param reservation number of the session's reservation
 * @param maxFrame most bytes of a frame that the provider sends
 * @param cancellation tells that the client has left; one-shot
 */
public record OpenSocket(
        String requestId,
        Candidate candidate,
        String clientRequestId,
        boolean beta,
        long reservation,
        int maxFrame,
        Cancellation cancellation) {}
