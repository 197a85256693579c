package io.sluice.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.json.ByteSearch;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Preset.Quirk;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Shapes a chat completion after the quirks of its service. What means the same in other words is written in those; what
 * the service has not is lost, and then the nearest that it has stands there.
 */
final class QuirkRules {
    private static final ByteSearch DEVELOPER = new ByteSearch("\"developer\"");
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final BigDecimal ALMOST_ZERO = new BigDecimal("0.01");
    private static final BigDecimal ALMOST_TWO = new BigDecimal("1.99");

    /** The field that each quirk is about; those of messages have none. */
    private static final Map<Quirk, List<String>> FIELDS = Map.ofEntries(
            Map.entry(Quirk.MAX_TOKENS_ONLY, List.of("max_completion_tokens")),
            Map.entry(Quirk.NO_CHOICES, List.of("n")),
            Map.entry(Quirk.NO_REQUIRED_TOOLS, List.of("tool_choice")),
            Map.entry(Quirk.TOOL_CHOICE_AUTO_ONLY, List.of("tool_choice")),
            Map.entry(Quirk.JSON_OBJECT_ONLY, List.of("response_format")),
            Map.entry(Quirk.TEMPERATURE_TO_ONE, List.of("temperature")),
            Map.entry(Quirk.TEMPERATURE_ABOVE_ZERO, List.of("temperature")),
            Map.entry(Quirk.TEMPERATURE_BELOW_TWO, List.of("temperature")),
            Map.entry(Quirk.ONE_STOP, List.of("stop")),
            Map.entry(Quirk.FOUR_STOPS, List.of("stop")),
            Map.entry(Quirk.ENABLE_THINKING, List.of("reasoning_effort")),
            Map.entry(Quirk.THINKING_TYPE, List.of("reasoning_effort")));

    private final Set<Quirk> quirks;
    private final Losses losses;
    private final ObjectNode body;

    private QuirkRules(Set<Quirk> quirks, Losses losses, ObjectNode body) {
        this.quirks = quirks;
        this.losses = losses;
        this.body = body;
    }

    /** Whether a request that passes says anything that a quirk is about. */
    static boolean concern(Set<Quirk> quirks, RequestScan scan) {
        for (Quirk quirk : quirks) {
            for (String field : FIELDS.getOrDefault(quirk, List.of())) {
                if (scan.indexOf(field) >= 0) {
                    return true;
                }
            }
        }
        return quirks.contains(Quirk.STRICT_TURNS)
                || quirks.contains(Quirk.NO_DEVELOPER) && DEVELOPER.isIn(scan.body());
    }

    /**
     * Changes a request.
     *
     * @param ruled fields that the channel's rules set: they stay, whatever the service says to them
     * @throws io.sluice.domain.chat.InexpressibleException when the service has not what the client asks for, and the
     *     channel is strict
     */
    static void apply(Set<Quirk> quirks, Set<String> ruled, Losses losses, ObjectNode body) {
        QuirkRules rules = new QuirkRules(quirks, losses, body);
        if (!ruled.contains("temperature")) {
            rules.temperature();
        }
        if (!ruled.contains("n")) {
            rules.choices();
        }
        if (!ruled.contains("stop")) {
            rules.stop();
        }
        if (!ruled.contains("tool_choice")) {
            rules.toolChoice();
        }
        if (!ruled.contains("response_format")) {
            rules.format();
        }
        if (!ruled.contains("max_completion_tokens")) {
            rules.maxTokens();
        }
        if (!ruled.contains("reasoning_effort")) {
            rules.thinking();
        }
        rules.developer();
        rules.turns();
    }

