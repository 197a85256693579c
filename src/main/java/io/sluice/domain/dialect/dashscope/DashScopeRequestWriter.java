package io.sluice.domain.dialect.dashscope;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes one request. The user's name, cache marks and labels for the provider's own lists go without a word: they never
 * change an answer. An answer after a schema is asked for as JSON, with the schema in the system message: no schema is
 * enforced by this API.
 */
final class DashScopeRequestWriter {
    /** Parameters of DashScope under their own names, which clients of OpenAI send as extra fields. */
    private static final Set<String> OWN = Set.of(
            "enable_search",
            "search_options",
            "repetition_penalty",
            "enable_thinking",
            "thinking_budget",
            "preserve_thinking",
            "vl_high_resolution_images",
            "vl_enable_image_hw_output",
            "translation_options",
            "enable_code_interpreter",
            "top_k");

    private static final Set<String> USUAL_TIERS = Set.of("auto", "default", "standard_only", "standard");

    private static final long LOW_BUDGET = 1_024;
    private static final long MEDIUM_BUDGET = 8_192;

    private final ChatRequest request;
    private final String model;
    private final Losses losses;

    DashScopeRequestWriter(ChatRequest request, String model, Losses losses) {
        this.request = request;
        this.model = model;
        this.losses = losses;
    }

    ObjectNode write() {
        ObjectNode body = Json.object();
        body.put("model", model);
        DashScopeMessages messages = new DashScopeMessages(
                losses, DashScopeModels.isMultimodal(model) || DashScopeMessages.holdMedia(request.messages()));
        body.putObject("input").set("messages", messages.write(request.messages(), instruction()));
        ObjectNode parameters = body.putObject("parameters");
        parameters.put("result_format", "message");
        sampling(parameters, request.sampling());
        format(parameters);
        tools(parameters);
        reasoning(parameters, request.reasoning());
        serviceTier();
        extras(parameters);
        if (messages.looksClosely()) {
            parameters.put("vl_high_resolution_images", true);
        }
        if (request.stream()
                || DashScopeModels.isStreamOnly(model)
                || parameters.path("enable_thinking").asBoolean(false)) {
            parameters.put("incremental_output", true);
        }
        return body;
    }

