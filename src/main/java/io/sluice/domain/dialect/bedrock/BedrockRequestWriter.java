package io.sluice.domain.dialect.bedrock;

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
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes one request. Besides what {@link BedrockMessages} does:
 *
 * <ul>
 *   <li>A schema for the answer goes to models that can be held to it; others, and JSON without a schema, are told in the
 *       system's words.
 *   <li>"Call nothing" is written by leaving the tools out. That is not possible behind calls of tools, where Bedrock wants
 *       them named; then it is a loss. Behind such calls in a request without tools, their names are given as tools.
 *   <li>Cache marks go only to models that take them; user ids and how closely to look at a picture go without a word.
 *       Models that cannot be held to the schema of a tool are told it: {@code strict} is weakened.
 *   <li>Without a client's maximum, none is written: the model's own counts.
 * </ul>
 */
final class BedrockRequestWriter {
    private static final String MODEL_FIELDS = "additionalModelRequestFields";

    /** What Bedrock has at the top of a request, and a client may give by its own name. */
    private static final Set<String> CARRIED =
            Set.of("guardrailConfig", "performanceConfig", "requestMetadata", "promptVariables");

    private static final Set<String> USUAL_TIERS = Set.of("auto", "default", "standard_only", "standard");

    private final ChatRequest request;
    private final BedrockModel model;
    private final Losses losses;
    private final ObjectNode body = Json.object();
    private final ObjectNode modelFields = Json.object();

    BedrockRequestWriter(ChatRequest request, BedrockModel model, Losses losses) {
        this.request = request;
        this.model = model;
        this.losses = losses;
    }

    ObjectNode write() {
        BedrockMessages messages = new BedrockMessages(model, losses);
        messages.write(request.messages());
        ArrayNode system = messages.system();
        boolean usesTools = usesTools();
        format(system);
        if (!system.isEmpty()) {
            body.set("system", system);
        }
        body.set("messages", messages.messages());
        boolean thinks = new BedrockThinking(request, model, losses).write(modelFields);
        inference(thinks);
        tools(usesTools, thinks);
        others();
        extras();
        if (!modelFields.isEmpty()) {
            body.set(MODEL_FIELDS, modelFields);
        }
        return body;
    }

    private void format(ArrayNode system) {
        switch (request.format()) {
            case AnswerFormat.Text text -> {}
            case AnswerFormat.Json json ->
                system.addObject().put("text", "Answer with one JSON object and nothing else.");
            case AnswerFormat.Schema schema -> {
                if (model.schemas()) {
                    ObjectNode format = body.putObject("outputConfig").putObject("textFormat");
                    ObjectNode written = format.put("type", "json_schema")
                            .putObject("structure")
                            .putObject("jsonSchema")
                            .put("schema", Json.text(schema.schema()));
                    if (!schema.name().isBlank()) {
                        written.put("name", schema.name());
                    }
                    if (schema.description() != null && !schema.description().isBlank()) {
                        written.put("description", schema.description());
                    }
                } else {
                    system.addObject()
                            .put(
                                    "text",
                                    "Answer with one JSON value that is valid by this JSON Schema, and nothing else, no"
                                            + " code fence either:\n" + Json.text(schema.schema()));
                }
            }
        }
    }

    private void inference(boolean thinks) {
        Sampling sampling = request.sampling();
        ObjectNode config = Json.object();
        if (sampling.maxOutputTokens() != null) {
            config.put("maxTokens", sampling.maxOutputTokens());
        }
        temperature(sampling, config, thinks);
        if (sampling.stop().stream().anyMatch(stop -> !stop.isEmpty())) {
            ArrayNode stops = config.putArray("stopSequences");
            sampling.stop().stream().filter(stop -> !stop.isEmpty()).forEach(stops::add);
        }
        if (!config.isEmpty()) {
            body.set("inferenceConfig", config);
        }
        topK(sampling.topK(), thinks);
        unknown(sampling);
    }

    /** Newer Claudes refuse both of these: where both are said, the one that says nothing is left out. */
    private void temperature(Sampling sampling, ObjectNode config, boolean thinks) {
        BigDecimal temperature = sampling.temperature();
        BigDecimal topP = sampling.topP();
        boolean one = model.family() == BedrockModel.Family.ANTHROPIC && temperature != null && topP != null;
        if (temperature != null && !(one && isOne(temperature))) {
            if (thinks && !isOne(temperature)) {
                // Claude thinks at its own temperature only.
                losses.lose(Feature.TEMPERATURE);
            } else if (temperature.compareTo(BigDecimal.ONE) > 0) {
                losses.lose(Feature.TEMPERATURE);
                config.put("temperature", BigDecimal.ONE);
            } else {
                config.put("temperature", temperature);
            }
        }
        if (topP != null && !(one && isOne(topP) && config.has("temperature"))) {
            config.put("topP", topP);
        }
    }

    private static boolean isOne(@Nullable BigDecimal number) {
        return number != null && number.compareTo(BigDecimal.ONE) == 0;
    }

    private void topK(@Nullable Long topK, boolean thinks) {
        if (topK == null) {
            return;
        }
        switch (model.family()) {
            case ANTHROPIC -> {
                if (thinks) {
                    losses.lose(Feature.TOP_K);
                } else {
                    modelFields.put("top_k", topK);
                }
            }
            case NOVA -> modelFields.withObject("/inferenceConfig").put("topK", topK);
            case GPT_OSS, OTHER, UNKNOWN -> losses.lose(Feature.TOP_K);
        }
    }

