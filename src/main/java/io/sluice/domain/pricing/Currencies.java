package io.sluice.domain.pricing;

import java.util.Map;
import java.util.OptionalLong;

/**
 * In which currency the ledger counts, and what others are worth.
 *
 * @param ledger ISO 4217 code of the ledger's currency
 * @param rates what one unit of another is worth in it, in millionths, 1 to {@link #MOST_RATE}, by code
 */
public record Currencies(String ledger, Map<String, Long> rates) {
    /** The most that one unit of a currency is worth: a million of another. */
    public static final long MOST_RATE = 1_000_000_000_000L;

    /** US dollars, and nothing else. */
    public static final Currencies USD = new Currencies("USD", Map.of());

    private static final long SAME = 1_000_000;

    /** Copies the rates. */
    public Currencies {
        rates = Map.copyOf(rates);
    }

    /** What one unit of a currency is worth in the ledger's, in millionths; empty when nobody has said so. */
    public OptionalLong rateOf(String currency) {
        if (currency.equals(ledger)) {
            return OptionalLong.of(SAME);
        }
        Long rate = rates.get(currency);
        return rate == null ? OptionalLong.empty() : OptionalLong.of(rate);
    }
}
