package io.sluice.domain.dialect.qianfan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes one request. A temperature of 0, which the service refuses, becomes the smallest that it takes. An answer after a
 * schema is asked for as JSON, with the schema in the system message. Cache marks go without a word: they never change an
 * answer. That arguments follow their schema is told and not enforced.
 */
final class QianfanRequestWriter {
    /** Parameters of the service under their own names, which clients of OpenAI send as extra fields. */
    private static final Set<String> OWN =
            Set.of("penalty_score", "disable_search", "enable_citation", "enable_trace", "safety_level");

    private static final Set<String> USUAL_TIERS = Set.of("auto", "default", "standard_only", "standard");

    private static final BigDecimal COLDEST = new BigDecimal("0.01");
    private static final long LEAST_OUTPUT = 2;
    private static final int MOST_STOPS = 4;
    private static final int LONGEST_STOP = 20;

    private final ChatRequest request;
    private final Losses losses;

    QianfanRequestWriter(ChatRequest request, Losses losses) {
        this.request = request;
        this.losses = losses;
    }

    ObjectNode write() {
        ObjectNode body = Json.object();
        QianfanMessages messages = new QianfanMessages(losses);
        body.set("messages", messages.write(request.messages()));
        List<String> system = new ArrayList<>(messages.system());
        format(body, system);
        if (!system.isEmpty()) {
            body.put("system", String.join("\n\n", system));
        }
        sampling(body, request.sampling());
        functions(body);
        if (request.user() != null) {
            body.put("user_id", request.user());
        }
        reasoning(request.reasoning());
        if (request.serviceTier() != null && !USUAL_TIERS.contains(request.serviceTier())) {
            losses.lose(Feature.SERVICE_TIER);
        }
        request.extras().forEach((name, value) -> {
            if (OWN.contains(name)) {
                body.set(name, value);
            } else {
                losses.lose(name, value);
            }
        });
        body.put("stream", request.stream());
        return body;
    }

    private void format(ObjectNode body, List<String> system) {
        switch (request.format()) {
            case AnswerFormat.Text text -> {}
            case AnswerFormat.Json json -> body.put("response_format", "json_object");
            case AnswerFormat.Schema schema -> {
                body.put("response_format", "json_object");
                system.add("Answer in JSON that follows this JSON Schema, and with nothing else:\n"
                        + Json.text(schema.schema()));
            }
        }
    }

    private void sampling(ObjectNode body, Sampling sampling) {
        if (sampling.maxOutputTokens() != null) {
            body.put("max_output_tokens", Math.max(LEAST_OUTPUT, sampling.maxOutputTokens()));
        }
        BigDecimal temperature = sampling.temperature();
        if (temperature != null) {
            if (temperature.compareTo(BigDecimal.ONE) > 0) {
                losses.lose(Feature.TEMPERATURE);
            } else {
                body.put("temperature", temperature.signum() <= 0 ? COLDEST : temperature);
            }
        }
        if (sampling.topP() != null) {
            body.put("top_p", sampling.topP());
        }
        stop(body, sampling.stop());
        lose(sampling.topK() != null, Feature.TOP_K);
        lose(sampling.seed() != null, Feature.SEED);
        lose(sampling.choices() != null && sampling.choices() != 1, Feature.CHOICES);
        lose(says(sampling.presencePenalty()), Feature.PRESENCE_PENALTY);
        lose(says(sampling.frequencyPenalty()), Feature.FREQUENCY_PENALTY);
        lose(Boolean.TRUE.equals(sampling.logprobs()), Feature.LOGPROBS);
        JsonNode bias = sampling.logitBias();
        lose(bias != null && !bias.isNull() && !bias.isEmpty(), Feature.LOGIT_BIAS);
    }

    private void stop(ObjectNode body, List<String> texts) {
        List<String> taken = texts.stream()
                .filter(text -> text.length() <= LONGEST_STOP)
                .limit(MOST_STOPS)
                .toList();
        lose(taken.size() < texts.size(), Feature.STOP);
        if (!taken.isEmpty()) {
            ArrayNode stop = body.putArray("stop");
            taken.forEach(stop::add);
        }
    }

    private static boolean says(@Nullable BigDecimal penalty) {
        return penalty != null && penalty.signum() != 0;
    }

    private void lose(boolean said, Feature feature) {
        if (said) {
            losses.lose(feature);
        }
    }

    private void reasoning(@Nullable Reasoning reasoning) {
        if (reasoning != null) {
            boolean off = Boolean.FALSE.equals(reasoning.enabled()) || "none".equals(reasoning.effort());
            boolean says = Boolean.TRUE.equals(reasoning.enabled())
                    || reasoning.effort() != null
                    || reasoning.budgetTokens() != null;
            lose(says && !off, Feature.REASONING);
        }
    }

    private void functions(ObjectNode body) {
        if (request.tools().isEmpty() || request.toolChoice() instanceof ToolChoice.None) {
            return;
        }
        ArrayNode functions = Json.NODES.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> functions.add(function(function));
                case Tool.Foreign foreign -> losses.lose(foreign.field());
            }
        }
        if (functions.isEmpty()) {
            return;
        }
        body.set("functions", functions);
        switch (request.toolChoice()) {
            case null -> {}
            case ToolChoice.Auto auto -> {}
            case ToolChoice.None none -> {}
            case ToolChoice.Named named -> choose(body, named.name());
            case ToolChoice.Required required -> {
                if (request.tools().size() == 1) {
                    choose(body, functions.path(0).path("name").asText());
                } else {
                    losses.lose(Feature.TOOL_CHOICE);
                }
            }
        }
    }

    private static void choose(ObjectNode body, String name) {
        body.putObject("tool_choice")
                .put("type", "function")
                .putObject("function")
                .put("name", name);
    }

    /** Description and parameters are required here. */
    private ObjectNode function(Tool.Function function) {
        if (Boolean.TRUE.equals(function.strict())) {
            losses.weakenStrict();
        }
        ObjectNode written = Json.object();
        written.put("name", function.name());
        written.put("description", function.description() == null ? function.name() : function.description());
        if (function.parameters() == null) {
            written.putObject("parameters").put("type", "object").putObject("properties");
        } else {
            written.set("parameters", function.parameters());
        }
        return written;
    }
}