    private void sampling(ObjectNode parameters, Sampling sampling) {
        if (sampling.maxOutputTokens() != null) {
            parameters.put("max_tokens", sampling.maxOutputTokens());
        }
        if (sampling.temperature() != null) {
            parameters.put("temperature", sampling.temperature());
        }
        if (sampling.topP() != null) {
            parameters.put("top_p", sampling.topP());
        }
        if (sampling.topK() != null) {
            parameters.put("top_k", sampling.topK());
        }
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = parameters.putArray("stop");
            sampling.stop().forEach(stop::add);
        }
        if (sampling.seed() != null) {
            parameters.put("seed", sampling.seed());
        }
        if (sampling.choices() != null && sampling.choices() != 1) {
            parameters.put("n", sampling.choices());
        }
        if (sampling.presencePenalty() != null) {
            parameters.put("presence_penalty", sampling.presencePenalty());
        }
        if (sampling.frequencyPenalty() != null && sampling.frequencyPenalty().signum() != 0) {
            losses.lose(Feature.FREQUENCY_PENALTY);
        }
        if (sampling.logprobs() != null) {
            parameters.put("logprobs", sampling.logprobs());
        }
        if (sampling.topLogprobs() != null) {
            parameters.put("top_logprobs", sampling.topLogprobs());
        }
        JsonNode bias = sampling.logitBias();
        if (bias != null && !bias.isNull() && !bias.isEmpty()) {
            losses.lose(Feature.LOGIT_BIAS);
        }
    }

    private void format(ObjectNode parameters) {
        switch (request.format()) {
            case AnswerFormat.Text text -> {}
            case AnswerFormat.Json json -> asksForJson(parameters);
            case AnswerFormat.Schema schema -> asksForJson(parameters);
        }
    }

    private static void asksForJson(ObjectNode parameters) {
        parameters.putObject("response_format").put("type", "json_object");
    }

    /** What the system message says about the form of the answer; null for nothing. */
    private @Nullable String instruction() {
        return switch (request.format()) {
            case AnswerFormat.Text text -> null;
            // Without the word in any message the request is refused.
            case AnswerFormat.Json json -> DashScopeMessages.speakOfJson(request.messages()) ? null : "Answer in JSON.";
            case AnswerFormat.Schema schema ->
                "Answer in JSON that follows this JSON Schema, and with nothing else:\n" + Json.text(schema.schema());
        };
    }

    private void tools(ObjectNode parameters) {
        if (request.tools().isEmpty()) {
            return;
        }
        ArrayNode tools = Json.NODES.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> tools.add(function(function));
                case Tool.Foreign foreign -> {
                    if (foreign.dialect() == ChatDialect.DASHSCOPE) {
                        tools.add(foreign.json());
                    } else {
                        losses.lose(foreign.field());
                    }
                }
            }
        }
        if (!tools.isEmpty()) {
            parameters.set("tools", tools);
            toolChoice(parameters, request.toolChoice());
            if (request.parallelToolCalls() != null) {
                parameters.put("parallel_tool_calls", request.parallelToolCalls());
            }
        }
    }

    private static ObjectNode function(Tool.Function function) {
        ObjectNode tool = Json.object();
        tool.put("type", "function");
        ObjectNode inner = tool.putObject("function");
        inner.put("name", function.name());
        if (function.description() != null) {
            inner.put("description", function.description());
        }
        if (function.parameters() != null) {
            inner.set("parameters", function.parameters());
        }
        if (function.strict() != null) {
            inner.put("strict", function.strict());
        }
        return tool;
    }

    private void toolChoice(ObjectNode parameters, @Nullable ToolChoice choice) {
        switch (choice) {
            case null -> {}
            case ToolChoice.Auto auto -> parameters.put("tool_choice", "auto");
            case ToolChoice.None none -> parameters.put("tool_choice", "none");
            case ToolChoice.Named named -> named(parameters, named.name());
            case ToolChoice.Required required -> {
                // To have to call the only function is to have to call that one; more than one cannot be said.
                if (request.tools().size() == 1 && request.tools().getFirst() instanceof Tool.Function only) {
                    named(parameters, only.name());
                } else {
                    losses.lose(Feature.TOOL_CHOICE);
                }
            }
        }
    }

    private static void named(ObjectNode parameters, String name) {
        parameters
                .putObject("tool_choice")
                .put("type", "function")
                .putObject("function")
                .put("name", name);
    }

    private static void reasoning(ObjectNode parameters, @Nullable Reasoning reasoning) {
        if (reasoning == null) {
            return;
        }
        String effort = reasoning.effort() == null ? "" : reasoning.effort();
        Long budget = reasoning.budgetTokens();
        boolean off = Boolean.FALSE.equals(reasoning.enabled())
                || effort.equals("none")
                || effort.equals("minimal")
                || budget != null && budget == 0;
        boolean on = Boolean.TRUE.equals(reasoning.enabled()) || !effort.isEmpty() || budget != null;
        if (off) {
            parameters.put("enable_thinking", false);
        } else if (on) {
            parameters.put("enable_thinking", true);
            if (budget != null && budget > 0) {
                parameters.put("thinking_budget", budget);
            } else if (effort.equals("low")) {
                parameters.put("thinking_budget", LOW_BUDGET);
            } else if (effort.equals("medium")) {
                parameters.put("thinking_budget", MEDIUM_BUDGET);
            }
        }
    }

    private void serviceTier() {
        String tier = request.serviceTier();
        if (tier != null && !USUAL_TIERS.contains(tier)) {
            losses.lose(Feature.SERVICE_TIER);
        }
    }

    private void extras(ObjectNode parameters) {
        request.extras().forEach((name, value) -> {
            if (OWN.contains(name)) {
                parameters.set(name, value);
            } else {
                losses.lose(name, value);
            }
        });
    }
}
