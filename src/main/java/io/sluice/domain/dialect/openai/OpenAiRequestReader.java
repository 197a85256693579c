package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.OtherFields;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a chat completion request (OpenAI API reference, chat, 2026). Of {@code max_completion_tokens} and its forerunner
 * {@code max_tokens} the first counts. A field of a known name whose form no other dialect has goes to the extras, as all
 * unknown ones do, by their path; a form that OpenAI does not know either is refused. Used once.
 */
final class OpenAiRequestReader {
    private final Map<String, JsonNode> extras = new LinkedHashMap<>();
    private List<ChatMessage> messages = List.of();
    private final List<Tool> tools = new ArrayList<>();
    private @Nullable ToolChoice toolChoice;
    private @Nullable Boolean parallelToolCalls;
    private @Nullable Long maxTokens;
    private @Nullable Long maxCompletionTokens;
    private @Nullable BigDecimal temperature;
    private @Nullable BigDecimal topP;
    private @Nullable Long topK;
    private List<String> stop = List.of();
    private @Nullable Long seed;
    private @Nullable Integer choices;
    private @Nullable BigDecimal presencePenalty;
    private @Nullable BigDecimal frequencyPenalty;
    private @Nullable Boolean logprobs;
    private @Nullable Integer topLogprobs;
    private @Nullable JsonNode logitBias;
    private @Nullable Reasoning reasoning;
    private @Nullable JsonNode reasoningObject;
    private AnswerFormat format = new AnswerFormat.Text();
    private @Nullable String user;
    private @Nullable String serviceTier;

    private OpenAiRequestReader() {}

    static ChatRequest read(ObjectNode body, String model, boolean stream) {
        return new OpenAiRequestReader().request(body, model, stream);
    }

    private ChatRequest request(ObjectNode body, String model, boolean stream) {
        for (Map.Entry<String, JsonNode> field : Fields.of(body)) {
            if (!field.getValue().isNull()) {
                field(field.getKey(), field.getValue());
            }
        }
        if (reasoningObject != null) {
            reasoning(reasoningObject);
        }
        return new ChatRequest(
                model,
                stream,
                messages,
                tools,
                toolChoice,
                parallelToolCalls,
                new Sampling(
                        maxCompletionTokens == null ? maxTokens : maxCompletionTokens,
                        temperature,
                        topP,
                        topK,
                        stop,
                        seed,
                        choices,
                        presencePenalty,
                        frequencyPenalty,
                        logprobs,
                        topLogprobs,
                        logitBias),
                reasoning,
                format,
                user,
                serviceTier,
                extras);
    }

    private void field(String name, JsonNode value) {
        switch (name) {
            case "model", "stream" -> {}
            case "messages" -> messages = new OpenAiMessageReader(extras).read(value);
            case "tools" -> tools(value);
            case "tool_choice" -> toolChoice = toolChoice(value);
            case "parallel_tool_calls" -> parallelToolCalls = Fields.flag(value, name);
            case "max_tokens" -> maxTokens = Fields.integer(value, name);
            case "max_completion_tokens" -> maxCompletionTokens = Fields.integer(value, name);
            case "temperature" -> temperature = Fields.decimal(value, name);
            case "top_p" -> topP = Fields.decimal(value, name);
            case "top_k" -> topK(value);
            case "stop" -> stop = stop(value);
            case "seed" -> seed = Fields.integer(value, name);
            case "n" -> choices = Fields.smallInteger(value, name);
            case "presence_penalty" -> presencePenalty = Fields.decimal(value, name);
            case "frequency_penalty" -> frequencyPenalty = Fields.decimal(value, name);
            case "logprobs" -> logprobs = Fields.flag(value, name);
            case "top_logprobs" -> topLogprobs = Fields.smallInteger(value, name);
            case "logit_bias" -> logitBias = value;
            case "reasoning_effort" -> reasoning = effort(Fields.text(value, name));
            case "reasoning" -> reasoningObject = value;
            case "response_format" -> format(value);
            case "user" -> user = Fields.text(value, name);
            case "service_tier" -> serviceTier = Fields.text(value, name);
            case "stream_options" -> streamOptions(value);
            default -> extras.put(name, value);
        }
    }

    /** Servers that know it take -1 or 0 for all. */
    private void topK(JsonNode value) {
        long number = Fields.integer(value, "top_k");
        if (number > 0) {
            topK = number;
        } else {
            extras.put("top_k", value);
        }
    }

    /** Whether usage is told has been found by whoever asks. */
    private void streamOptions(JsonNode value) {
        if (!(value instanceof ObjectNode options)) {
            throw Fields.wrong("stream_options", "an object");
        }
        OtherFields.keep(ChatDialect.OPENAI, options, Set.of("include_usage"), "stream_options", extras);
    }

    private static List<String> stop(JsonNode value) {
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        if (!value.isArray()) {
            throw Fields.wrong("stop", "a string or an array of strings");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            texts.add(Fields.text(value.get(i), "stop[" + i + "]"));
        }
        return texts;
    }

