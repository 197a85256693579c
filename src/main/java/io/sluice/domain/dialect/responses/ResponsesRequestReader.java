package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.OtherFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request to {@code POST /v1/responses} (OpenAI API reference, 2026). The wish for encrypted reasoning goes without a
 * word, for it is always given, and so does the length of a reasoning summary. What needs stored state, such as
 * {@code previous_response_id}, stands in the extras, where every other dialect loses it by name. For one request.
 */
final class ResponsesRequestReader {
    private static final String ENCRYPTED = "reasoning.encrypted_content";
    private static final String LOGPROBS = "message.output_text.logprobs";
    private static final int MOST_LOGPROBS = 20;
    private static final Set<String> READ = Set.of(
            "model",
            "stream",
            "input",
            "instructions",
            "tools",
            "parallel_tool_calls",
            "max_output_tokens",
            "temperature",
            "top_p",
            "top_logprobs",
            "reasoning",
            "user",
            "service_tier");

    private static final Set<String> FORMAT = Set.of("type", "name", "description", "schema", "strict");
    private static final Set<String> TOOL = Set.of("type", "name", "description", "parameters", "strict");

    private final ObjectNode body;
    private final Map<String, JsonNode> extras = new LinkedHashMap<>();
    private List<Tool> tools = List.of();
    private @Nullable ToolChoice toolChoice;
    private AnswerFormat format = new AnswerFormat.Text();
    private @Nullable String user;
    private boolean logprobs;

    ResponsesRequestReader(ObjectNode body) {
        this.body = body;
    }

    /**
     * Reads it.
     *
     * @param model the model that is asked for
     * @param stream whether a stream is asked for
     * @throws MalformedRequestException when a field has a form that the dialect does not know
     */
    ChatRequest read(String model, boolean stream) {
        ResponsesInputReader input = new ResponsesInputReader(extras);
        String instructions = JsonFields.text(body, "instructions", "");
        if (instructions != null) {
            input.instructions(instructions);
        }
        JsonNode said = JsonFields.value(body, "input");
        if (said != null) {
            input.input(said);
        }
        tools = tools();
        user = JsonFields.text(body, "user", "");
        for (var member : body.properties()) {
            if (!READ.contains(member.getKey()) && !member.getValue().isNull()) {
                member(member.getKey(), member.getValue());
            }
        }
        if (!input.references().isEmpty()) {
            extras.put("input.item_reference", input.references());
        }
        return new ChatRequest(
                model,
                stream,
                input.messages(),
                tools,
                toolChoice,
                JsonFields.flag(body, "parallel_tool_calls", ""),
                sampling(),
                reasoning(),
                format,
                user,
                JsonFields.text(body, "service_tier", ""),
                extras);
    }

    private void member(String name, JsonNode value) {
        switch (name) {
            case "tool_choice" -> toolChoice(value);
            case "text" -> text(JsonFields.object(value, name));
            case "include" -> include();
            case "stream_options" ->
                OtherFields.keep(ChatDialect.RESPONSES, JsonFields.object(value, name), Set.of(), name, extras);
            case "safety_identifier" -> user = user == null ? JsonFields.text(body, name, "") : user;
            default -> extras.put(name, value);
        }
    }

    private void include() {
        var others = Json.NODES.arrayNode();
        for (JsonNode wish : JsonFields.list(body, "include", "")) {
            if (LOGPROBS.equals(wish.textValue())) {
                logprobs = true;
            } else if (!ENCRYPTED.equals(wish.textValue())) {
                others.add(wish);
            }
        }
        if (!others.isEmpty()) {
            extras.put("include", others);
        }
    }

    private Sampling sampling() {
        Long top = JsonFields.integer(body, "top_logprobs", "");
        if (top != null && (top < 0 || top > MOST_LOGPROBS)) {
            throw new MalformedRequestException(
                    "top_logprobs", "Invalid value for 'top_logprobs': expected 0 to " + MOST_LOGPROBS + ".");
        }
        boolean told = logprobs || top != null && top > 0;
        return new Sampling(
                JsonFields.integer(body, "max_output_tokens", ""),
                JsonFields.number(body, "temperature", ""),
                JsonFields.number(body, "top_p", ""),
                null,
                List.of(),
                null,
                null,
                null,
                null,
                told ? Boolean.TRUE : null,
                told && top != null ? top.intValue() : null,
                null);
    }

    private @Nullable Reasoning reasoning() {
        ObjectNode reasoning = JsonFields.object(body, "reasoning", "");
        if (reasoning == null) {
            return null;
        }
        String effort = JsonFields.text(reasoning, "effort", "reasoning");
        String summary = JsonFields.text(reasoning, "summary", "reasoning");
        if (summary == null) {
            summary = JsonFields.text(reasoning, "generate_summary", "reasoning");
        }
        OtherFields.keep(
                ChatDialect.RESPONSES, reasoning, Set.of("effort", "summary", "generate_summary"), "reasoning", extras);
        return effort == null && summary == null
                ? null
                : new Reasoning("none".equals(effort) ? false : null, effort, null, summary == null ? null : true);
    }

