package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/** Checks and counts the messages of a chat request. */
final class ChatMessages {
    private static final int TOKENS_A_MESSAGE = 4;
    private static final int CHARACTERS_A_TOKEN = 4;
    private static final FieldRule ROLE =
            new FieldRule.OneOf(Set.of("developer", "system", "user", "assistant", "tool", "function"));
    private static final FieldRule PART =
            new FieldRule.OneOf(Set.of("text", "image_url", "input_audio", "file", "refusal"));

    private ChatMessages() {}

    /**
     * Checks messages.
     *
     * @return their tokens
     * @throws RefusedRequest with the provider's error
     */
    static long inputTokens(JsonNode messages) throws RefusedRequest {
        if (messages.isEmpty()) {
            throw new RefusedRequest(ProviderError.invalid(
                    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array"
                            + " instead.",
                    "messages",
                    "empty_array"));
        }
        long tokens = 0;
        Set<String> open = new HashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            tokens += TOKENS_A_MESSAGE + message(message, "messages[" + i + "]");
            answered(message, open, "messages[" + i + "]");
        }
        unanswered(open);
        return tokens;
    }

    /** A message of a tool answers an open call, and nothing else may come before all are answered. */
    private static void answered(JsonNode message, Set<String> open, String at) throws RefusedRequest {
        if (message.path("role").asText().equals("tool")) {
            if (!open.remove(message.path("tool_call_id").asText())) {
                throw new RefusedRequest(ProviderError.invalid(
                        "Invalid parameter: messages with role 'tool' must be a response to a preceding message with"
                                + " 'tool_calls'.",
                        at + ".role",
                        null));
            }
            return;
        }
        unanswered(open);
        for (JsonNode call : message.path("tool_calls")) {
            open.add(call.path("id").asText());
        }
    }

    private static void unanswered(Set<String> open) throws RefusedRequest {
        if (!open.isEmpty()) {
            throw new RefusedRequest(ProviderError.invalid(
                    "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
                            + " 'tool_call_id'. The following tool_call_ids did not have response messages: "
                            + String.join(", ", open),
                    "messages",
                    null));
        }
    }

    private static long message(JsonNode message, String at) throws RefusedRequest {
        FieldRule.OBJECT.check(at, message);
        JsonNode role = field(message, "role", at);
        ROLE.check(at + ".role", role);
        JsonNode content = message.path("content");
        boolean calls = message.hasNonNull("tool_calls") || message.hasNonNull("function_call");
        boolean said = message.hasNonNull("refusal") || message.hasNonNull("audio");
        if (content.isMissingNode() || content.isNull()) {
            if (role.textValue().equals("assistant") && (calls || said)) {
                return argumentTokens(message.path("tool_calls"));
            }
            throw missing(at + ".content");
        }
        if (role.textValue().equals("tool")) {
            FieldRule.STRING.check(at + ".tool_call_id", field(message, "tool_call_id", at));
        }
        return content(content, at + ".content") + argumentTokens(message.path("tool_calls"));
    }

    private static long content(JsonNode content, String at) throws RefusedRequest {
        if (content.isTextual()) {
            return tokens(content.textValue());
        }
        if (!content.isArray()) {
            throw FieldRule.wrongType(at, "one of a string or array of objects", content);
        }
        long tokens = 0;
        for (int i = 0; i < content.size(); i++) {
            JsonNode part = content.get(i);
            String name = at + "[" + i + "]";
            FieldRule.OBJECT.check(name, part);
            PART.check(name + ".type", field(part, "type", name));
            tokens += tokens(part.path("text").asText());
        }
        return tokens;
    }

    private static long argumentTokens(JsonNode calls) {
        long tokens = 0;
        for (JsonNode call : calls) {
            tokens += tokens(call.path("function").path("arguments").asText());
        }
        return tokens;
    }

    private static JsonNode field(JsonNode object, String name, String at) throws RefusedRequest {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            throw missing(at + "." + name);
        }
        return value;
    }

    private static RefusedRequest missing(String name) {
        return new RefusedRequest(ProviderError.invalid(
                "Missing required parameter: '" + name + "'.", name, "missing_required_parameter"));
    }

    /** Tokens of a text by the simulator's rule. */
    static long tokens(String text) {
        return Math.ceilDiv(text.length(), CHARACTERS_A_TOKEN);
    }
}
