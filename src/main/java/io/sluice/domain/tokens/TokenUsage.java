package io.sluice.domain.tokens;

/**
 * Tokens by kind, as a provider reported them.
 *
 * @param input all input tokens, cached ones included
 * @param cachedInput input tokens read from the provider's cache; at most {@code input}
 * @param cacheWrite input tokens written to the provider's cache; with {@code cachedInput} at most {@code input}
 * @param output all output tokens, reasoning included
 * @param reasoning reasoning tokens; at most {@code output}
 * @param inputAudio input tokens that are sound; at most {@code input}
 * @param outputAudio output tokens that are sound; at most {@code output}
 */
public record TokenUsage(
        long input, long cachedInput, long cacheWrite, long output, long reasoning, long inputAudio, long outputAudio) {
    /** The most tokens of one kind that are believed; more is a provider's mistake. */
    public static final long MAX = 1_000_000_000L;

    /** No tokens at all. */
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0);

    /** Brings impossible numbers into range: negative to 0, over {@link #MAX} to it, parts to their whole. */
    public TokenUsage {
        input = Math.clamp(input, 0, MAX);
        output = Math.clamp(output, 0, MAX);
        cachedInput = Math.clamp(cachedInput, 0, input);
        cacheWrite = Math.clamp(cacheWrite, 0, input - cachedInput);
        reasoning = Math.clamp(reasoning, 0, output);
        inputAudio = Math.clamp(inputAudio, 0, input);
        outputAudio = Math.clamp(outputAudio, 0, output);
    }

    /** Tokens of which no sound is known. */
    public TokenUsage(long input, long cachedInput, long cacheWrite, long output, long reasoning) {
        this(input, cachedInput, cacheWrite, output, reasoning, 0, 0);
    }

    /** Tokens of a provider that does not count what it writes to a cache. */
    public TokenUsage(long input, long cachedInput, long output, long reasoning) {
        this(input, cachedInput, 0, output, reasoning);
    }

    /** Both together. */
    public TokenUsage and(TokenUsage more) {
        return new TokenUsage(
                input + more.input,
                cachedInput + more.cachedInput,
                cacheWrite + more.cacheWrite,
                output + more.output,
                reasoning + more.reasoning,
                inputAudio + more.inputAudio,
                outputAudio + more.outputAudio);
    }
}
