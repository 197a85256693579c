package io.sluice.domain.routing;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.RoutePolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

        /** Another model's candidates are asked, at once. */
        record OtherModel() implements Next {}

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
     * What is asked, as far as it matters for asking again.
     *
     * @param stream whether a stream was asked for
     * @param repeatable whether a second time does no harm, should the first have been acted on
     */
    public record Call(boolean stream, boolean repeatable) {}

    /**
     * Where the request stands.
     *
     * @param policy how its model's requests are tried
     * @param call what is asked
     * @param attempts how many attempts failed that count, this one included
     * @param elapsed since the request was read
     * @param otherModel whether there is another model for the cause of this failure
     * @param untried whether a candidate is left that was not asked
     * @param repeatable whether the only account there is was asked, and its fault may have passed
     */
    public record Situation(
            RoutePolicy policy,
            Call call,
            int attempts,
            Duration elapsed,
            boolean otherModel,
            boolean untried,
            boolean repeatable) {}

    /**
     * Decides.
     *
     * @param failure how the attempt failed
     * @param now where the request stands
     * @param random any number, for jitter
     */
    public static Next after(UpstreamFailure failure, Situation now, long random) {
        Duration left = now.policy.deadline().minus(now.elapsed);
        if (now.attempts >= now.policy.attempts() || !left.isPositive() || isInDoubt(failure, now)) {
            return new Next.GiveUp();
        }
        if (now.otherModel) {
            return new Next.OtherModel();
        }
        if (!failure.mayFallBack() && !now.policy.failover().statuses().contains(failure.status())) {
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

    /**
     * Whether another account may be asked if the next attempt fails. A whole answer without a head in time is an exception
     * that may not be repeated by the call alone; nobody could come back in a pool of such calls if that counted here.
     *
     * @param policy how the model's requests are tried
     * @param call what is asked
     * @param attempts how many attempts failed so far that count
     */
    public static boolean mayFallBack(RoutePolicy policy, Call call, int attempts) {
        return policy.attempts() - attempts >= 2
                && switch (policy.failover().ambiguous()) {
                    case REPEAT -> true;
                    case NEVER -> false;
                    case BY_CALL -> call.repeatable;
                };
    }

    /** Whether the provider may have acted, so that asking again could do it twice, and be billed twice. */
    private static boolean isInDoubt(UpstreamFailure failure, Situation now) {
        return switch (now.policy.failover().ambiguous()) {
            case REPEAT -> false;
            case NEVER -> mayHaveActed(failure);
            case BY_CALL ->
                now.call.repeatable
                        // A stream would have begun.
                        ? failure.kind() == Kind.HEAD_TIMEOUT && !now.call.stream
                        : mayHaveActed(failure);
        };
    }

    private static boolean mayHaveActed(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case RESET, HEAD_TIMEOUT, TRUNCATED -> true;
            case BUSY,
                    CONNECT,
                    BAD_RESPONSE,
                    SERVER_ERROR,
                    RATE_LIMITED,
                    ACCOUNT_REFUSED,
                    MODEL_MISSING,
                    TOO_LARGE_HERE,
                    INEXPRESSIBLE,
                    REQUEST_REJECTED -> false;
        };
    }

    private static Duration pause(UpstreamFailure failure, int attempts, long random) {
        long most = BACK_OFF.toMillis() << Math.clamp(attempts - 1, 0, MOST_DOUBLINGS);
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

    /** Whether the account, or its model, is out of service after this answer. */
    public static boolean takesOut(UpstreamFailure failure) {
        return switch (failure.verdict()) {
            case Verdict.SlowDown slow -> true;
            case Verdict.Dead dead -> true;
            case Verdict.OutOfMoney broke -> true;
            case Verdict.ModelMissing missing -> true;
            case Verdict.EndpointSick sick -> false;
            case Verdict.Ambiguous ambiguous -> false;
            case Verdict.RequestWrong wrong -> false;
            case Verdict.ContentRefused refused -> false;
            case Verdict.Elsewhere elsewhere -> false;
            case Verdict.ClientGone gone -> false;
        };
    }

    /**
     * Whether an attempt that follows is one of the few that {@link RetryBudget} allows. Not after faults that take the
     * account out at once, for there are only so many of them, nor where nobody failed.
     */
    public static boolean spends(UpstreamFailure failure) {
        return !takesOut(failure) && !(failure.verdict() instanceof Verdict.Elsewhere);
    }

    /** The cause for which another model may go on; null for none. */
    public static @Nullable FallbackCause cause(UpstreamFailure failure) {
        if (failure.verdict() instanceof Verdict.ContentRefused || "content_filter".equals(failure.code())) {
            return FallbackCause.CONTENT;
        }
        if ("context_length_exceeded".equals(failure.code())) {
            return FallbackCause.CONTEXT;
        }
        return failure.verdict() instanceof Verdict.EndpointSick sick && sick.everyones()
                ? FallbackCause.OVERLOADED
                : null;
    }
}
