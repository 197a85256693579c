package io.sluice.domain.dialect.ollama;

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
import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes one request. Besides what {@link OllamaMessages} does:
 *
 * <ul>
 *   <li>"Call nothing" is written by leaving the tools out; other choices than "as you like" do not exist.
 *   <li>An effort of thinking goes as Ollama's own word; a budget in tokens becomes the nearest one.
 *   <li>{@code keep_alive} and {@code options} of the client, {@code num_ctx} among them, go as they are.
 *   <li>User ids, cache marks and how closely to look at a picture go without a word. Models are told the schemas of
 *       tools and not held to them: {@code strict} is weakened.
 * </ul>
 */
final class OllamaRequestWriter {

    private static final Set<String> USUAL_TIERS = Set.of("auto", "default", "standard_only", "standard");

    private final ChatRequest request;
    private final Losses losses;

    OllamaRequestWriter(ChatRequest request, Losses losses) {
        this.request = request;
        this.losses = losses;
    }

    ObjectNode write(String model) {
        ObjectNode body = Json.object().put("model", model);
        body.set("messages", new OllamaMessages(losses).write(request.messages()));
        // A stream is what Ollama sends where nothing is said.
        body.put("stream", request.stream());
        tools(body);
        switch (request.format()) {
            case AnswerFormat.Text text -> {}
            case AnswerFormat.Json json -> body.put("format", "json");
            case AnswerFormat.Schema schema -> body.set("format", schema.schema());
        }
        think(request.reasoning(), body);
        ObjectNode options = Json.object();
        options(request.sampling(), options);
        extras(body, options);
        if (!options.isEmpty()) {
            body.set("options", options);
        }
        if (request.serviceTier() != null && !USUAL_TIERS.contains(request.serviceTier())) {
            losses.lose(Feature.SERVICE_TIER);
        }
        return body;
    }

    private void tools(ObjectNode body) {
        ArrayNode tools = Json.NODES.arrayNode();
        switch (request.toolChoice()) {
            case null -> {}
            case ToolChoice.Auto auto -> {}
            case ToolChoice.None none -> {
                return;
            }
            case ToolChoice.Required required -> losses.lose(Feature.TOOL_CHOICE);
            case ToolChoice.Named named -> losses.lose(Feature.TOOL_CHOICE);
        }
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> {
                    ObjectNode written =
                            tools.addObject().put("type", "function").putObject("function");
                    written.put("name", function.name());
                    if (function.description() != null) {
                        written.put("description", function.description());
                    }
                    written.set("parameters", schema(function.parameters()));
                    if (Boolean.TRUE.equals(function.strict())) {
                        losses.weakenStrict();
                    }
                }
                case Tool.Foreign foreign -> {
                    if (foreign.dialect() == ChatDialect.OLLAMA) {
                        tools.add(foreign.json());
                    } else {
                        losses.lose(foreign.field());
                    }
                }
            }
        }
        if (!tools.isEmpty()) {
            body.set("tools", tools);
            if (Boolean.FALSE.equals(request.parallelToolCalls())) {
                losses.lose(Feature.PARALLEL_TOOL_CALLS);
            }
        }
    }

    private static JsonNode schema(@Nullable JsonNode parameters) {
        if (parameters instanceof ObjectNode) {
            return parameters;
        }
        ObjectNode none = Json.object().put("type", "object");
        none.putObject("properties");
        return none;
    }

    private static void think(@Nullable Reasoning reasoning, ObjectNode body) {
        if (reasoning == null) {
            return;
        }
        String effort = reasoning.effort();
        Long budget = reasoning.budgetTokens();
        if (Boolean.FALSE.equals(reasoning.enabled()) || "none".equals(effort) || budget != null && budget == 0) {
            body.put("think", false);
        } else if (effort != null) {
            body.put("think", level(effort));
        } else if (budget != null && budget > 0) {
            body.put("think", budget < 4_096 ? "low" : budget < 16_384 ? "medium" : "high");
        } else if (reasoning.enabled() != null || budget != null) {
            body.put("think", true);
        }
    }

    private static String level(String effort) {
        return switch (effort) {
            case "minimal", "low" -> "low";
            case "medium" -> "medium";
            case "xhigh", "max" -> "max";
            default -> "high";
        };
    }

    private void options(Sampling sampling, ObjectNode options) {
        if (sampling.maxOutputTokens() != null) {
            options.put("num_predict", sampling.maxOutputTokens());
        }
        number("temperature", sampling.temperature(), options);
        number("top_p", sampling.topP(), options);
        if (sampling.topK() != null) {
            options.put("top_k", sampling.topK());
        }
        if (sampling.seed() != null) {
            options.put("seed", sampling.seed());
        }
        if (!sampling.stop().isEmpty()) {
            sampling.stop().forEach(options.putArray("stop")::add);
        }
        number("presence_penalty", sampling.presencePenalty(), options);
        number("frequency_penalty", sampling.frequencyPenalty(), options);
        if (sampling.choices() != null && sampling.choices() > 1) {
            losses.lose(Feature.CHOICES);
        }
        if (Boolean.TRUE.equals(sampling.logprobs()) || sampling.topLogprobs() != null && sampling.topLogprobs() > 0) {
            losses.lose(Feature.LOGPROBS);
        }
        if (sampling.logitBias() != null && !sampling.logitBias().isEmpty()) {
            losses.lose(Feature.LOGIT_BIAS);
        }
    }

    private static void number(String name, @Nullable BigDecimal value, ObjectNode options) {
        if (value != null) {
            options.put(name, value);
        }
    }

    private void extras(ObjectNode body, ObjectNode options) {
        request.extras().forEach((name, value) -> {
            if (name.equals("options") && value instanceof ObjectNode given) {
                // What the client says in its own dialect's words goes before.
                given.properties().forEach(option -> {
                    if (!options.has(option.getKey())) {
                        options.set(option.getKey(), option.getValue());
                    }
                });
            } else if (name.equals("keep_alive") && (value.isTextual() || value.isNumber())) {
                body.set(name, value);
            } else {
                losses.lose(name, value);
            }
        });
    }
}
