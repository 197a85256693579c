package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an answer is drawn, and how long it may be. Null, or an empty list, where the client did not say. Decimal numbers
 * keep the digits that the client wrote.
 *
 * @param maxOutputTokens the most output tokens, thinking included
 * @param temperature 0 to 2, as OpenAI counts it
 * @param topP 0 to 1
 * @param topK at least 1
 * @param stop texts that end the answer
 * @param seed for answers that repeat
 * @param choices how many answers
 * @param presencePenalty -2 to 2
 * @param frequencyPenalty -2 to 2
 * @param logprobs whether probabilities are told
 * @param topLogprobs of how many alternatives
 * @param logitBias token to bias, as OpenAI writes it
 */
public record Sampling(
        @Nullable Long maxOutputTokens,
        @Nullable BigDecimal temperature,
        @Nullable BigDecimal topP,
        @Nullable Long topK,
        List<String> stop,
        @Nullable Long seed,
        @Nullable Integer choices,
        @Nullable BigDecimal presencePenalty,
        @Nullable BigDecimal frequencyPenalty,
        @Nullable Boolean logprobs,
        @Nullable Integer topLogprobs,
        @Nullable JsonNode logitBias) {
    /** Nothing is said. */
    public static final Sampling DEFAULT =
            new Sampling(null, null, null, null, List.of(), null, null, null, null, null, null, null);

    /** Copies the list. */
    public Sampling {
        stop = List.copyOf(stop);
    }
}
