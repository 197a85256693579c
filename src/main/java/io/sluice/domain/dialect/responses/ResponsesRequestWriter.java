package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.dialect.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request to {@code POST /v1/responses} (OpenAI API reference, 2026). Nothing is stored there: accounts are
 * shared. Functions are not strict unless the client said so, for this dialect alone takes silence for yes. Fewer output
 * tokens than the API's least become its least.
 *
 * <p>Left out without a word: {@code tool_choice} and {@code parallel_tool_calls} where there are no tools.
 */
final class ResponsesRequestWriter {
    private static final long LEAST_OUTPUT = 16;
    private static final long LOW_BUDGET = 4_096;
    private static final long MEDIUM_BUDGET = 16_384;
    private static final Set<String> TIERS = Set.of("auto", "default", "flex", "scale", "priority", "fast");

    /** Fields that chat completions share with responses. */
    private static final Set<String> SHARED = Set.of(
            "metadata",
            "moderation",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "safety_identifier");

    private final ChatRequest request;
    private final Losses losses;
    private final ObjectNode body = Json.object();
    private final ArrayNode include = Json.NODES.arrayNode();

    ResponsesRequestWriter(ChatRequest request, Losses losses) {
        this.request = request;
        this.losses = losses;
    }

    /**
     * Writes it.
     *
     * @param upstreamModel the provider's name of the model
     */
    ObjectNode write(String upstreamModel) {
        body.put("model", upstreamModel);
        if (request.stream()) {
            body.put("stream", true);
        }
        body.put("store", false);
        input();
        sampling(request.sampling());
        reasoning(request.reasoning());
        format(request.format());
        tools();
        if (request.user() != null) {
            body.put("user", request.user());
        }
        if (request.serviceTier() != null) {
            tier(request.serviceTier());
        }
        request.extras().forEach(this::extra);
        if (!include.isEmpty()) {
            body.set("include", include);
        }
        return body;
    }

    private void input() {
        List<ChatMessage> messages = request.messages();
        ChatMessage first = messages.isEmpty() ? null : messages.getFirst();
        if (first != null
                && (first.role() == Role.SYSTEM || first.role() == Role.DEVELOPER)
                && first.parts().size() == 1
                && first.parts().getFirst() instanceof Part.Text text) {
            body.put("instructions", text.text());
            messages = messages.subList(1, messages.size());
        }
        body.set("input", new ResponsesInputWriter(losses).write(messages));
    }

    private void sampling(Sampling sampling) {
        if (sampling.maxOutputTokens() != null) {
            body.put("max_output_tokens", Math.max(LEAST_OUTPUT, sampling.maxOutputTokens()));
        }
        decimal("temperature", sampling.temperature());
        decimal("top_p", sampling.topP());
        lose(sampling.topK() != null, Feature.TOP_K);
        lose(!sampling.stop().isEmpty(), Feature.STOP);
        lose(sampling.seed() != null, Feature.SEED);
        lose(sampling.choices() != null && sampling.choices() != 1, Feature.CHOICES);
        lose(isSet(sampling.presencePenalty()), Feature.PRESENCE_PENALTY);
        lose(isSet(sampling.frequencyPenalty()), Feature.FREQUENCY_PENALTY);
        JsonNode bias = sampling.logitBias();
        lose(bias != null && !bias.isEmpty(), Feature.LOGIT_BIAS);
        if (Boolean.TRUE.equals(sampling.logprobs())) {
            include.add("message.output_text.logprobs");
            if (sampling.topLogprobs() != null) {
                body.put("top_logprobs", sampling.topLogprobs());
            }
        }
    }

    private static boolean isSet(@Nullable BigDecimal penalty) {
        return penalty != null && penalty.signum() != 0;
    }

    private void lose(boolean asked, Feature feature) {
        if (asked) {
            losses.lose(feature);
        }
    }

    private void decimal(String name, @Nullable BigDecimal number) {
        if (number != null) {
            body.put(name, number);
        }
    }

