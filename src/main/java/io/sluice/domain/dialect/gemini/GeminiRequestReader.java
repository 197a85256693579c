package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code GenerateContentRequest} (Gemini API reference, 2026). Fields without a meaning in the canonical model
 * become extras by their path: {@code safetySettings}, {@code cachedContent}, {@code generationConfig.mediaResolution}.
 */
final class GeminiRequestReader {
    private static final Set<String> TOP =
            Set.of("model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "serviceTier");
    private static final Set<String> GENERATION = Set.of(
            "temperature",
            "topP",
            "topK",
            "candidateCount",
            "maxOutputTokens",
            "stopSequences",
            "presencePenalty",
            "frequencyPenalty",
            "seed",
            "responseLogprobs",
            "logprobs",
            "responseMimeType",
            "responseSchema",
            "responseJsonSchema",
            "thinkingConfig");
    private static final Set<String> FUNCTION = Set.of("name", "description", "parameters", "parametersJsonSchema");
    private static final String CONFIG = "generationConfig";

    private final ObjectNode body;
    private final Map<String, JsonNode> extras = new LinkedHashMap<>();

    private GeminiRequestReader(ObjectNode body) {
        this.body = body;
    }

    static ChatRequest read(ObjectNode body, String model, boolean stream) {
        return new GeminiRequestReader(body).read(model, stream);
    }

    private ChatRequest read(String model, boolean stream) {
        List<ChatMessage> messages = messages();
        List<Tool> tools = tools();
        ObjectNode config = Fields.object(body, CONFIG, "");
        ObjectNode generation = config == null ? Json.object() : config;
        ToolChoice choice = toolChoice(tools);
        Sampling sampling = sampling(generation);
        Reasoning reasoning = reasoning(generation);
        AnswerFormat format = format(generation);
        Fields.keep(generation, GENERATION, CONFIG, extras);
        Fields.keep(body, TOP, "", extras);
        return new ChatRequest(
                model,
                stream,
                messages,
                tools,
                choice,
                null,
                sampling,
                reasoning,
                format,
                null,
                Fields.text(body, "serviceTier", ""),
                extras);
    }

    private List<ChatMessage> messages() {
        List<ChatMessage> messages = new ArrayList<>();
        PartReader parts = new PartReader(extras);
        JsonNode system = Fields.get(body, "systemInstruction");
        if (system != null) {
            List<Part> said = system.isTextual()
                    ? List.of(Part.Text.of(system.textValue()))
                    : parts.read(content(system, "systemInstruction"), "systemInstruction");
            if (!said.isEmpty()) {
                messages.add(ChatMessage.of(Role.SYSTEM, said));
            }
        }
        JsonNode contents = Fields.get(body, "contents");
        if (contents == null || !contents.isArray()) {
            throw Fields.malformed("", "contents", "an array");
        }
        for (int i = 0; i < contents.size(); i++) {
            String at = "contents[" + i + "]";
            ObjectNode content = content(contents.path(i), at);
            Role role = role(content, at);
            List<Part> said = parts.read(content, at);
            boolean results = !said.isEmpty() && said.stream().allMatch(Part.ToolResult.class::isInstance);
            messages.add(ChatMessage.of(results && role == Role.USER ? Role.TOOL : role, said));
        }
        return messages;
    }

    private ObjectNode content(JsonNode node, String at) {
        if (node instanceof ObjectNode object) {
            Fields.keep(object, Set.of("role", "parts"), at, extras);
            return object;
        }
        throw Fields.malformed("", at, "an object with parts");
    }

    private static Role role(ObjectNode content, String at) {
        String role = Fields.text(content, "role", at);
        return switch (role == null ? "" : role.toLowerCase(Locale.ROOT)) {
            case "", "user", "function" -> Role.USER;
            case "model" -> Role.ASSISTANT;
            case "system" -> Role.SYSTEM;
            default -> throw Fields.malformed(at, "role", "'user' or 'model'");
        };
    }

    private List<Tool> tools() {
        List<Tool> tools = new ArrayList<>();
        int i = 0;
        for (JsonNode item : Fields.array(body, "tools", "")) {
            String at = "tools[" + i++ + "]";
            if (!(item instanceof ObjectNode tool)) {
                throw Fields.malformed("", at, "an object");
            }
            int f = 0;
            for (JsonNode declaration : Fields.array(tool, "functionDeclarations", at)) {
                tools.add(function(declaration, at + ".functionDeclarations[" + f++ + "]"));
            }
            for (String name : Fields.others(tool, Set.of("functionDeclarations"))) {
                ObjectNode foreign = Json.object();
                foreign.set(Fields.camel(name), tool.path(name));
                tools.add(new Tool.Foreign(ChatDialect.GEMINI, foreign, at + "." + Fields.camel(name)));
            }
        }
        return tools;
    }

    private Tool function(JsonNode item, String at) {
        if (!(item instanceof ObjectNode declaration)) {
            throw Fields.malformed("", at, "an object");
        }
        JsonNode schema = Fields.get(declaration, "parametersJsonSchema");
        JsonNode parameters = Fields.get(declaration, "parameters");
        Fields.keep(declaration, FUNCTION, at, extras);
        if (schema != null && parameters != null) {
            extras.put(at + ".parameters", parameters);
        }
        return new Tool.Function(
                Fields.required(declaration, "name", at),
                Fields.text(declaration, "description", at),
                schema != null ? schema : parameters == null ? null : Schemas.fromGemini(parameters),
                null,
                null);
    }

    private @Nullable ToolChoice toolChoice(List<Tool> tools) {
        ObjectNode config = Fields.object(body, "toolConfig", "");
        if (config == null) {
            return null;
        }
        Fields.keep(config, Set.of("functionCallingConfig"), "toolConfig", extras);
        ObjectNode calling = Fields.object(config, "functionCallingConfig", "toolConfig");
        if (calling == null) {
            return null;
        }
        String at = "toolConfig.functionCallingConfig";
        Fields.keep(calling, Set.of("mode", "allowedFunctionNames"), at, extras);
        List<String> allowed = new ArrayList<>();
        Fields.array(calling, "allowedFunctionNames", at).forEach(name -> allowed.add(name.asText()));
        String mode = Fields.text(calling, "mode", at);
        String word = mode == null ? "AUTO" : mode.toUpperCase(Locale.ROOT);
        JsonNode names = Fields.get(calling, "allowedFunctionNames");
        if (names != null && !word.equals("ANY")) {
            extras.put(at + ".allowedFunctionNames", names);
        }
        switch (word) {
            case "AUTO", "MODE_UNSPECIFIED" -> {
                return new ToolChoice.Auto();
            }
            case "NONE" -> {
                return new ToolChoice.None();
            }
            case "ANY" -> {
                if (allowed.size() == 1) {
                    return new ToolChoice.Named(allowed.getFirst());
                }
                // The model may call these alone: the others are as good as not there.
                tools.removeIf(tool -> !allowed.isEmpty()
                        && tool instanceof Tool.Function function
                        && !allowed.contains(function.name()));
                return new ToolChoice.Required();
            }
            case "VALIDATED" -> {
                extras.put(at + ".mode", calling.path("mode"));
                return new ToolChoice.Auto();
            }
            default -> throw Fields.malformed(at, "mode", "AUTO, ANY, NONE or VALIDATED");
        }
    }

    private static Sampling sampling(ObjectNode config) {
        List<String> stop = new ArrayList<>();
        for (JsonNode text : Fields.array(config, "stopSequences", CONFIG)) {
            if (!text.isTextual()) {
                throw Fields.malformed(CONFIG, "stopSequences", "an array of strings");
            }
            stop.add(text.textValue());
        }
        return new Sampling(
                Fields.integer(config, "maxOutputTokens", CONFIG),
                Fields.number(config, "temperature", CONFIG),
                Fields.number(config, "topP", CONFIG),
                Fields.integer(config, "topK", CONFIG),
                stop,
                Fields.integer(config, "seed", CONFIG),
                Fields.small(config, "candidateCount", CONFIG),
                Fields.number(config, "presencePenalty", CONFIG),
                Fields.number(config, "frequencyPenalty", CONFIG),
                Fields.flag(config, "responseLogprobs", CONFIG),
                Fields.small(config, "logprobs", CONFIG),
                null);
    }

    private @Nullable Reasoning reasoning(ObjectNode config) {
        ObjectNode thinking = Fields.object(config, "thinkingConfig", CONFIG);
        if (thinking == null) {
            return null;
        }
        String at = CONFIG + ".thinkingConfig";
        Fields.keep(thinking, Set.of("includeThoughts", "thinkingBudget", "thinkingLevel"), at, extras);
        Boolean show = Fields.flag(thinking, "includeThoughts", at);
        Long budget = Fields.integer(thinking, "thinkingBudget", at);
        String level = Fields.text(thinking, "thinkingLevel", at);
        String effort = level == null || level.equalsIgnoreCase("THINKING_LEVEL_UNSPECIFIED")
                ? null
                : level.toLowerCase(Locale.ROOT);
        if (show == null && budget == null && effort == null) {
            return null;
        }
        Boolean enabled = budget == null ? null : (Boolean) (budget != 0);
        return new Reasoning(enabled, effort, budget == null || budget == 0 ? null : budget, show);
    }

    private AnswerFormat format(ObjectNode config) {
        String type = Fields.text(config, "responseMimeType", CONFIG);
        JsonNode schema = Fields.get(config, "responseJsonSchema");
        JsonNode gemini = Fields.get(config, "responseSchema");
        String form = type == null || type.isEmpty() ? "text/plain" : type.toLowerCase(Locale.ROOT);
        boolean asText = form.equals("text/plain");
        if (gemini != null && (asText || schema != null)) {
            extras.put(CONFIG + ".responseSchema", gemini);
        }
        if (schema != null && asText) {
            extras.put(CONFIG + ".responseJsonSchema", schema);
        }
        if (schema == null && gemini != null) {
            schema = Schemas.fromGemini(gemini);
        }
        return switch (form) {
            case "text/plain" -> new AnswerFormat.Text();
            case "application/json", "text/x.enum" ->
                schema == null ? new AnswerFormat.Json() : new AnswerFormat.Schema("", null, schema, null);
            default ->
                throw Fields.malformed(CONFIG, "responseMimeType", "text/plain, application/json or text/x.enum");
        };
    }
}
