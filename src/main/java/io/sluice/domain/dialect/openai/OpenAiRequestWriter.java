package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.OtherFields;
import io.sluice.domain.dialect.openai.OpenAiVariant.Extension;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a chat completion request. A stream always tells its usage, because it must be counted.
 *
 * <p>Left out without a word, because it never changes an answer: cache marks that the server does not take, whether
 * thinking is shown (the server's choice here), a wish for thinking of any amount (the model's default here), {@code parallel_tool_calls} and {@code tool_choice} where there are no tools, and that calls may be parallel,
 * which they may anyway. The client's user, and ids of calls, that are longer than OpenAI takes are hashed.
 */
final class OpenAiRequestWriter {
    /** OpenAI's bound; clients of its own dialect are left to the server, which may allow more. */
    private static final int MOST_STOPS = 4;

    private static final long LOW_BUDGET = 4_096;
    private static final long MEDIUM_BUDGET = 16_384;

    /** Fields that chat completions share with OpenAI's responses. */
    private static final Set<String> SHARED = Set.of(
            "metadata",
            "moderation",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "safety_identifier",
            "verbosity");

    private static final Set<String> TIERS = Set.of("auto", "default", "flex", "scale", "priority", "fast");

    private final OpenAiVariant variant;
    private final Losses losses;
    private final boolean own;
    private final ObjectNode body = Json.object();

    private OpenAiRequestWriter(OpenAiVariant variant, Losses losses) {
        this.variant = variant;
        this.losses = losses;
        this.own = losses.client() == ChatDialect.OPENAI;
    }

    static ObjectNode write(ChatRequest request, String model, OpenAiVariant variant, Losses losses) {
        return new OpenAiRequestWriter(variant, losses).request(request, model);
    }

    private ObjectNode request(ChatRequest request, String model) {
        body.put("model", model);
        ArrayNode messages = new OpenAiMessageWriter(variant, losses).write(request.messages());
        body.set("messages", messages);
        if (request.stream()) {
            body.put("stream", true);
            body.putObject("stream_options").put("include_usage", true);
        }
        tools(request);
        sampling(request.sampling(), model);
        reasoning(request.reasoning());
        format(request, messages);
        if (request.user() != null) {
            body.put("user", own ? request.user() : ShortNames.of(request.user(), ShortNames.USER));
        }
        if (request.serviceTier() != null) {
            tier(request.serviceTier());
        }
        request.extras().forEach(this::extra);
        return body;
    }

