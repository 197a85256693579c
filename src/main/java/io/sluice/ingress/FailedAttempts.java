package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.Verdict;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the attempts of one request failed, and what its client is told in the end: what is true for the pool, not only for
 * whoever was asked last.
 */
final class FailedAttempts {
    private @Nullable UpstreamFailure last;
    private @Nullable UpstreamFailure sick;
    private @Nullable UpstreamFailure slowed;
    private Duration earliest = Duration.ZERO;

    /** One failed. */
    void add(UpstreamFailure failure) {
        last = failure;
        switch (failure.verdict()) {
            case Verdict.SlowDown slow -> {
                slowed = failure;
                earliest = earlier(earliest, failure.retryAfter());
            }
            case Verdict.EndpointSick broken -> sick = failure;
            case Verdict.Ambiguous ambiguous -> sick = failure;
            default -> {}
        }
    }

    boolean isEmpty() {
        return last == null;
    }

    /**
     * What the client is told.
     *
     * @param end why nobody is asked any more: the last attempt's failure, or that there is nobody left
     */
    GatewayFailure answer(GatewayFailure end) {
        if (last == null) {
            return end;
        }
        return switch (last.verdict()) {
            case Verdict.SlowDown slow -> throttled(last, end);
            case Verdict.Dead dead -> insteadOfOut(end);
            case Verdict.OutOfMoney broke -> insteadOfOut(end);
            default -> last;
        };
    }

    /** Which account was refused is the operator's business; that the others are full, slow or ill is the client's. */
    private GatewayFailure insteadOfOut(GatewayFailure end) {
        if (end instanceof QuotaExceeded full) {
            return new QuotaExceeded(full.cause(), full.message(), earlier(full.retryAfter(), earliest));
        }
        if (slowed != null) {
            return throttled(slowed, end);
        }
        String status = last == null || last.status() == 0 ? "" : " with status " + last.status();
        return sick != null
                ? sick
                : new NoRoute(
                        "No upstream account can serve the request; the last one was refused by its provider" + status
                                + ".",
                        Duration.ZERO);
    }

    /** What the client is told of an upload of which a part was sent before. */
    static UpstreamFailure notSentAgain(UpstreamFailure failure) {
        return new UpstreamFailure(
                failure.kind(),
                failure.status(),
                failure.message() + " The upload was not sent again, for part of it had been sent already.",
                failure.type(),
                failure.param(),
                failure.code(),
                failure.retryAfter(),
                failure.verdict());
    }

    private UpstreamFailure throttled(UpstreamFailure failure, GatewayFailure end) {
        Duration full = end instanceof QuotaExceeded quota ? quota.retryAfter() : Duration.ZERO;
        return new UpstreamFailure(
                failure.kind(),
                failure.status(),
                failure.message(),
                failure.type(),
                failure.param(),
                failure.code(),
                earlier(earliest, full),
                failure.verdict());
    }

    /** A pool that is full may have room before any of its accounts that were asked has: when one that cools comes back. */
    static GatewayFailure orEarlier(GatewayFailure denied, Supplier<Duration> back) {
        return denied instanceof QuotaExceeded full && full.cause() == QuotaExceeded.Cause.POOL
                ? new QuotaExceeded(full.cause(), full.message(), earlier(full.retryAfter(), back.get()))
                : denied;
    }

    /** The earlier of two waits; zero stands for one that is not known. */
    static Duration earlier(Duration one, Duration other) {
        return one.isZero() || !other.isZero() && other.compareTo(one) < 0 ? other : one;
    }
}
