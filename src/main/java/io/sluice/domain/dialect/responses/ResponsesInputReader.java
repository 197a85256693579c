package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.OtherFields;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code input}: a text, or a list of items. Items of the model that follow each other (reasoning, messages, calls)
 * are one message of the chat, and so are the results of tools that follow each other. For one request.
 */
final class ResponsesInputReader {
    private static final Set<String> TEXT = Set.of("type", "text");

    private final Map<String, JsonNode> extras;
    private final List<ChatMessage> messages = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private final ArrayNode references = Json.NODES.arrayNode();
    private @Nullable Role open;
    private @Nullable Proof callProof;

    /**
     * A reader.
     *
     * @param extras takes fields that have no place, by their path
     */
    ResponsesInputReader(Map<String, JsonNode> extras) {
        this.extras = extras;
    }

    /** Adds the operator's text. */
    void instructions(String text) {
        messages.add(ChatMessage.of(Role.SYSTEM, List.of(Part.Text.of(text))));
    }

    /** Adds the input. */
    void input(JsonNode input) {
        if (input.isTextual()) {
            messages.add(ChatMessage.of(Role.USER, List.of(Part.Text.of(input.textValue()))));
        } else if (input instanceof ArrayNode items) {
            int index = 0;
            for (JsonNode item : items) {
                String at = "input[" + index++ + "]";
                item(JsonFields.object(item, at), at);
            }
        } else {
            throw JsonFields.wrong("", "input", "a string or an array");
        }
    }

    /** The messages, in order. */
    List<ChatMessage> messages() {
        close();
        return messages;
    }

    /** Names of stored items that the input refers to. */
    ArrayNode references() {
        return references;
    }

    private void item(ObjectNode item, String at) {
        String type = JsonFields.text(item, "type", at);
        switch (type == null ? "message" : type) {
            case "message" -> message(item, at);
            case "reasoning" -> reasoning(item, at);
            case "function_call" -> {
                others(item, at, "type", "call_id", "name", "arguments");
                add(
                        Role.ASSISTANT,
                        new Part.ToolCall(
                                JsonFields.needText(item, "call_id", at),
                                JsonFields.needText(item, "name", at),
                                arguments(JsonFields.text(item, "arguments", at)),
                                callProof,
                                null));
                callProof = null;
            }
            case "function_call_output" -> {
                others(item, at, "type", "call_id", "output");
                add(
                        Role.TOOL,
                        new Part.ToolResult(
                                JsonFields.needText(item, "call_id", at), null, output(item, at), false, null));
            }
            case "item_reference" -> {
                others(item, at, "type", "id");
                references.add(JsonFields.needText(item, "id", at));
            }
            default ->
                add(
                        type != null && (type.endsWith("_output") || type.endsWith("_response"))
                                ? Role.TOOL
                                : Role.ASSISTANT,
                        new Part.Foreign(ChatDialect.RESPONSES, item, at + ".type"));
        }
    }

    private void others(ObjectNode object, String at, String... known) {
        OtherFields.keep(ChatDialect.RESPONSES, object, Set.of(known), at, extras);
    }

    private static String arguments(@Nullable String written) {
        return written == null || written.isBlank() ? "{}" : written;
    }

    private void message(ObjectNode item, String at) {
        others(item, at, "type", "role", "content");
        String word = JsonFields.needText(item, "role", at);
        Role role =
                switch (word) {
                    case "user" -> Role.USER;
                    case "assistant" -> Role.ASSISTANT;
                    case "system" -> Role.SYSTEM;
                    case "developer" -> Role.DEVELOPER;
                    default ->
                        throw new MalformedRequestException(
                                at + ".role",
                                "Invalid value for '" + at
                                        + ".role': expected 'user', 'assistant', 'system' or 'developer'.");
                };
        JsonNode content = JsonFields.value(item, "content");
        if (content == null) {
            throw new MalformedRequestException(at + ".content", "Missing required parameter: '" + at + ".content'.");
        }
        List<Part> said = content(content, at + ".content");
        if (role == Role.ASSISTANT) {
            said.forEach(part -> add(role, part));
        } else {
            close();
            messages.add(ChatMessage.of(role, said));
        }
    }

    private void reasoning(ObjectNode item, String at) {
        others(item, at, "type", "summary", "content", "encrypted_content");
        String sealed = JsonFields.text(item, "encrypted_content", at);
        ProofLabel label = sealed == null ? null : ProofLabel.read(sealed);
        if (label != null && label.kind() == Kind.CALL) {
            callProof = label.proof();
            return;
        }
        String written = joined(item, "content", at);
        Part part = thinking(
                written.isEmpty() ? joined(item, "summary", at) : written,
                label,
                label == null ? OwnThinking.proof(item) : label.proof());
        if (part != null) {
            add(Role.ASSISTANT, part);
        }
    }

    /** What a reasoning item stands for; null when it says nothing. */
    private static @Nullable Part thinking(String text, @Nullable ProofLabel label, @Nullable Proof proof) {
        if (proof == null) {
            return text.isEmpty() ? null : new Part.Thinking(text, null);
        }
        boolean hidden = label == null ? text.isEmpty() : label.kind() == Kind.HIDDEN;
        return hidden ? new Part.HiddenThinking(proof) : new Part.Thinking(text, proof);
    }