    private void unknown(Sampling sampling) {
        if (sampling.seed() != null) {
            losses.lose(Feature.SEED);
        }
        if (sampling.choices() != null && sampling.choices() > 1) {
            losses.lose(Feature.CHOICES);
        }
        if (isSet(sampling.presencePenalty())) {
            losses.lose(Feature.PRESENCE_PENALTY);
        }
        if (isSet(sampling.frequencyPenalty())) {
            losses.lose(Feature.FREQUENCY_PENALTY);
        }
        if (Boolean.TRUE.equals(sampling.logprobs()) || sampling.topLogprobs() != null && sampling.topLogprobs() > 0) {
            losses.lose(Feature.LOGPROBS);
        }
        if (sampling.logitBias() != null && !sampling.logitBias().isEmpty()) {
            losses.lose(Feature.LOGIT_BIAS);
        }
    }

    private static boolean isSet(@Nullable BigDecimal penalty) {
        return penalty != null && penalty.signum() != 0;
    }

    private boolean usesTools() {
        return request.messages().stream()
                .flatMap(message -> message.parts().stream())
                .anyMatch(part -> part instanceof Part.ToolCall || part instanceof Part.ToolResult);
    }

    private void tools(boolean usesTools, boolean thinks) {
        boolean never = request.toolChoice() instanceof ToolChoice.None;
        if (never && !usesTools || request.tools().isEmpty() && !usesTools) {
            return;
        }
        ArrayNode tools = Json.NODES.arrayNode();
        request.tools().forEach(tool -> tool(tool, tools));
        if (never && !tools.isEmpty()) {
            losses.lose(Feature.TOOL_CHOICE);
        }
        if (tools.isEmpty()) {
            if (!usesTools) {
                return;
            }
            namesCalled().forEach(name -> spec(tools, name)
                    .putObject("inputSchema")
                    .putObject("json")
                    .put("type", "object"));
        }
        ObjectNode config = body.putObject("toolConfig");
        config.set("tools", tools);
        if (!request.tools().isEmpty()) {
            choice(config, thinks);
            if (Boolean.FALSE.equals(request.parallelToolCalls())) {
                losses.lose(Feature.PARALLEL_TOOL_CALLS);
            }
        }
    }

    private Set<String> namesCalled() {
        Set<String> names = new LinkedHashSet<>();
        for (ChatMessage message : request.messages()) {
            for (Part part : message.parts()) {
                if (part instanceof Part.ToolCall call) {
                    names.add(call.name());
                } else if (part instanceof Part.ToolResult result && result.name() != null) {
                    names.add(result.name());
                }
            }
        }
        if (names.isEmpty()) {
            names.add("tool");
        }
        return names;
    }

    private static ObjectNode spec(ArrayNode tools, String name) {
        return tools.addObject().putObject("toolSpec").put("name", name);
    }

    private void tool(Tool tool, ArrayNode tools) {
        switch (tool) {
            case Tool.Function function -> {
                ObjectNode spec = spec(tools, function.name());
                if (function.description() != null && !function.description().isBlank()) {
                    spec.put("description", function.description());
                }
                spec.putObject("inputSchema").set("json", schema(function.parameters()));
                if (Boolean.TRUE.equals(function.strict())) {
                    if (model.schemas()) {
                        spec.put("strict", true);
                    } else {
                        losses.weakenStrict();
                    }
                }
                if (function.cacheControl() != null
                        && model.caches()
                        && model.family() == BedrockModel.Family.ANTHROPIC) {
                    tools.addObject().putObject("cachePoint").put("type", "default");
                }
            }
            case Tool.Foreign foreign -> {
                if (foreign.dialect() == ChatDialect.BEDROCK) {
                    tools.add(foreign.json());
                } else {
                    losses.lose(foreign.field());
                }
            }
        }
    }

    /** A schema of arguments says at its top that it is of an object. */
    private static JsonNode schema(@Nullable JsonNode parameters) {
        if (!(parameters instanceof ObjectNode schema)) {
            ObjectNode none = Json.object().put("type", "object");
            none.putObject("properties");
            return none;
        }
        return schema.path("type").isTextual() ? schema : schema.deepCopy().put("type", "object");
    }

    private void choice(ObjectNode config, boolean thinks) {
        switch (request.toolChoice()) {
            case null -> {}
            case ToolChoice.Auto auto -> config.putObject("toolChoice").putObject("auto");
            case ToolChoice.None none -> {}
            case ToolChoice.Required required -> {
                if (thinks) {
                    losses.lose(Feature.TOOL_CHOICE);
                } else {
                    config.putObject("toolChoice").putObject("any");
                }
            }
            case ToolChoice.Named named -> {
                if (thinks) {
                    losses.lose(Feature.TOOL_CHOICE);
                } else {
                    config.putObject("toolChoice").putObject("tool").put("name", named.name());
                }
            }
        }
    }

    private void others() {
        String tier = request.serviceTier();
        if (tier == null || USUAL_TIERS.contains(tier)) {
            return;
        }
        if (tier.equals("flex") || tier.equals("priority")) {
            body.putObject("serviceTier").put("type", tier);
        } else {
            losses.lose(Feature.SERVICE_TIER);
        }
    }

    private void extras() {
        request.extras().forEach((name, value) -> {
            if (name.equals(MODEL_FIELDS) && value instanceof ObjectNode fields) {
                modelFields.setAll(fields);
            } else if (CARRIED.contains(name) && value.isObject()) {
                body.set(name, value);
            } else {
                losses.lose(name, value);
            }
        });
    }
}
