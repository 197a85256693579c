package io.sluice.quota;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.LimitState;
import io.sluice.domain.quota.QuotaBook;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.quota.Verdict;
import io.sluice.message.KeyLimits;
import io.sluice.message.QuotaDecision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The book's decision as a message, with the key's numbers after it. */
final class Decision implements Verdict<QuotaDecision> {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final QuotaBook book;
    private final List<Scope> keyScopes;
    private final long now;
    private final long queuedNanos;

    /**
     * For one request.
     *
     * @param queuedNanos how long it waited
     */
    Decision(QuotaBook book, List<Scope> keyScopes, long now, long queuedNanos) {
        this.book = book;
        this.keyScopes = keyScopes;
        this.now = now;
        this.queuedNanos = queuedNanos;
    }

    @Override
    public QuotaDecision granted(long reservation, int candidate, long expiresAt) {
        return new QuotaDecision.Granted(reservation, candidate, expiresAt, keyLimits(), queuedNanos);
    }

    @Override
    public QuotaDecision denied(QuotaExceeded failure) {
        return new QuotaDecision.Denied(failure, keyLimits(), queuedNanos);
    }

    private @Nullable KeyLimits keyLimits() {
        LimitState requests = book.tightest(now, keyScopes, Dimension.REQUESTS);
        LimitState tokens = book.tightest(now, keyScopes, Dimension.TOKENS);
        return requests == null && tokens == null
                ? null
                : new KeyLimits(
                        amount(requests), free(requests), reset(requests), amount(tokens), free(tokens), reset(tokens));
    }

    private static long amount(@Nullable LimitState limit) {
        return limit == null ? 0 : limit.limit().amount();
    }

    private long free(@Nullable LimitState limit) {
        return limit == null ? 0 : limit.free(now);
    }

    private long reset(@Nullable LimitState limit) {
        return limit == null ? 0 : Math.ceilDiv(limit.fitsAt(now, amount(limit)) - now, NANOS_PER_MILLI);
    }
}
