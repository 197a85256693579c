package io.sluice.message;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The billing fact of one request. Request to {@link Address#USAGE_RECORDED}, once for each authenticated request of a
 * model endpoint, whatever its ending.
 *
 * @param requestId UUIDv7, the {@code x-request-id} of the answer
 * @param clientRequestId the client's own id, cleaned; empty for none
 * @param key name of the virtual key
 * @param team its team; null for none
 * @param parentTeam the team that its team belongs to; null for none
 * @param endpoint what was asked for
 * @param model public model name that was asked for
 * @param servedModel public model name that served it, another one after a fallback; null when nobody did
 * @param upstreamModel the provider's name of the model at the last attempt; null when there was none
 * @param channel channel of the last attempt; null when there was none
 * @param account {@code channel/account} of the last attempt; null when there was none
 * @param stream whether a stream was asked for
 * @param usage tokens that its key pays for; none of a request that failed
 * @param images pictures that were made for its key
 * @param charge what it cost its key
 * @param otherAttempts attempts beside the answering one that their providers may bill
 * @param estimated whether the tokens are an estimate, because the provider did not say
 * @param attempts how many attempts were made
 * @param startMillis wall clock of the request's head, milliseconds since 1970
 * @param queueNanos from the read request to the first attempt, or to this record when there was none; the wait for room
 *     is most of it
 * @param firstByteNanos from the request's head to the first byte of the answer; -1 when there was none
 * @param totalNanos from the request's head to this record
 * @param status HTTP status of the answer; 499 when the client left before it
 * @param ending how it ended
 * @param error code of the failure; null for success
 * @param clientAddress where it came from
 * @param leases whose leases of money its cost comes out of; null when its key has no budget
 */
public record UsageRecord(
        String requestId,
        String clientRequestId,
        String key,
        @Nullable String team,
        @Nullable String parentTeam,
        Endpoint endpoint,
        String model,
        @Nullable String servedModel,
        @Nullable String upstreamModel,
        @Nullable String channel,
        @Nullable String account,
        boolean stream,
        TokenUsage usage,
        long images,
        Charge charge,
        List<BilledAttempt> otherAttempts,
        boolean estimated,
        int attempts,
        long startMillis,
        long queueNanos,
        long firstByteNanos,
        long totalNanos,
        int status,
        Ending ending,
        @Nullable String error,
        String clientAddress,
        @Nullable LeaseUse leases) {
    /** Of a key without a budget. */
    public UsageRecord(
            String requestId,
            String clientRequestId,
            String key,
            @Nullable String team,
            @Nullable String parentTeam,
            Endpoint endpoint,
            String model,
            @Nullable String servedModel,
            @Nullable String upstreamModel,
            @Nullable String channel,
            @Nullable String account,
            boolean stream,
            TokenUsage usage,
            long images,
            Charge charge,
            List<BilledAttempt> otherAttempts,
            boolean estimated,
            int attempts,
            long startMillis,
            long queueNanos,
            long firstByteNanos,
            long totalNanos,
            int status,
            Ending ending,
            @Nullable String error,
            String clientAddress) {
        this(
                requestId,
                clientRequestId,
                key,
                team,
                parentTeam,
                endpoint,
                model,
                servedModel,
                upstreamModel,
                channel,
                account,
                stream,
                usage,
                images,
                charge,
                otherAttempts,
                estimated,
                attempts,
                startMillis,
                queueNanos,
                firstByteNanos,
                totalNanos,
                status,
                ending,
                error,
                clientAddress,
                null);
    }

    /** Copies the list. */
    public UsageRecord {
        otherAttempts = List.copyOf(otherAttempts);
    }

    /** How a request ended. */
    public enum Ending {
        /** The whole answer was sent. */
        COMPLETED,
        /** An error was answered; no part of an answer was sent. */
        FAILED,
        /** The answer was cut by the provider after its first byte; the client was told. */
        CUT,
        /** The client left. */
        CANCELLED
    }
}
