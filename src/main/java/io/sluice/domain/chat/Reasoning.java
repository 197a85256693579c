package io.sluice.domain.chat;

import org.jspecify.annotations.Nullable;

/**
 * How much the model may think before it answers. Null where the client did not say.
 *
 * @param enabled false asks for none
 * @param effort OpenAI's word: {@code minimal}, {@code low}, {@code medium}, {@code high}, …
 * @param budgetTokens the most tokens; -1 leaves it to the model
 * @param show whether the thinking, or a summary of it, is to be told
 */
public record Reasoning(
        @Nullable Boolean enabled,
        @Nullable String effort,
        @Nullable Long budgetTokens,
        @Nullable Boolean show) {}
