package io.sluice.domain.pricing;

import io.sluice.domain.tokens.TokenUsage;
import java.util.List;

/**
 * What a provider asks for, in its own currency.
 *
 * @param currency ISO 4217 code
 * @param rates what tokens cost
 * @param tiers what they cost in long requests instead, the shortest first; a request has one tier, for all of its tokens
 * @param imageMicros what each picture costs besides, in millionths, 0 to {@link #MOST_EACH}
 * @param callMicros what each request costs besides, in millionths, 0 to {@link #MOST_EACH}
 */
public record Tariff(String currency, Rates rates, List<Tier> tiers, long imageMicros, long callMicros) {
    /** The most that one picture or one request costs: a million of a currency. */
    public static final long MOST_EACH = 1_000_000_000_000L;

    private static final long MOST_IMAGES = 1_000_000;

    /** Copies the list, and checks ranges and order. */
    public Tariff {
        tiers = List.copyOf(tiers);
        if (imageMicros < 0 || imageMicros > MOST_EACH || callMicros < 0 || callMicros > MOST_EACH) {
            throw new IllegalArgumentException("a price is outside 0 to " + MOST_EACH);
        }
        for (int i = 0; i < tiers.size(); i++) {
            if (tiers.get(i).from() < 1
                    || i > 0 && tiers.get(i).from() <= tiers.get(i - 1).from()) {
                throw new IllegalArgumentException("tiers begin at 1 token or more, and each after the one before it");
            }
        }
    }

    /** Tokens alone, at the same rates however long a request is. */
    public Tariff(String currency, Rates rates) {
        this(currency, rates, List.of(), 0, 0);
    }

    /**
     * What tokens cost in long requests.
     *
     * @param from the fewest input tokens of such a request, cached ones included; at least 1
     * @param rates what its tokens cost, all of them
     */
    public record Tier(long from, Rates rates) {}

    /** What tokens cost in a request of so many input tokens. */
    Rates at(long inputTokens) {
        Rates at = rates;
        for (Tier tier : tiers) {
            if (inputTokens >= tier.from()) {
                at = tier.rates();
            }
        }
        return at;
    }

    Sum sum(TokenUsage usage, long images) {
        Sum sum = new Sum();
        at(usage.input()).addTo(sum, usage);
        sum.addWhole(Math.clamp(images, 0, MOST_IMAGES), imageMicros);
        sum.addWhole(1, callMicros);
        return sum;
    }

    /** The most that a request of no more than so many tokens and pictures costs, whatever kinds they turn out to be. */
    Sum most(long inputTokens, long outputTokens, long images) {
        long input = Math.clamp(inputTokens, 0, TokenUsage.MAX);
        long dearestInput = rates.dearestInput();
        long dearestOutput = rates.dearestOutput();
        for (Tier tier : tiers) {
            if (input >= tier.from()) {
                dearestInput = Math.max(dearestInput, tier.rates().dearestInput());
                dearestOutput = Math.max(dearestOutput, tier.rates().dearestOutput());
            }
        }
        Sum sum = new Sum();
        sum.add(input, dearestInput);
        sum.add(Math.clamp(outputTokens, 0, TokenUsage.MAX), dearestOutput);
        sum.addWhole(Math.clamp(images, 0, MOST_IMAGES), imageMicros);
        sum.addWhole(1, callMicros);
        return sum;
    }
}