    private void tools(JsonNode value) {
        if (!value.isArray()) {
            throw Fields.wrong("tools", "an array of objects");
        }
        for (int i = 0; i < value.size(); i++) {
            JsonNode tool = value.get(i);
            String path = "tools[" + i + "]";
            if (!tool.isObject()) {
                throw Fields.wrong(path, "an object");
            }
            JsonNode function = Fields.get(tool, "function");
            if (function == null || !"function".equals(Fields.required(tool, "type", path))) {
                tools.add(new Tool.Foreign(ChatDialect.OPENAI, tool, path + ".type"));
            } else {
                OtherFields.keep(ChatDialect.OPENAI, tool, Set.of("type", "function", "cache_control"), path, extras);
                tools.add(function(tool, function, path + ".function"));
            }
        }
    }

    private Tool function(JsonNode tool, JsonNode function, String path) {
        JsonNode strict = Fields.get(function, "strict");
        OtherFields.keep(
                ChatDialect.OPENAI, function, Set.of("name", "description", "parameters", "strict"), path, extras);
        return new Tool.Function(
                Fields.required(function, "name", path),
                Fields.text(function, "description", path),
                Fields.get(function, "parameters"),
                strict == null ? null : Fields.flag(strict, path + ".strict"),
                Fields.get(tool, "cache_control"));
    }

    private @Nullable ToolChoice toolChoice(JsonNode value) {
        if (value.isTextual()) {
            return switch (value.textValue()) {
                case "auto" -> new ToolChoice.Auto();
                case "none" -> new ToolChoice.None();
                // The second is Mistral's word.
                case "required", "any" -> new ToolChoice.Required();
                default ->
                    throw new MalformedRequestException(
                            "tool_choice",
                            "Invalid value for 'tool_choice': expected 'none', 'auto', 'required' or an object.");
            };
        }
        JsonNode function = Fields.get(value, "function");
        if (function != null) {
            OtherFields.keep(ChatDialect.OPENAI, value, Set.of("type", "function"), "tool_choice", extras);
            OtherFields.keep(ChatDialect.OPENAI, function, Set.of("name"), "tool_choice.function", extras);
            return new ToolChoice.Named(Fields.required(function, "name", "tool_choice.function"));
        }
        if (!value.isObject()) {
            throw Fields.wrong("tool_choice", "a string or an object");
        }
        extras.put("tool_choice", value);
        return null;
    }

    private static Reasoning effort(String effort) {
        return new Reasoning("none".equals(effort) ? false : null, effort, null, null);
    }

    /** OpenRouter's object. One of another form, or that is said twice, stays as it is. */
    private void reasoning(JsonNode value) {
        boolean known = value.isObject() && reasoning == null;
        for (Map.Entry<String, JsonNode> field : Fields.of(value)) {
            JsonNode member = field.getValue();
            known &= switch (field.getKey()) {
                case "effort" -> member.isTextual();
                case "max_tokens" -> member.isIntegralNumber() && member.canConvertToLong();
                case "exclude", "enabled" -> member.isBoolean();
                default -> true;
            };
        }
        if (!known) {
            extras.put("reasoning", value);
            return;
        }
        OtherFields.keep(
                ChatDialect.OPENAI, value, Set.of("effort", "max_tokens", "exclude", "enabled"), "reasoning", extras);
        JsonNode exclude = value.get("exclude");
        JsonNode enabled = value.get("enabled");
        JsonNode budget = value.get("max_tokens");
        String effort = Fields.text(value, "effort", "reasoning");
        reasoning = new Reasoning(
                enabled != null ? (Boolean) enabled.booleanValue() : "none".equals(effort) ? false : null,
                effort,
                budget == null ? null : (Long) budget.longValue(),
                exclude == null ? null : (Boolean) !exclude.booleanValue());
    }

    private void format(JsonNode value) {
        switch (Fields.required(value, "type", "response_format")) {
            case "text" -> format = new AnswerFormat.Text();
            case "json_object" -> format = new AnswerFormat.Json();
            case "json_schema" -> format = schema(value);
            default -> {
                extras.put("response_format", value);
                return;
            }
        }
        OtherFields.keep(ChatDialect.OPENAI, value, Set.of("type", "json_schema"), "response_format", extras);
    }

    private AnswerFormat schema(JsonNode value) {
        String path = "response_format.json_schema";
        JsonNode schema = Fields.get(value, "json_schema");
        if (schema == null) {
            throw new MalformedRequestException(path, "Missing required parameter: '" + path + "'.");
        }
        OtherFields.keep(ChatDialect.OPENAI, schema, Set.of("name", "description", "schema", "strict"), path, extras);
        JsonNode inner = Fields.get(schema, "schema");
        JsonNode strict = Fields.get(schema, "strict");
        return new AnswerFormat.Schema(
                Fields.required(schema, "name", path),
                Fields.text(schema, "description", path),
                inner == null ? Json.object() : inner,
                strict == null ? null : (Boolean) Fields.flag(strict, path + ".strict"));
    }
}
