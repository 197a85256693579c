package io.sluice.domain.quota;

/**
 * Tokens of a request, expected or counted.
 *
 * @param inputTokens at least 0
 * @param outputTokens at least 0
 */
public record Estimate(long inputTokens, long outputTokens) {
    /** No tokens. */
    public static final Estimate NONE = new Estimate(0, 0);

    /** All tokens. */
    public long tokens() {
        return inputTokens + outputTokens;
    }

    /** Units a request of these tokens takes from a limit of a dimension. */
    public long units(Dimension dimension) {
        return switch (dimension) {
            case REQUESTS -> 1;
            case TOKENS -> tokens();
            case INPUT_TOKENS -> inputTokens;
            case OUTPUT_TOKENS -> outputTokens;
            case IMAGES -> 0;
        };
    }
}