    private boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }

    private void maxTokens() {
        JsonNode most = body.get("max_completion_tokens");
        if (has(Quirk.MAX_TOKENS_ONLY) && most != null) {
            body.remove("max_completion_tokens");
            if (!most.isNull()) {
                body.set("max_tokens", most);
            }
        }
    }

    private void choices() {
        JsonNode n = body.path("n");
        if (has(Quirk.NO_CHOICES) && n.isNumber() && n.asLong() != 1) {
            losses.lose(Feature.CHOICES);
            body.remove("n");
        }
    }

    /** Nought, and two, are as good as what is a hundredth beside them. */
    private void temperature() {
        JsonNode said = body.path("temperature");
        if (!said.isNumber()) {
            return;
        }
        BigDecimal number = said.decimalValue();
        if (has(Quirk.TEMPERATURE_ABOVE_ZERO) && number.signum() == 0) {
            losses.weaken(Feature.TEMPERATURE.nameIn(losses.client()));
            body.put("temperature", ALMOST_ZERO);
        } else if (has(Quirk.TEMPERATURE_TO_ONE) && number.compareTo(BigDecimal.ONE) > 0) {
            losses.lose(Feature.TEMPERATURE);
            body.put("temperature", BigDecimal.ONE);
        } else if (has(Quirk.TEMPERATURE_BELOW_TWO) && number.compareTo(TWO) == 0) {
            losses.weaken(Feature.TEMPERATURE.nameIn(losses.client()));
            body.put("temperature", ALMOST_TWO);
        }
    }

    private void stop() {
        int most = has(Quirk.ONE_STOP) ? 1 : has(Quirk.FOUR_STOPS) ? 4 : Integer.MAX_VALUE;
        if (body.get("stop") instanceof ArrayNode texts && texts.size() > most) {
            losses.lose(Feature.STOP);
            while (texts.size() > most) {
                texts.remove(texts.size() - 1);
            }
        }
    }

    private void toolChoice() {
        JsonNode choice = body.path("tool_choice");
        String word = choice.asText("");
        if (has(Quirk.TOOL_CHOICE_AUTO_ONLY) && word.equals("none")) {
            // Functions that must not be called need not be there.
            body.remove("tools");
            body.remove("tool_choice");
            return;
        }
        boolean forced = word.equals("required") || word.equals("any");
        boolean unknown = has(Quirk.TOOL_CHOICE_AUTO_ONLY) && (forced || choice.isObject());
        if (unknown || has(Quirk.NO_REQUIRED_TOOLS) && forced) {
            losses.lose(Feature.TOOL_CHOICE);
            body.remove("tool_choice");
        }
    }

    private void format() {
        JsonNode format = body.path("response_format");
        if (!has(Quirk.JSON_OBJECT_ONLY) || !format.path("type").asText().equals("json_schema")) {
            return;
        }
        losses.lose(Feature.SCHEMA_ANSWER);
        body.putObject("response_format").put("type", "json_object");
        if (body.get("messages") instanceof ArrayNode messages) {
            messages.insertObject(0)
                    .put("role", "system")
                    .put(
                            "content",
                            "Answer with one JSON object that fits this JSON schema: "
                                    + Json.text(format.path("json_schema").path("schema")));
        }
    }

    /** How much is thought is the service's own affair here; whether, is not. */
    private void thinking() {
        JsonNode effort = body.path("reasoning_effort");
        boolean switches = has(Quirk.ENABLE_THINKING);
        boolean types = has(Quirk.THINKING_TYPE);
        if (!switches && !types || !effort.isTextual()) {
            return;
        }
        body.remove("reasoning_effort");
        boolean thinks = !effort.textValue().equals("none");
        if (thinks) {
            losses.weaken(Feature.REASONING.nameIn(losses.client()));
        }
        if (switches && !body.has("enable_thinking")) {
            body.put("enable_thinking", thinks);
        }
        if (types && !body.has("thinking")) {
            body.putObject("thinking").put("type", thinks ? "enabled" : "disabled");
        }
    }

    private void developer() {
        if (has(Quirk.NO_DEVELOPER)) {
            for (JsonNode message : body.path("messages")) {
                if (message instanceof ObjectNode object && isRole(object, "developer")) {
                    object.put("role", "system");
                }
            }
        }
    }

    /** Messages of one role that follow each other say the same in one. */
    private void turns() {
        if (!has(Quirk.STRICT_TURNS) || !(body.get("messages") instanceof ArrayNode messages)) {
            return;
        }
        for (int i = messages.size() - 1; i > 0; i--) {
            if (messages.get(i) instanceof ObjectNode second
                    && messages.get(i - 1) instanceof ObjectNode first
                    && isPlain(first)
                    && isPlain(second)
                    && isRole(second, first.path("role").asText())) {
                first.set("content", joined(first.path("content"), second.path("content")));
                messages.remove(i);
            }
        }
    }

    private static boolean isRole(ObjectNode message, String role) {
        return role.equals(message.path("role").textValue());
    }

    /** Whether a message is a role and what is said, and nothing else. */
    private static boolean isPlain(ObjectNode message) {
        JsonNode content = message.path("content");
        return message.size() == 2
                && message.path("role").isTextual()
                && (content.isTextual() || content.isArray())
                && !isRole(message, "tool");
    }

    private static JsonNode joined(JsonNode first, JsonNode second) {
        if (first.isTextual() && second.isTextual()) {
            return Json.NODES.textNode(first.textValue() + "\n\n" + second.textValue());
        }
        ArrayNode parts = Json.NODES.arrayNode();
        for (JsonNode content : Arrays.asList(first, second)) {
            if (content instanceof ArrayNode list) {
                parts.addAll(list);
            } else {
                parts.addObject().put("type", "text").put("text", content.asText());
            }
        }
        return parts;
    }
}
