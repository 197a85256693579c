package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The attempts of one request that gave its client no answer, and that providers may bill all the same: most requests have none. */
final class OtherAttempts {
    private static final String HEDGE_LOST = "hedge_lost";

    private @Nullable List<BilledAttempt> billed;

    /**
     * An attempt gives the client no answer. What of it was not reported is taken as it was expected.
     *
     * @param failure how it ended
     * @param outrun whether another one had the first byte
     */
    void lost(Attempt attempt, GatewayFailure failure, boolean outrun) {
        if (!attempt.lose(failure)) {
            return;
        }
        ResponseTap tap = attempt.tap();
        Estimate expected = attempt.estimate();
        TokenUsage reported = tap == null ? null : tap.usage();
        TokenUsage usage = reported != null
                ? reported
                : new TokenUsage(
                        expected.inputTokens(),
                        0,
                        tap == null ? expected.outputTokens() : tap.estimatedOutputTokens(),
                        0);
        Candidate candidate = attempt.candidate();
        Price price = candidate.price();
        if (billed == null) {
            billed = new ArrayList<>(2);
        }
        billed.add(new BilledAttempt(
                candidate.channel().name(),
                candidate.accountId(),
                candidate.model(),
                candidate.upstreamModel(),
                usage,
                reported == null,
                price == null ? Charge.UNPRICED : price.charge(usage, expected.images()),
                outrun ? HEDGE_LOST : causeOf(failure)));
    }

    private static String causeOf(GatewayFailure failure) {
        String code = ErrorAnswer.of(failure).code();
        return code == null ? "failed" : code;
    }

    /** All of them so far, in the order of their ends. */
    List<BilledAttempt> all() {
        return billed == null ? List.of() : billed;
    }
}