    private void tools(ChatRequest request) {
        ArrayNode tools = Json.NODES.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> tools.add(function(function));
                case Tool.Foreign foreign when foreign.dialect() == ChatDialect.OPENAI -> tools.add(foreign.json());
                case Tool.Foreign foreign -> losses.lose(foreign.field());
            }
        }
        if (!tools.isEmpty()) {
            body.set("tools", tools);
        }
        if (tools.isEmpty() && !own) {
            return;
        }
        if (request.toolChoice() != null) {
            body.set("tool_choice", choice(request.toolChoice()));
        }
        if (request.parallelToolCalls() != null && (own || !request.parallelToolCalls())) {
            body.put("parallel_tool_calls", request.parallelToolCalls());
        }
    }

    private ObjectNode function(Tool.Function tool) {
        ObjectNode function = Json.object().put("name", tool.name());
        if (tool.description() != null) {
            function.put("description", tool.description());
        }
        if (tool.parameters() != null) {
            function.set("parameters", tool.parameters());
        }
        if (tool.strict() != null) {
            function.put("strict", tool.strict());
        }
        ObjectNode written = Json.object().put("type", "function");
        written.set("function", function);
        if (tool.cacheControl() != null && (own || variant.has(Extension.CACHE_MARKS))) {
            written.set("cache_control", tool.cacheControl());
        }
        return written;
    }

    private static JsonNode choice(ToolChoice choice) {
        return switch (choice) {
            case ToolChoice.Auto auto -> Json.NODES.textNode("auto");
            case ToolChoice.None none -> Json.NODES.textNode("none");
            case ToolChoice.Required required -> Json.NODES.textNode("required");
            case ToolChoice.Named named -> {
                ObjectNode object = Json.object().put("type", "function");
                object.putObject("function").put("name", named.name());
                yield object;
            }
        };
    }

    private void sampling(Sampling sampling, String model) {
        if (sampling.maxOutputTokens() != null) {
            body.put(variant.maxTokensField(model), sampling.maxOutputTokens());
        }
        decimal("temperature", sampling.temperature());
        decimal("top_p", sampling.topP());
        if (sampling.topK() != null) {
            if (own || variant.has(Extension.TOP_K)) {
                body.put("top_k", sampling.topK());
            } else {
                losses.lose(Feature.TOP_K);
            }
        }
        stop(sampling.stop());
        if (sampling.seed() != null) {
            body.put("seed", sampling.seed());
        }
        if (sampling.choices() != null) {
            body.put("n", sampling.choices());
        }
        decimal("presence_penalty", sampling.presencePenalty());
        decimal("frequency_penalty", sampling.frequencyPenalty());
        if (sampling.logprobs() != null) {
            body.put("logprobs", sampling.logprobs());
        } else if (sampling.topLogprobs() != null && !own) {
            body.put("logprobs", true);
        }
        if (sampling.topLogprobs() != null) {
            body.put("top_logprobs", sampling.topLogprobs());
        }
        if (sampling.logitBias() != null) {
            body.set("logit_bias", sampling.logitBias());
        }
    }

    private void decimal(String name, @Nullable BigDecimal number) {
        if (number != null) {
            body.put(name, number);
        }
    }

    private void stop(List<String> texts) {
        if (texts.size() == 1) {
            body.put("stop", texts.getFirst());
        } else if (!texts.isEmpty()) {
            if (texts.size() > MOST_STOPS && !own) {
                losses.lose(Feature.STOP);
            }
            ArrayNode stop = body.putArray("stop");
            texts.stream().limit(own ? texts.size() : MOST_STOPS).forEach(stop::add);
        }
    }

    private void reasoning(@Nullable Reasoning reasoning) {
        if (reasoning == null) {
            return;
        }
        if (!own && (variant.has(Extension.ENABLE_THINKING) || variant.has(Extension.THINKING_TYPE))) {
            switched(reasoning);
            return;
        }
        boolean object = reasoning.budgetTokens() != null
                || reasoning.show() != null
                || reasoning.enabled() != null && reasoning.effort() == null;
        if (object && (own || variant.has(Extension.REASONING_DETAILS))) {
            ObjectNode written = body.putObject("reasoning");
            if (reasoning.enabled() != null) {
                written.put("enabled", reasoning.enabled());
            }
            if (reasoning.effort() != null) {
                written.put("effort", reasoning.effort());
            }
            if (reasoning.budgetTokens() != null && reasoning.budgetTokens() >= 0) {
                written.put("max_tokens", reasoning.budgetTokens());
            }
            if (reasoning.show() != null) {
                written.put("exclude", !reasoning.show());
            }
            return;
        }
        String effort = reasoning.effort() != null ? reasoning.effort() : effort(reasoning);
        if (effort != null) {
            body.put("reasoning_effort", effort);
        } else if (Boolean.FALSE.equals(reasoning.enabled())) {
            // Which word a model has for it, if any, its name does not say.
            losses.weaken(Feature.REASONING.nameIn(losses.client()));
        }
    }

    /** Whether the model thinks, for servers that are told no more; how much it thinks is listed as weakened. */
    private void switched(Reasoning reasoning) {
        Long budget = reasoning.budgetTokens();
        boolean measured = reasoning.effort() != null || budget != null && budget > 0;
        if (reasoning.enabled() == null && !measured && budget == null) {
            return;
        }
        boolean thinks = !Boolean.FALSE.equals(reasoning.enabled())
                && !"none".equals(reasoning.effort())
                && (budget == null || budget != 0);
        if (thinks && measured) {
            losses.weaken(Feature.REASONING.nameIn(losses.client()));
        }
        if (variant.has(Extension.ENABLE_THINKING)) {
            body.put("enable_thinking", thinks);
        }
        if (variant.has(Extension.THINKING_TYPE)) {
            body.putObject("thinking").put("type", thinks ? "enabled" : "disabled");
        }
    }

    private static @Nullable String effort(Reasoning reasoning) {
        Long budget = reasoning.budgetTokens();
        if (budget == null || budget <= 0 || Boolean.FALSE.equals(reasoning.enabled())) {
            return null;
        }
        return budget < LOW_BUDGET ? "low" : budget < MEDIUM_BUDGET ? "medium" : "high";
    }

    private void format(ChatRequest request, ArrayNode messages) {
        switch (request.format()) {
            case AnswerFormat.Text text -> {}
            case AnswerFormat.Json json -> {
                body.putObject("response_format").put("type", "json_object");
                if (!own && !asksForJson(request.messages())) {
                    // OpenAI refuses the format unless a message names it.
                    messages.insertObject(0).put("role", "system").put("content", "Answer in JSON.");
                }
            }
            case AnswerFormat.Schema schema -> {
                ObjectNode written = Json.object().put("name", schema.name().isEmpty() ? "answer" : schema.name());
                if (schema.description() != null) {
                    written.put("description", schema.description());
                }
                written.set("schema", schema.schema());
                if (schema.strict() != null) {
                    written.put("strict", schema.strict());
                }
                ObjectNode format = body.putObject("response_format").put("type", "json_schema");
                format.set("json_schema", written);
            }
        }
    }

    private static boolean asksForJson(List<ChatMessage> messages) {
        return messages.stream()
                .flatMap(message -> message.parts().stream())
                .anyMatch(part -> part instanceof Part.Text text
                        && text.text().toLowerCase(Locale.ROOT).contains("json"));
    }

    /** Anthropic's word for no better tier than the default one is its own; the others are shared or lost. */
    private void tier(String tier) {
        if (own || TIERS.contains(tier)) {
            body.put("service_tier", tier);
        } else if ("standard_only".equals(tier)) {
            body.put("service_tier", "default");
        } else {
            losses.lose(Feature.SERVICE_TIER);
        }
    }

    private void extra(String name, JsonNode value) {
        boolean carried = own
                ? OtherFields.putBack(body, name, value)
                : losses.client() == ChatDialect.RESPONSES && SHARED.contains(name);
        if (!carried) {
            losses.lose(name, value);
        } else if (!own) {
            body.set(name, value);
        }
    }
}
