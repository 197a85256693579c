package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.ProofLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages. Fields of a message that no other dialect has, such as {@code audio}, become a {@link Part.Foreign}
 * without a {@code type}. {@code annotations} of the assistant are left out: OpenAI does not read them either. A
 * {@code function_call} of old and its {@code function} message become a call and its result, with an id made up by
 * {@link #OLD_CALL}.
 */
final class OpenAiMessageReader {
    /** What the ids begin with that stand for calls without ids. */
    static final String OLD_CALL = "legacy_call_";

    private final OpenAiPartReader parts;
    private int oldCalls;

    OpenAiMessageReader(Map<String, JsonNode> extras) {
        parts = new OpenAiPartReader(extras);
    }

    List<ChatMessage> read(JsonNode messages) {
        if (!messages.isArray()) {
            throw Fields.wrong("messages", "an array of objects");
        }
        List<ChatMessage> read = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            String path = "messages[" + i + "]";
            JsonNode message = messages.get(i);
            if (!message.isObject()) {
                throw Fields.wrong(path, "an object");
            }
            read.add(message(message, path));
        }
        return read;
    }

    private ChatMessage message(JsonNode message, String path) {
        String role = Fields.required(message, "role", path);
        return switch (role) {
            case "system" -> spoken(Role.SYSTEM, message, path);
            case "developer" -> spoken(Role.DEVELOPER, message, path);
            case "user" -> spoken(Role.USER, message, path);
            case "assistant" -> assistant(message, path);
            case "tool" -> result(message, Fields.required(message, "tool_call_id", path), path);
            case "function" -> result(message, OLD_CALL + Math.max(0, oldCalls - 1), path);
            default ->
                throw new MalformedRequestException(
                        path + ".role",
                        "Invalid value for '" + path
                                + ".role': expected one of 'developer', 'system', 'user', 'assistant', 'tool'.");
        };
    }

    private ChatMessage spoken(Role role, JsonNode message, String path) {
        List<Part> said = content(message, path);
        foreign(message, said, "role", "name", "content");
        return new ChatMessage(role, Fields.text(message, "name", path), said);
    }

    private List<Part> content(JsonNode message, String path) {
        return parts.content(Fields.get(message, "content"), path + ".content");
    }

    private ChatMessage result(JsonNode message, String callId, String path) {
        List<Part> read = new ArrayList<>();
        read.add(new Part.ToolResult(
                callId,
                Fields.text(message, "name", path),
                content(message, path),
                false,
                Fields.get(message, "cache_control")));
        foreign(message, read, "role", "name", "content", "tool_call_id", "cache_control");
        return ChatMessage.of(Role.TOOL, read);
    }

    private ChatMessage assistant(JsonNode message, String path) {
        List<Part> read = ReasoningDetails.read(message);
        read.addAll(content(message, path));
        String refusal = Fields.text(message, "refusal", path);
        if (refusal != null) {
            read.add(new Part.Refusal(refusal));
        }
        JsonNode calls = Fields.get(message, "tool_calls");
        if (calls != null) {
            if (!calls.isArray()) {
                throw Fields.wrong(path + ".tool_calls", "an array of objects");
            }
            for (int i = 0; i < calls.size(); i++) {
                read.add(call(calls.get(i), path + ".tool_calls[" + i + "]"));
            }
        }
        JsonNode old = Fields.get(message, "function_call");
        if (old != null) {
            read.add(function(OLD_CALL + oldCalls++, old, path + ".function_call", null));
        }
        foreign(
                message,
                read,
                "role",
                "name",
                "content",
                "refusal",
                "tool_calls",
                "function_call",
                "reasoning",
                ReasoningDetails.CONTENT,
                ReasoningDetails.DETAILS,
                "annotations");
        return new ChatMessage(Role.ASSISTANT, Fields.text(message, "name", path), read);
    }

    private static Part call(JsonNode call, String path) {
        if (!call.isObject()) {
            throw Fields.wrong(path, "an object");
        }
        JsonNode function = Fields.get(call, "function");
        if (function == null) {
            // Calls of custom tools take text, which no other dialect has.
            return new Part.Foreign(ChatDialect.OPENAI, call);
        }
        JsonNode signature = call.at("/extra_content/google/thought_signature");
        return function(
                Fields.required(call, "id", path),
                function,
                path + ".function",
                signature.isTextual() ? ProofLabel.inward(signature.textValue(), Maker.GEMINI) : null);
    }

    private static Part function(String id, JsonNode function, String path, @Nullable Proof proof) {
        JsonNode arguments = Fields.get(function, "arguments");
        String json = arguments == null ? "" : arguments.isTextual() ? arguments.textValue() : Json.text(arguments);
        return new Part.ToolCall(
                id, Fields.required(function, "name", path), json.isEmpty() ? "{}" : json, proof, null);
    }

    /** Fields that say something and have no place elsewhere. */
    private static void foreign(JsonNode message, List<Part> read, String... known) {
        List<String> names = List.of(known);
        ObjectNode rest = Json.object();
        for (Map.Entry<String, JsonNode> field : Fields.of(message)) {
            JsonNode value = field.getValue();
            boolean says = !value.isNull() && !(value.isContainerNode() && value.isEmpty());
            if (says && !names.contains(field.getKey()) && !"cache_control".equals(field.getKey())) {
                rest.set(field.getKey(), value);
            }
        }
        if (!rest.isEmpty()) {
            read.add(new Part.Foreign(ChatDialect.OPENAI, rest));
        }
    }
}
