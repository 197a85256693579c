package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.OtherFields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one request (Anthropic API reference, Messages, 2026). Top-level fields without a place in the model, beta ones
 * among them, become extras under their names; those inside of other objects under their paths. {@code max_tokens} may be
 * missing, as it is when tokens are counted.
 *
 * <p>A {@code cache_control} of the whole request means its last block that can be cached, and is put there.
 */
final class AnthropicRequestReader {
    private static final Set<String> KNOWN = Set.of(
            "model",
            "stream",
            "system",
            "messages",
            "tools",
            "tool_choice",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "stop_sequences",
            "thinking",
            "output_config",
            "output_format",
            "metadata",
            "service_tier",
            "cache_control");
    private static final Set<String> TOOL =
            Set.of("type", "name", "description", "input_schema", "strict", "cache_control");

    private final ObjectNode body;
    private final Map<String, JsonNode> extras = new LinkedHashMap<>();
    private final ContentReader content = new ContentReader(extras);

    AnthropicRequestReader(ObjectNode body) {
        this.body = body;
    }

    /**
     * Reads it all.
     *
     * @throws io.sluice.domain.dialect.MalformedRequestException for a field of a wrong form
     */
    ChatRequest read(String model, boolean stream) {
        OtherFields.keep(ChatDialect.ANTHROPIC, body, KNOWN, "", extras);
        ObjectNode outputConfig = FieldReader.object(body, "output_config", "");
        ObjectNode metadata = FieldReader.object(body, "metadata", "");
        if (outputConfig != null) {
            OtherFields.keep(ChatDialect.ANTHROPIC, outputConfig, Set.of("effort", "format"), "output_config", extras);
        }
        if (metadata != null) {
            OtherFields.keep(ChatDialect.ANTHROPIC, metadata, Set.of("user_id"), "metadata", extras);
        }
        ObjectNode choice = FieldReader.object(body, "tool_choice", "");
        if (choice != null) {
            OtherFields.keep(
                    ChatDialect.ANTHROPIC,
                    choice,
                    Set.of("type", "name", "disable_parallel_tool_use"),
                    "tool_choice",
                    extras);
        }
        Boolean single = choice == null ? null : FieldReader.truth(choice, "disable_parallel_tool_use", "tool_choice.");
        return new ChatRequest(
                model,
                stream,
                messages(),
                tools(),
                choice == null ? null : toolChoice(choice),
                single == null ? null : !single,
                sampling(),
                reasoning(outputConfig),
                format(outputConfig),
                metadata == null ? null : FieldReader.text(metadata, "user_id", "metadata."),
                FieldReader.text(body, "service_tier", ""),
                extras);
    }

    private List<ChatMessage> messages() {
        List<ChatMessage> messages = new ArrayList<>();
        List<Part> system = content.parts(FieldReader.at(body, "system"), "system");
        if (!system.isEmpty()) {
            messages.add(ChatMessage.of(Role.SYSTEM, system));
        }
        if (!(FieldReader.at(body, "messages") instanceof ArrayNode written)) {
            throw FieldReader.wrong("messages", "an array of messages");
        }
        for (int i = 0; i < written.size(); i++) {
            String path = "messages[" + i + "]";
            if (!(written.get(i) instanceof ObjectNode message)) {
                throw FieldReader.wrong(path, "a message");
            }
            OtherFields.keep(ChatDialect.ANTHROPIC, message, Set.of("role", "content"), path, extras);
            Role role =
                    switch (FieldReader.required(message, "role", path + ".")) {
                        case "user" -> Role.USER;
                        case "assistant" -> Role.ASSISTANT;
                        case "system" -> Role.SYSTEM;
                        default -> throw FieldReader.wrong(path + ".role", "user, assistant or system");
                    };
            messages.add(ChatMessage.of(role, content.parts(FieldReader.at(message, "content"), path + ".content")));
        }
        markLast(messages);
        return messages;
    }

    private void markLast(List<ChatMessage> messages) {
        ObjectNode mark = FieldReader.object(body, "cache_control", "");
        if (mark == null || messages.isEmpty() || messages.getLast().parts().isEmpty()) {
            return;
        }
        ChatMessage last = messages.removeLast();
        List<Part> parts = new ArrayList<>(last.parts());
        parts.add(ContentReader.marked(parts.removeLast(), mark));
        messages.add(ChatMessage.of(last.role(), parts));
    }

