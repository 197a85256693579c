package io.sluice.domain.pricing;

/**
 * What something cost: in the ledger's currency, and as its price said it.
 *
 * @param isPriced whether a price was known; without one all amounts are 0 and mean nothing
 * @param micros the cost in millionths of the ledger's currency, 0 to {@link #MOST}
 * @param currency ISO 4217 code of the price; empty where nothing was priced
 * @param originalMicros the cost in millionths of {@code currency}, 0 to {@link #MOST}
 * @param rateMicros what one unit of {@code currency} is worth in the ledger's, in millionths; 1 000 000 for the same
 * @param priceRevision which price it was: the dated list or the configuration revision; empty where nothing was priced
 */
public record Charge(
        boolean isPriced, long micros, String currency, long originalMicros, long rateMicros, String priceRevision) {
    /** The largest amount: a thousand million of a currency. More than that counts as that. */
    public static final long MOST = 1_000_000_000_000_000L;

    /** Nothing was used, so nothing was to be priced. */
    public static final Charge NOTHING = new Charge(true, 0, "", 0, 0, "");

    /** Something was used, and nobody knows what it costs. */
    public static final Charge UNPRICED = new Charge(false, 0, "", 0, 0, "");

    /**
     * Both together; unpriced when one of them is.
     *
     * @param more by the same price, or nothing
     */
    public Charge and(Charge more) {
        if (!isPriced || !more.isPriced) {
            return UNPRICED;
        }
        Charge named = currency.isEmpty() ? more : this;
        return new Charge(
                true,
                Math.min(micros + more.micros, MOST),
                named.currency,
                Math.min(originalMicros + more.originalMicros, MOST),
                named.rateMicros,
                named.priceRevision);
    }
}
