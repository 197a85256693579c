package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.node.ArrayNode;
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

    /**
     * Puts a system prompt before the client's in a client's own question. AI Studio takes one only in a whole request: what
     * has contents alone becomes one.
     *
     * @param body the question; changed
     */
    public static void begin(ObjectNode body, String systemPrompt, String upstreamModel, boolean vertex) {
        ObjectNode chat = body.get("generateContentRequest") instanceof ObjectNode whole
                ? whole
                : body.get("generate_content_request") instanceof ObjectNode snake ? snake : null;
        if (chat == null && vertex) {
            chat = body;
        } else if (chat == null) {
            chat = Json.object().put("model", "models/" + upstreamModel);
            chat.set("contents", body.remove("contents"));
            body.set("generateContentRequest", chat);
        }
        String name = chat.has("system_instruction") ? "system_instruction" : "systemInstruction";
        ObjectNode instruction = chat.get(name) instanceof ObjectNode own ? own : chat.putObject(name);
        ArrayNode parts = instruction.get("parts") instanceof ArrayNode own ? own : instruction.putArray("parts");
        parts.insertObject(0).put("text", systemPrompt);
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
