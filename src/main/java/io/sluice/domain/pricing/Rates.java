package io.sluice.domain.pricing;

import io.sluice.domain.tokens.TokenUsage;

/**
 * What tokens cost by their kind, in millionths of a currency per million tokens; each 0 to {@link #MOST}.
 *
 * @param input input that no other rate is for
 * @param cachedInput input read from the provider's cache
 * @param cacheWrite input written to the provider's cache
 * @param output output that no other rate is for
 * @param reasoning reasoning
 * @param inputAudio input that is sound
 * @param outputAudio output that is sound
 */
public record Rates(
        long input, long cachedInput, long cacheWrite, long output, long reasoning, long inputAudio, long outputAudio) {
    /** The highest rate: a million of a currency per million tokens. */
    public static final long MOST = 1_000_000_000_000L;

    /** Tokens cost nothing. */
    public static final Rates FREE = new Rates(0, 0, 0, 0, 0, 0, 0);

    /** Checks the range. */
    public Rates {
        for (long rate : new long[] {input, cachedInput, cacheWrite, output, reasoning, inputAudio, outputAudio}) {
            if (rate < 0 || rate > MOST) {
                throw new IllegalArgumentException("a rate is outside 0 to " + MOST + ": " + rate);
            }
        }
    }

    /** The dearest of the rates that input may have. */
    long dearestInput() {
        return Math.max(Math.max(input, cachedInput), Math.max(cacheWrite, inputAudio));
    }

    /** The dearest of the rates that output may have. */
    long dearestOutput() {
        return Math.max(output, Math.max(reasoning, outputAudio));
    }

    /**
     * Adds what tokens cost. Which of the sound was read from a cache, or is reasoning, nobody says: as much of it as can
     * be is taken to be neither.
     */
    void addTo(Sum sum, TokenUsage usage) {
        long fresh = usage.input() - usage.cachedInput() - usage.cacheWrite();
        long sound = Math.min(usage.inputAudio(), fresh);
        sum.add(fresh - sound, input);
        sum.add(sound, inputAudio);
        sum.add(usage.cachedInput(), cachedInput);
        sum.add(usage.cacheWrite(), cacheWrite);
        long said = usage.output() - usage.reasoning();
        long spoken = Math.min(usage.outputAudio(), said);
        sum.add(said - spoken, output);
        sum.add(spoken, outputAudio);
        sum.add(usage.reasoning(), reasoning);
    }
}
