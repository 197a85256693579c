package io.sluice.domain.pricing;

import java.math.BigInteger;

/**
 * An exact amount of money while it is added up. A million tokens cost a rate of millionths, so one token costs a millionth
 * of that: whole millionths and their millionths are kept apart, and neither can overflow within the ranges of {@link Rates},
 * {@link Tariff} and tokens. Used by one thread.
 */
final class Sum {
    private static final long MILLION = 1_000_000;
    private static final BigInteger WHOLE = BigInteger.valueOf(MILLION * MILLION);

    private long micros;
    private long picos;

    /**
     * Adds what tokens cost.
     *
     * @param tokens 0 to 10⁹
     * @param rate millionths per million tokens, 0 to {@link Rates#MOST}
     */
    void add(long tokens, long rate) {
        micros += tokens * (rate / MILLION);
        picos += tokens * (rate % MILLION);
    }

    /**
     * Adds what whole things cost.
     *
     * @param things 0 to 10⁶
     * @param each millionths, 0 to {@link Tariff#MOST_EACH}
     */
    void addWhole(long things, long each) {
        micros += things * each;
    }

    /** The amount in whole millionths, half up; at most {@link Charge#MOST}. */
    long rounded() {
        return in(MILLION, false);
    }

    /**
     * The amount in another currency.
     *
     * @param rateMicros what one unit is worth in the other, in millionths, 0 to {@link Currencies#MOST_RATE}
     * @param up whether any rest counts as a whole, rather than a half and more
     * @return whole millionths, at most {@link Charge#MOST}
     */
    long in(long rateMicros, boolean up) {
        long whole = micros + picos / MILLION;
        long rest = picos % MILLION;
        if (rateMicros == MILLION) {
            long more = up ? (rest > 0 ? 1 : 0) : (rest >= MILLION / 2 ? 1 : 0);
            return Math.min(whole + more, Charge.MOST);
        }
        BigInteger exact = BigInteger.valueOf(whole)
                .multiply(BigInteger.valueOf(MILLION))
                .add(BigInteger.valueOf(rest))
                .multiply(BigInteger.valueOf(rateMicros));
        BigInteger added = up ? WHOLE.subtract(BigInteger.ONE) : WHOLE.shiftRight(1);
        BigInteger result = exact.add(added).divide(WHOLE);
        return result.bitLength() > 62 ? Charge.MOST : Math.min(result.longValueExact(), Charge.MOST);
    }
}
