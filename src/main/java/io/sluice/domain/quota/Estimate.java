package io.sluice.domain.quota;

/**
 * Tokens and images of a request, expected or counted.
 *
 * @param inputTokens at least 0
 * @param outputTokens at least 0
 * @param guessedInput how many of the input tokens neither the client sent nor anyone counted, 0 to all of them
 * @param guessedOutput how many of the output tokens nobody asked for or counted, 0 to all of them
 * @param images pictures that are made, at least 0
 */
public record Estimate(long inputTokens, long outputTokens, long guessedInput, long guessedOutput, long images) {
    /** No tokens. */
    public static final Estimate NONE = new Estimate(0, 0);

    /** Tokens of which none is a guess. */
    public Estimate(long inputTokens, long outputTokens) {
        this(inputTokens, outputTokens, 0, 0);
    }

    /** Tokens alone. */
    public Estimate(long inputTokens, long outputTokens, long guessedInput, long guessedOutput) {
        this(inputTokens, outputTokens, guessedInput, guessedOutput, 0);
    }

    /** The same with so many images. */
    public Estimate withImages(long made) {
        return new Estimate(inputTokens, outputTokens, guessedInput, guessedOutput, made);
    }

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
            case IMAGES -> images;
        };
    }

    /** As much less guessed as it takes to fit the whole amount of a limit; what is not guessed stays, fit or not. */
    public Estimate within(Limit limit) {
        return within(limit.dimension(), limit.amount());
    }

    /** Units that are asked of a limit: a guess alone never asks for more than its whole amount. */
    public long units(Limit limit) {
        return within(limit).units(limit.dimension());
    }

    /**
     * As much less guessed as it takes to fit the whole amount of a limit; what is not guessed stays, fit or not.
     *
     * @param dimension what the limit counts
     * @param amount its amount
     */
    public Estimate within(Dimension dimension, long amount) {
        long over = units(dimension) - amount;
        if (over <= 0) {
            return this;
        }
        return switch (dimension) {
            case TOKENS -> lessOutput(over).lessInput(Math.max(0, over - guessedOutput));
            case INPUT_TOKENS -> lessInput(over);
            case OUTPUT_TOKENS -> lessOutput(over);
            case REQUESTS, IMAGES -> this;
        };
    }

    private Estimate lessInput(long tokens) {
        long less = Math.min(tokens, guessedInput);
        return less == 0
                ? this
                : new Estimate(inputTokens - less, outputTokens, guessedInput - less, guessedOutput, images);
    }

    private Estimate lessOutput(long tokens) {
        long less = Math.min(tokens, guessedOutput);
        return less == 0
                ? this
                : new Estimate(inputTokens, outputTokens - less, guessedInput, guessedOutput - less, images);
    }
}