    private void text(ObjectNode text) {
        ObjectNode wanted = JsonFields.object(text, "format", "text");
        if (wanted != null) {
            format = format(wanted);
        }
        // Under the name that chat completions give it too.
        JsonNode verbosity = JsonFields.value(text, "verbosity");
        if (verbosity != null) {
            extras.put("verbosity", verbosity);
        }
        OtherFields.keep(ChatDialect.RESPONSES, text, Set.of("format", "verbosity"), "text", extras);
    }

    private AnswerFormat format(ObjectNode format) {
        String at = "text.format";
        OtherFields.keep(ChatDialect.RESPONSES, format, FORMAT, at, extras);
        return switch (JsonFields.needText(format, "type", at)) {
            case "text" -> new AnswerFormat.Text();
            case "json_object" -> new AnswerFormat.Json();
            case "json_schema" -> {
                ObjectNode schema = JsonFields.object(format, "schema", at);
                if (schema == null) {
                    throw new MalformedRequestException(
                            at + ".schema", "Missing required parameter: '" + at + ".schema'.");
                }
                yield new AnswerFormat.Schema(
                        JsonFields.needText(format, "name", at),
                        JsonFields.text(format, "description", at),
                        schema,
                        JsonFields.flag(format, "strict", at));
            }
            default ->
                throw new MalformedRequestException(
                        at + ".type",
                        "Invalid value for '" + at + ".type': expected 'text', 'json_object' or 'json_schema'.");
        };
    }

    private List<Tool> tools() {
        List<Tool> read = new ArrayList<>();
        int index = 0;
        for (JsonNode element : JsonFields.list(body, "tools", "")) {
            String at = "tools[" + index++ + "]";
            ObjectNode tool = JsonFields.object(element, at);
            if (!JsonFields.needText(tool, "type", at).equals("function")) {
                read.add(new Tool.Foreign(ChatDialect.RESPONSES, tool, at + ".type"));
                continue;
            }
            OtherFields.keep(ChatDialect.RESPONSES, tool, TOOL, at, extras);
            read.add(new Tool.Function(
                    JsonFields.needText(tool, "name", at),
                    JsonFields.text(tool, "description", at),
                    JsonFields.object(tool, "parameters", at),
                    JsonFields.flag(tool, "strict", at),
                    null));
        }
        return read;
    }

    private void toolChoice(JsonNode choice) {
        if (choice.isTextual()) {
            toolChoice = mode(choice.textValue(), "tool_choice");
            return;
        }
        ObjectNode object = JsonFields.object(choice, "tool_choice");
        switch (JsonFields.needText(object, "type", "tool_choice")) {
            case "function" -> {
                OtherFields.keep(ChatDialect.RESPONSES, object, Set.of("type", "name"), "tool_choice", extras);
                toolChoice = new ToolChoice.Named(JsonFields.needText(object, "name", "tool_choice"));
            }
            case "allowed_tools" -> allow(object);
            default -> extras.put("tool_choice", choice);
        }
    }

    private static ToolChoice mode(String word, String at) {
        return switch (word) {
            case "none" -> new ToolChoice.None();
            case "auto" -> new ToolChoice.Auto();
            case "required" -> new ToolChoice.Required();
            default ->
                throw new MalformedRequestException(
                        at, "Invalid value for '" + at + "': expected 'none', 'auto' or 'required'.");
        };
    }

    /** Tools that may not be called are left out: other dialects have no list beside the list. */
    private void allow(ObjectNode choice) {
        OtherFields.keep(ChatDialect.RESPONSES, choice, Set.of("type", "mode", "tools"), "tool_choice", extras);
        Set<String> allowed = new HashSet<>();
        int index = 0;
        for (JsonNode element : JsonFields.list(choice, "tools", "tool_choice")) {
            String at = "tool_choice.tools[" + index++ + "]";
            ObjectNode tool = JsonFields.object(element, at);
            OtherFields.keep(ChatDialect.RESPONSES, tool, Set.of("type", "name"), at, extras);
            String name = JsonFields.text(tool, "name", at);
            allowed.add(name == null ? "type:" + JsonFields.needText(tool, "type", at) : name);
        }
        tools = tools.stream().filter(tool -> allowed.contains(name(tool))).toList();
        toolChoice = mode(JsonFields.needText(choice, "mode", "tool_choice"), "tool_choice.mode");
    }

    private static String name(Tool tool) {
        return switch (tool) {
            case Tool.Function function -> function.name();
            case Tool.Foreign foreign ->
                foreign.json()
                        .path("name")
                        .asText("type:" + foreign.json().path("type").asText());
        };
    }
}
