package io.sluice.message;

import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import org.jspecify.annotations.Nullable;

/**
 * Asks a lane's provider client to send a request. Request; answered with {@link OpenResult} at the response head, or
 * when there will be none.
 *
 * @param requestId Sluice's id of the request
 * @param candidate whom to ask
 * @param scan the client's request
 * @param clientRequestId the client's own id, safe to forward; empty for none
 * @param reservation number of the attempt's reservation
 * @param expiresAtNanos {@link System#nanoTime()} from which the head may no longer be written
 * @param parked a connection to this candidate from an earlier {@link OpenResult.LeaseExpired}; null for none
 * @param media what was fetched for the request so far; kept for its next attempt
 * @param upload the form whose beginning was scanned, and that is sent in the place of the scan's body; null for none
 * @param traceHeaders what its provider is told of its trace; usually nothing
 * @param cancellation tells that the client has left; one-shot
 */
public record OpenExchange(
        String requestId,
        Candidate candidate,
        RequestScan scan,
        String clientRequestId,
        long reservation,
        long expiresAtNanos,
        @Nullable ParkedConnection parked,
        FetchedMedia media,
        @Nullable Upload upload,
        TraceHeaders traceHeaders,
        Cancellation cancellation) {
    /** The same with another scan of the same request. */
    public OpenExchange withScan(RequestScan other) {
        return new OpenExchange(
                requestId,
                candidate,
                other,
                clientRequestId,
                reservation,
                expiresAtNanos,
                parked,
                media,
                upload,
                traceHeaders,
                cancellation);
    }

    /** The same without the request's text and without a connection. */
    public OpenExchange withoutBody() {
        return new OpenExchange(
                requestId,
                candidate,
                scan.withoutBody(),
                clientRequestId,
                reservation,
                expiresAtNanos,
                null,
                media,
                null,
                traceHeaders,
                cancellation);
    }
}
