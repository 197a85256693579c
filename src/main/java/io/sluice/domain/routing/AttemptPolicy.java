package io.sluice.domain.routing;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.RoutePolicy;
import java.time.Duration;

/** What follows a failed attempt, as long as the client has seen nothing. Pure. */
public final class AttemptPolicy {
    /** Pause before the first repetition; doubled with each further one, half of it at random. */
    static final Duration BACK_OFF = Duration.ofMillis(50);

    private static final int MOST_DOUBLINGS = 6;

    private AttemptPolicy() {}

    /** What follows. */
    public sealed interface Next {
        /** The next candidate is asked, at once. */
        record Fallback() implements Next {}

        /**
         * Nobody else is left: those whose fault may have passed are asked again.
         *
         * @param pause how long to wait before
         */
        record Repeat(Duration pause) implements Next {}

        /** The failure is the answer. */
        record GiveUp() implements Next {}
    }

    /**
     * Where the request stands.
     *
     * @param policy how its model's requests are tried
     * @param attempts how many attempts failed, this one included
     * @param elapsed since the request was read
     * @param stream whether a stream was asked for
     * @param untried whether a candidate is left that was not asked
     * @param repeatable whether one was asked whose fault may have passed
     */
    public record Situation(
            RoutePolicy policy, int attempts, Duration elapsed, boolean stream, boolean untried, boolean repeatable) {}

    /**
     * Decides.
     *
     * @param failure how the attempt failed
     * @param now where the request stands
     * @param random any number, for jitter
     */
    public static Next after(UpstreamFailure failure, Situation now, long random) {
        // A provider that was silent may have acted; asking twice could be billed twice. A stream would have begun.
        boolean ambiguous = failure.kind() == Kind.HEAD_TIMEOUT && !now.stream;
        Duration left = now.policy.deadline().minus(now.elapsed);
        if (!failure.mayFallBack() || ambiguous || now.attempts >= now.policy.attempts() || !left.isPositive()) {
            return new Next.GiveUp();
        }
        if (now.untried) {
            return new Next.Fallback();
        }
        if (!now.repeatable) {
            return new Next.GiveUp();
        }
        Duration pause = pause(failure, now.attempts, random);
        return pause.compareTo(left) < 0 ? new Next.Repeat(pause) : new Next.GiveUp();
    }

    private static Duration pause(UpstreamFailure failure, int attempts, long random) {
        long most = BACK_OFF.toMillis() << Math.min(attempts - 1, MOST_DOUBLINGS);
        Duration jittered = Duration.ofMillis(most / 2 + Math.floorMod(random, most / 2 + 1));
        return failure.retryAfter().compareTo(jittered) > 0 ? failure.retryAfter() : jittered;
    }

    /** Whether the same candidate may serve a moment later. */
    public static boolean mayPass(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case BUSY, CONNECT, RESET, TRUNCATED, SERVER_ERROR, BAD_RESPONSE -> true;
            case HEAD_TIMEOUT,
                    RATE_LIMITED,
                    ACCOUNT_REFUSED,
                    MODEL_MISSING,
                    TOO_LARGE_HERE,
                    INEXPRESSIBLE,
                    REQUEST_REJECTED -> false;
        };
    }
}
