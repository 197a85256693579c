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
 * @param caller who asked
 * @param asked what for
 * @param served who was asked for it
 * @param used what its key pays for
 * @param timing when, and how long it took
 * @param outcome how it ended
 */
public record UsageRecord(
        String requestId, Caller caller, Asked asked, Served served, Used used, Timing timing, Outcome outcome) {
    /**
     * Who asked.
     *
     * @param key name of the virtual key
     * @param team its team; null for none
     * @param parentTeam the team that its team belongs to; null for none
     * @param address where it came from
     * @param requestId the client's own id, cleaned; empty for none
     */
    public record Caller(
            String key, @Nullable String team, @Nullable String parentTeam, String address, String requestId) {}

    /**
     * What was asked for.
     *
     * @param endpoint of the API
     * @param model public model name
     * @param stream whether as a stream
     */
    public record Asked(Endpoint endpoint, String model, boolean stream) {}

    /**
     * Which providers were asked. Channel, account and provider's model are those of the last attempt; null when there was
     * none.
     *
     * @param model public model name that served it, another one after a fallback; null when nobody did
     * @param upstreamModel the provider's name of the model
     * @param channel channel
     * @param account {@code channel/account}
     * @param attempts how many attempts were made
     * @param others attempts beside the answering one that their providers may bill
     */
    public record Served(
            @Nullable String model,
            @Nullable String upstreamModel,
            @Nullable String channel,
            @Nullable String account,
            int attempts,
            List<BilledAttempt> others) {
        /** Nobody was asked. */
        public static final Served BY_NOBODY = new Served(null, null, null, null, 0, List.of());

        /** Copies the list. */
        public Served {
            others = List.copyOf(others);
        }
    }

    /**
     * What its key pays for.
     *
     * @param tokens tokens; none of a request that failed
     * @param images pictures that were made
     * @param isEstimated whether the tokens are an estimate, because the provider did not say
     * @param charge what it cost
     * @param leases whose leases of money that comes out of; null when the key has no budget
     */
    public record Used(
            TokenUsage tokens,
            long images,
            boolean isEstimated,
            Charge charge,
            @Nullable LeaseUse leases) {
        /** Nothing. */
        public static final Used NOTHING = new Used(TokenUsage.NONE, 0, false, Charge.NOTHING, null);
    }

    /**
     * When it was, and how long it took.
     *
     * @param startMillis wall clock of the request's head, milliseconds since 1970
     * @param queueNanos from the read request to the first attempt, or to this record when there was none; the wait for room
     *     is most of it
     * @param firstByteNanos from the request's head to the first byte of the answer; -1 when there was none
     * @param totalNanos from the request's head to this record
     */
    public record Timing(long startMillis, long queueNanos, long firstByteNanos, long totalNanos) {}

    /**
     * How it ended.
     *
     * @param status HTTP status of the answer; 499 when the client left before it
     * @param ending in one word
     * @param error code of the failure; null for success
     */
    public record Outcome(
            int status, Ending ending, @Nullable String error) {}

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
