package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.GatheringTap;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.sse.ResponseTap;

/** Anthropic's {@code count_tokens} on Gemini's {@code countTokens}. */
public final class GeminiCounting {
    private GeminiCounting() {}

    /**
     * The request: all that the chat would be asked with, for instructions and tools have tokens too.
     *
     * @param chat a {@code GenerateContentRequest}; not used afterwards
     * @param upstreamModel Google's name of the model, without {@code models/}
     * @param vertex whether it is for Vertex AI, which takes the fields at the top
     */
    public static ObjectNode body(ObjectNode chat, String upstreamModel, boolean vertex) {
        if (vertex) {
            chat.remove("toolConfig");
            return chat;
        }
        ObjectNode body = Json.object();
        chat.put("model", "models/" + upstreamModel);
        body.set("generateContentRequest", chat);
        return body;
    }

    /** Reads the answer. Used once. */
    public static ResponseTap tap() {
        return new GatheringTap(json -> GeminiError.read(0, json).failure(), answer -> {
            if (!answer.path("totalTokens").isNumber()) {
                return null;
            }
            ObjectNode written = Json.object()
                    .put("input_tokens", Math.max(0, answer.path("totalTokens").asLong()));
            return new GatheringTap.Written(Json.write(written), null);
        });
    }
}