    private String joined(ObjectNode item, String name, String at) {
        StringBuilder text = new StringBuilder();
        int index = 0;
        for (JsonNode part : JsonFields.list(item, name, at)) {
            String place = at + "." + name + "[" + index++ + "]";
            ObjectNode object = JsonFields.object(part, place);
            OtherFields.keep(ChatDialect.RESPONSES, object, TEXT, place, extras);
            text.append(text.isEmpty() ? "" : "\n\n").append(JsonFields.needText(object, "text", place));
        }
        return text.toString();
    }

    private List<Part> output(ObjectNode item, String at) {
        JsonNode output = JsonFields.value(item, "output");
        return output == null ? List.of() : content(output, at + ".output");
    }

    /** A text, or a list of parts. */
    private List<Part> content(JsonNode content, String at) {
        if (content.isTextual()) {
            return List.of(Part.Text.of(content.textValue()));
        }
        if (!(content instanceof ArrayNode list)) {
            throw JsonFields.wrong("", at, "a string or an array");
        }
        List<Part> parts = new ArrayList<>();
        int index = 0;
        for (JsonNode element : list) {
            String place = at + "[" + index++ + "]";
            parts.add(part(JsonFields.object(element, place), place));
        }
        return parts;
    }

    private Part part(ObjectNode part, String at) {
        return switch (JsonFields.needText(part, "type", at)) {
            case "input_text", "output_text", "text" -> {
                OtherFields.keep(ChatDialect.RESPONSES, part, TEXT, at, extras);
                yield Part.Text.of(JsonFields.needText(part, "text", at));
            }
            case "refusal" -> {
                others(part, at, "type", "refusal");
                yield new Part.Refusal(JsonFields.needText(part, "refusal", at));
            }
            case "input_image" -> image(part, at);
            case "input_file" -> file(part, at);
            case "input_audio" -> audio(part, at);
            default -> new Part.Foreign(ChatDialect.RESPONSES, part, at + ".type");
        };
    }

    private Part image(ObjectNode part, String at) {
        String url = JsonFields.text(part, "image_url", at);
        String stored = JsonFields.text(part, "file_id", at);
        String detail = JsonFields.text(part, "detail", at);
        others(part, at, "type", "detail", url != null ? "image_url" : "file_id");
        if (url != null) {
            return new Part.Image(source(url, at + ".image_url"), detail, null);
        }
        if (stored != null) {
            return new Part.Image(new MediaSource.Stored(stored), detail, null);
        }
        throw new MalformedRequestException(at, "'" + at + "' needs 'image_url' or 'file_id'.");
    }

    private Part file(ObjectNode part, String at) {
        String name = JsonFields.text(part, "filename", at);
        String data = JsonFields.text(part, "file_data", at);
        String url = JsonFields.text(part, "file_url", at);
        String stored = JsonFields.text(part, "file_id", at);
        others(part, at, "type", "filename", data != null ? "file_data" : url != null ? "file_url" : "file_id");
        MediaSource source;
        if (data != null) {
            source = data.startsWith("data:")
                    ? source(data, at + ".file_data")
                    : new MediaSource.Data(mediaType(name), data);
        } else if (url != null) {
            source = source(url, at + ".file_url");
        } else if (stored != null) {
            source = new MediaSource.Stored(stored);
        } else {
            throw new MalformedRequestException(at, "'" + at + "' needs 'file_data', 'file_url' or 'file_id'.");
        }
        return new Part.Document(source, name, null, null);
    }

    /** What bare base64 is: PDF, unless the file's name says otherwise. */
    private static String mediaType(@Nullable String name) {
        String lower = name == null ? "" : name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".txt") || lower.endsWith(".md") ? "text/plain" : "application/pdf";
    }

    private Part audio(ObjectNode part, String at) {
        ObjectNode audio = JsonFields.object(part, "input_audio", at);
        if (audio == null) {
            throw new MalformedRequestException(
                    at + ".input_audio", "Missing required parameter: '" + at + ".input_audio'.");
        }
        String place = at + ".input_audio";
        others(part, at, "type", "input_audio");
        others(audio, place, "format", "data");
        return new Part.Audio(new MediaSource.Data(
                "audio/" + JsonFields.needText(audio, "format", place), JsonFields.needText(audio, "data", place)));
    }

    private static MediaSource source(String url, String at) {
        if (!url.startsWith("data:")) {
            return new MediaSource.Url(url, null);
        }
        int comma = url.indexOf(',');
        String head = comma < 0 ? "" : url.substring("data:".length(), comma);
        if (!head.endsWith(";base64")) {
            throw new MalformedRequestException(at, "Invalid value for '" + at + "': expected a base64 data URL.");
        }
        int end = head.indexOf(';');
        return new MediaSource.Data(head.substring(0, end), url.substring(comma + 1));
    }

    private void add(Role role, Part part) {
        if (open != role) {
            close();
            open = role;
        }
        parts.add(part);
    }

    private void close() {
        if (open != null && !parts.isEmpty()) {
            messages.add(ChatMessage.of(open, parts));
        }
        parts.clear();
        open = null;
    }
}