    private List<Tool> tools() {
        JsonNode written = FieldReader.at(body, "tools");
        if (written == null) {
            return List.of();
        }
        if (!(written instanceof ArrayNode array)) {
            throw FieldReader.wrong("tools", "an array of tools");
        }
        List<Tool> tools = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            String path = "tools[" + i + "]";
            if (!(array.get(i) instanceof ObjectNode tool)) {
                throw FieldReader.wrong(path, "a tool");
            }
            tools.add(tool(tool, path));
        }
        return tools;
    }

    private Tool tool(ObjectNode tool, String path) {
        String at = path + ".";
        String type = FieldReader.text(tool, "type", at);
        if (type != null && !type.equals("custom")) {
            return new Tool.Foreign(ChatDialect.ANTHROPIC, tool, path + ".type");
        }
        OtherFields.keep(ChatDialect.ANTHROPIC, tool, TOOL, path, extras);
        return new Tool.Function(
                FieldReader.required(tool, "name", at),
                FieldReader.text(tool, "description", at),
                FieldReader.object(tool, "input_schema", at),
                FieldReader.truth(tool, "strict", at),
                FieldReader.at(tool, "cache_control"));
    }

    private static ToolChoice toolChoice(ObjectNode choice) {
        return switch (FieldReader.required(choice, "type", "tool_choice.")) {
            case "auto" -> new ToolChoice.Auto();
            case "none" -> new ToolChoice.None();
            case "any" -> new ToolChoice.Required();
            case "tool" -> new ToolChoice.Named(FieldReader.required(choice, "name", "tool_choice."));
            default -> throw FieldReader.wrong("tool_choice.type", "auto, any, tool or none");
        };
    }

    private Sampling sampling() {
        List<String> stop = new ArrayList<>();
        JsonNode written = FieldReader.at(body, "stop_sequences");
        if (written != null && !written.isArray()) {
            throw FieldReader.wrong("stop_sequences", "an array of strings");
        }
        if (written != null) {
            for (JsonNode one : written) {
                if (!one.isTextual()) {
                    throw FieldReader.wrong("stop_sequences", "an array of strings");
                }
                stop.add(one.textValue());
            }
        }
        return new Sampling(
                FieldReader.integer(body, "max_tokens", ""),
                FieldReader.decimal(body, "temperature", ""),
                FieldReader.decimal(body, "top_p", ""),
                FieldReader.integer(body, "top_k", ""),
                stop,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private @Nullable Reasoning reasoning(@Nullable ObjectNode outputConfig) {
        String effort = outputConfig == null ? null : FieldReader.text(outputConfig, "effort", "output_config.");
        ObjectNode thinking = FieldReader.object(body, "thinking", "");
        if (thinking == null) {
            return effort == null ? null : new Reasoning(null, effort, null, null);
        }
        OtherFields.keep(
                ChatDialect.ANTHROPIC, thinking, Set.of("type", "budget_tokens", "display"), "thinking", extras);
        String display = FieldReader.text(thinking, "display", "thinking.");
        Boolean show = display == null ? null : !display.equals("omitted");
        return switch (FieldReader.required(thinking, "type", "thinking.")) {
            case "enabled" ->
                new Reasoning(true, effort, FieldReader.integer(thinking, "budget_tokens", "thinking."), show);
            case "adaptive" -> new Reasoning(true, effort, -1L, show);
            case "disabled" -> new Reasoning(false, effort, null, show);
            default -> throw FieldReader.wrong("thinking.type", "enabled, disabled or adaptive");
        };
    }

    private AnswerFormat format(@Nullable ObjectNode outputConfig) {
        ObjectNode format = outputConfig == null ? null : FieldReader.object(outputConfig, "format", "output_config.");
        String path = "output_config.format.";
        // The name while it was in beta.
        ObjectNode older = FieldReader.object(body, "output_format", "");
        if (format == null) {
            format = older;
            path = "output_format.";
        } else if (older != null) {
            extras.put("output_format", older);
        }
        if (format == null) {
            return new AnswerFormat.Text();
        }
        OtherFields.keep(
                ChatDialect.ANTHROPIC, format, Set.of("type", "schema"), path.substring(0, path.length() - 1), extras);
        if (!FieldReader.required(format, "type", path).equals("json_schema")) {
            throw FieldReader.wrong(path + "type", "json_schema");
        }
        ObjectNode schema = FieldReader.object(format, "schema", path);
        if (schema == null) {
            throw FieldReader.wrong(path + "schema", "a JSON Schema");
        }
        return new AnswerFormat.Schema("", null, schema, null);
    }
}