    private void reasoning(@Nullable Reasoning reasoning) {
        if (reasoning == null) {
            return;
        }
        String effort = reasoning.effort() != null ? reasoning.effort() : effort(reasoning);
        boolean none = Boolean.FALSE.equals(reasoning.enabled()) || "none".equals(effort);
        ObjectNode written = Json.object();
        if (effort != null) {
            written.put("effort", effort);
        } else if (none) {
            // Which word a model has for it, if any, its name does not say.
            losses.weaken(Feature.REASONING.nameIn(losses.client()));
        }
        if (Boolean.TRUE.equals(reasoning.show()) && !none) {
            written.put("summary", "auto");
        }
        if (!written.isEmpty()) {
            body.set("reasoning", written);
        }
        if (!none) {
            // What nothing is stored of must come back whole; models that do not think refuse the wish.
            include.add("reasoning.encrypted_content");
        }
    }

    private static @Nullable String effort(Reasoning reasoning) {
        Long budget = reasoning.budgetTokens();
        if (budget == null || budget <= 0 || Boolean.FALSE.equals(reasoning.enabled())) {
            return null;
        }
        return budget < LOW_BUDGET ? "low" : budget < MEDIUM_BUDGET ? "medium" : "high";
    }

    private void format(AnswerFormat format) {
        switch (format) {
            case AnswerFormat.Text text -> {}
            case AnswerFormat.Json json -> {
                body.putObject("text").set("format", ResponsesTools.format(format));
                if (!asksForJson()) {
                    // OpenAI refuses the format unless the input names it.
                    ObjectNode asking = Json.object().put("type", "message").put("role", "developer");
                    asking.putArray("content")
                            .addObject()
                            .put("type", "input_text")
                            .put("text", "Answer in JSON.");
                    if (body.get("input") instanceof ArrayNode input) {
                        input.insert(0, asking);
                    }
                }
            }
            case AnswerFormat.Schema schema -> {
                ObjectNode written = ResponsesTools.format(schema);
                if (schema.name().isEmpty()) {
                    written.put("name", "answer");
                }
                body.putObject("text").set("format", written);
            }
        }
    }

    /** Whether the input, where instructions do not count, has the word. */
    private boolean asksForJson() {
        return body.path("input").findValuesAsText("text").stream()
                .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains("json"));
    }

    private void tools() {
        ArrayNode tools = Json.NODES.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> tools.add(function(function));
                case Tool.Foreign foreign -> {
                    if (foreign.dialect() == ChatDialect.RESPONSES) {
                        tools.add(foreign.json());
                    } else {
                        losses.lose(foreign.field());
                    }
                }
            }
        }
        if (tools.isEmpty()) {
            return;
        }
        body.set("tools", tools);
        if (request.toolChoice() != null) {
            body.set("tool_choice", ResponsesTools.choice(request.toolChoice()));
        }
        if (request.parallelToolCalls() != null) {
            body.put("parallel_tool_calls", request.parallelToolCalls());
        }
    }

    private static ObjectNode function(Tool.Function function) {
        ObjectNode written = ResponsesTools.function(function);
        if (function.parameters() == null) {
            written.putObject("parameters").put("type", "object").putObject("properties");
        }
        return written.put("strict", Boolean.TRUE.equals(function.strict()));
    }

    private void tier(String tier) {
        if (TIERS.contains(tier)) {
            body.put("service_tier", tier);
        } else if ("standard_only".equals(tier)) {
            body.put("service_tier", "default");
        } else {
            losses.lose(Feature.SERVICE_TIER);
        }
    }

    private void extra(String name, JsonNode value) {
        if (losses.client() != ChatDialect.OPENAI) {
            losses.lose(name, value);
        } else if (name.equals("verbosity")) {
            body.withObjectProperty("text").set(name, value);
        } else if (SHARED.contains(name)) {
            body.set(name, value);
        } else {
            losses.lose(name, value);
        }
    }
}
