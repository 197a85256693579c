package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.OtherFields;
import io.sluice.domain.dialect.ProofLabel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages. Fields of a message that no other dialect has, such as {@code audio}, go to the request's extras under
 * their path; empty lists and objects, which servers put into the answers that come back here, say nothing. A
 * {@code function_call} of old and its {@code function} message become a call and its result, with an id made up by
 * {@link #OLD_CALL}.
 */
final class OpenAiMessageReader {
    /** What the ids begin with that stand for calls without ids. */
    static final String OLD_CALL = "legacy_call_";

    private static final Set<String> SPOKEN = Set.of("role", "name", "content");
    private static final Set<String> RESULT = Set.of("role", "name", "content", "tool_call_id", "cache_control");
    private static final Set<String> ASSISTANT = Set.of(
            "role",
            "name",
            "content",
            "refusal",
            "tool_calls",
            "function_call",
            "reasoning",
            ReasoningDetails.CONTENT,
            ReasoningDetails.DETAILS);
    private static final Set<String> CALL = Set.of("id", "type", "function", "extra_content");

    private final Map<String, JsonNode> extras;
    private final OpenAiPartReader parts;
    private int oldCalls;

    OpenAiMessageReader(Map<String, JsonNode> extras) {
        this.extras = extras;
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
        others(message, SPOKEN, path);
        return new ChatMessage(role, Fields.text(message, "name", path), said);
    }

    private List<Part> content(JsonNode message, String path) {
        return parts.content(Fields.get(message, "content"), path + ".content");
    }

    private ChatMessage result(JsonNode message, String callId, String path) {
        others(message, RESULT, path);
        return ChatMessage.of(
                Role.TOOL,
                List.of(new Part.ToolResult(
                        callId,
                        Fields.text(message, "name", path),
                        content(message, path),
                        false,
                        Fields.get(message, "cache_control"))));
    }

    private ChatMessage assistant(JsonNode message, String path) {
        List<Part> read = ReasoningDetails.read(message, path, extras);
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
        others(message, ASSISTANT, path);
        return new ChatMessage(Role.ASSISTANT, Fields.text(message, "name", path), read);
    }

    private Part call(JsonNode call, String path) {
        if (!call.isObject()) {
            throw Fields.wrong(path, "an object");
        }
        JsonNode function = Fields.get(call, "function");
        if (function == null) {
            // Calls of custom tools take text, which no other dialect has.
            return new Part.Foreign(ChatDialect.OPENAI, call, path + ".type");
        }
        OtherFields.keep(ChatDialect.OPENAI, call, CALL, path, extras);
        return function(Fields.required(call, "id", path), function, path + ".function", proof(call, path));
    }

    /** The proof of a call; OpenAI's own library for Java puts what it gathers from a stream into the function. */
    private @Nullable Proof proof(JsonNode holder, String path) {
        JsonNode extra = holder.path("extra_content");
        OtherFields.keep(ChatDialect.OPENAI, extra, Set.of("google"), path + ".extra_content", extras);
        JsonNode google = extra.path("google");
        OtherFields.keep(
                ChatDialect.OPENAI, google, Set.of("thought_signature"), path + ".extra_content.google", extras);
        JsonNode signature = google.path("thought_signature");
        return signature.isTextual() ? ProofLabel.inward(signature.textValue(), Maker.GEMINI) : null;
    }

    private Part function(String id, JsonNode function, String path, @Nullable Proof proof) {
        OtherFields.keep(ChatDialect.OPENAI, function, Set.of("name", "arguments", "extra_content"), path, extras);
        Proof inside = proof(function, path);
        JsonNode arguments = Fields.get(function, "arguments");
        String json = arguments == null ? "" : arguments.isTextual() ? arguments.textValue() : Json.text(arguments);
        return new Part.ToolCall(
                id,
                Fields.required(function, "name", path),
                json.isEmpty() ? "{}" : json,
                proof == null ? inside : proof,
                null);
    }

    /** Fields that say something and have no place elsewhere. */
    private void others(JsonNode message, Set<String> known, String path) {
        Set<String> silent = new HashSet<>(known);
        for (Map.Entry<String, JsonNode> field : Fields.of(message)) {
            if (field.getValue().isContainerNode() && field.getValue().isEmpty()) {
                silent.add(field.getKey());
            }
        }
        OtherFields.keep(ChatDialect.OPENAI, message, silent, path, extras);
    }
}
