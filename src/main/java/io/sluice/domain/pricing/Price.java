package io.sluice.domain.pricing;

import io.sluice.domain.quota.Estimate;
import io.sluice.domain.tokens.TokenUsage;

/**
 * What requests cost, as the ledger counts it.
 *
 * @param tariff what the provider asks for
 * @param rateMicros what one unit of its currency is worth in the ledger's, in millionths, 1 to {@link Currencies#MOST_RATE}
 * @param revision which price it is: {@code list} and a date, or the id of the configuration's revision
 * @param origin where it is written, for people
 */
public record Price(Tariff tariff, long rateMicros, String revision, String origin) {
    /** Checks the range. */
    public Price {
        if (rateMicros < 1 || rateMicros > Currencies.MOST_RATE) {
            throw new IllegalArgumentException("a rate is outside 1 to " + Currencies.MOST_RATE + ": " + rateMicros);
        }
    }

    /**
     * What one request cost. Exact until the end, and rounded there once: half a millionth and more counts as a whole one.
     *
     * @param usage its tokens
     * @param images its pictures
     */
    public Charge charge(TokenUsage usage, long images) {
        Sum sum = tariff.sum(usage, images);
        return new Charge(true, sum.in(rateMicros, false), tariff.currency(), sum.rounded(), rateMicros, revision);
    }

    /**
     * The most that one request costs which is no larger than expected: whatever of its input is written to a cache, heard
     * or new, and whatever of its output is reasoning or sound.
     *
     * @param estimate what is expected, all its choices together
     * @return millionths of the ledger's currency, rounded up, 0 to {@link Charge#MOST}
     */
    public long atMost(Estimate estimate) {
        return tariff.most(estimate.inputTokens(), estimate.outputTokens(), estimate.images())
                .in(rateMicros, true);
    }
}
