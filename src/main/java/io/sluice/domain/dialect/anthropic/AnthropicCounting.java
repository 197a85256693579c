package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.GatheringTap;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.sse.ResponseTap;
import java.util.List;

/** Gemini's {@code countTokens} on Anthropic's {@code count_tokens}. */
public final class AnthropicCounting {
    /** What a request may have that is only counted (Anthropic API reference, Count tokens in a Message, 2026). */
    private static final List<String> COUNTED =
            List.of("model", "system", "messages", "tools", "tool_choice", "thinking");

    private AnthropicCounting() {}

    /**
     * The request: of a chat what has tokens.
     *
     * @param chat a request for a message; not used afterwards
     */
    public static ObjectNode body(ObjectNode chat) {
        return chat.retain(COUNTED);
    }

    /** Reads the answer. Used once. */
    public static ResponseTap tap() {
        return new GatheringTap(UpstreamErrors::inAnswer, answer -> {
            if (!answer.path("input_tokens").isNumber()) {
                return null;
            }
            ObjectNode written = Json.object()
                    .put("totalTokens", Math.max(0, answer.path("input_tokens").asLong()));
            return new GatheringTap.Written(Json.write(written), null);
        });
    }
}
