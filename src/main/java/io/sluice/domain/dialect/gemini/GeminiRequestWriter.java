package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@code GenerateContentRequest}.
 *
 * <ul>
 *   <li>Every system message goes into {@code systemInstruction}, in order, wherever it stood.
 *   <li>Schemas of functions and of the answer go as {@code parametersJsonSchema} and {@code responseJsonSchema}; models
 *       before 2.5 get {@code parameters} and {@code responseSchema} in Gemini's subset.
 *   <li>Functions that are all {@code strict} make the mode {@code VALIDATED}, under which arguments follow the schema;
 *       {@code ANY} does so anyway.
 *   <li>Left out without a word, because no answer differs by it: the client's user, cache marks, file names, thinking of
 *       other providers (which Gemini could not read).
 * </ul>
 */
final class GeminiRequestWriter {
    private static final int MOST_STOP_TEXTS = 5;
    private static final int MOST_CHOICES = 8;
    private static final int MOST_LOGPROBS = 20;

    private final ChatRequest request;
    private final ModelTraits model;
    private final Losses losses;
    private final ObjectNode body = Json.object();

    private GeminiRequestWriter(ChatRequest request, String upstreamModel, Losses losses) {
        this.request = request;
        this.model = ModelTraits.of(upstreamModel);
        this.losses = losses;
    }

    static ObjectNode write(ChatRequest request, String upstreamModel, Losses losses) {
        return new GeminiRequestWriter(request, upstreamModel, losses).write();
    }

    private ObjectNode write() {
        ContentWriter contents = new ContentWriter(request, model, losses);
        contents.write(body);
        tools();
        ObjectNode config = Json.object();
        sampling(config);
        format(config);
        new ThinkingWriter(model, losses).write(request.reasoning(), config);
        String resolution = contents.resolution();
        if (resolution != null) {
            config.put("mediaResolution", resolution);
        }
        extras(config);
        if (!config.isEmpty()) {
            body.set("generationConfig", config);
        }
        String tier = request.serviceTier();
        if (tier != null
                && !Set.of("auto", "default", "standard", "standard_only").contains(tier)) {
            losses.lose(Feature.SERVICE_TIER);
        }
        return body;
    }

    private void tools() {
        ArrayNode tools = Json.NODES.arrayNode();
        ArrayNode functions = Json.NODES.arrayNode();
        boolean strict = true;
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> {
                    functions.add(function(function));
                    strict &= Boolean.TRUE.equals(function.strict());
                }
                case Tool.Foreign foreign -> {
                    if (foreign.dialect() == ChatDialect.GEMINI) {
                        tools.add(foreign.json());
                    } else {
                        losses.lose(foreign.field());
                    }
                }
            }
        }
        if (!functions.isEmpty()) {
            tools.insertObject(0).set("functionDeclarations", functions);
            calling(strict);
        }
        if (!tools.isEmpty()) {
            body.set("tools", tools);
        }
        if (Boolean.FALSE.equals(request.parallelToolCalls()) && !functions.isEmpty()) {
            losses.lose(Feature.PARALLEL_TOOL_CALLS);
        }
    }

    private ObjectNode function(Tool.Function function) {
        ObjectNode declaration = Json.object();
        declaration.put("name", function.name());
        if (function.description() != null) {
            declaration.put("description", function.description());
        }
        JsonNode schema = function.parameters();
        if (schema == null || isEmpty(schema)) {
            return declaration;
        }
        if (model.takesJsonSchema()) {
            declaration.set("parametersJsonSchema", schema);
        } else {
            declaration.set("parameters", subset(schema, Feature.TOOLS));
        }
        return declaration;
    }

    /** Whether a schema allows no argument: Gemini refuses an object without properties. */
    private static boolean isEmpty(JsonNode schema) {
        return schema.path("properties").isEmpty()
                && !schema.has("$ref")
                && !schema.has("anyOf")
                && !schema.has("oneOf")
                && !schema.has("allOf")
                && !schema.path("additionalProperties").isObject();
    }

    private JsonNode subset(JsonNode schema, Feature feature) {
        Schemas.Subset subset = Schemas.toGemini(schema);
        for (String keyword : subset.lost()) {
            losses.lose(feature.nameIn(losses.client()) + "." + keyword);
        }
        return subset.schema();
    }

    private void calling(boolean strict) {
        ToolChoice choice = request.toolChoice();
        boolean validated = strict && model.takesJsonSchema();
        String mode =
                switch (choice) {
                    case null -> validated ? "VALIDATED" : null;
                    case ToolChoice.Auto auto -> validated ? "VALIDATED" : "AUTO";
                    case ToolChoice.None none -> "NONE";
                    case ToolChoice.Required required -> "ANY";
                    case ToolChoice.Named named -> "ANY";
                };
        boolean mixed = request.tools().stream()
                .anyMatch(tool -> tool instanceof Tool.Function f && Boolean.TRUE.equals(f.strict()));
        if (mixed && !validated && (mode == null || mode.equals("AUTO"))) {
            losses.lose(Feature.TOOLS.nameIn(losses.client()) + ".strict");
        }
        if (mode != null) {
            ObjectNode calling = body.putObject("toolConfig").putObject("functionCallingConfig");
            calling.put("mode", mode);
            if (choice instanceof ToolChoice.Named named) {
                calling.putArray("allowedFunctionNames").add(named.name());
            }
        }
    }

    private void sampling(ObjectNode config) {
        Sampling sampling = request.sampling();
        put(config, "maxOutputTokens", sampling.maxOutputTokens());
        put(config, "temperature", sampling.temperature());
        put(config, "topP", sampling.topP());
        put(config, "topK", sampling.topK());
        List<String> stop = sampling.stop();
        if (stop.size() > MOST_STOP_TEXTS) {
            losses.lose(Feature.STOP);
            stop = stop.subList(0, MOST_STOP_TEXTS);
        }
        if (!stop.isEmpty()) {
            ArrayNode texts = config.putArray("stopSequences");
            stop.forEach(texts::add);
        }
        Long seed = sampling.seed();
        if (seed != null && seed.intValue() != seed) {
            losses.lose(Feature.SEED);
        } else {
            put(config, "seed", seed);
        }
        Integer choices = sampling.choices();
        if (choices != null && choices > MOST_CHOICES) {
            losses.lose(Feature.CHOICES);
        } else if (choices != null && choices != 1) {
            config.put("candidateCount", choices);
        }
        put(config, "presencePenalty", sampling.presencePenalty());
        put(config, "frequencyPenalty", sampling.frequencyPenalty());
        if (Boolean.TRUE.equals(sampling.logprobs())) {
            config.put("responseLogprobs", true);
            Integer top = sampling.topLogprobs();
            if (top != null && top > 0) {
                config.put("logprobs", Math.min(top, MOST_LOGPROBS));
            }
        }
        if (sampling.logitBias() != null && !sampling.logitBias().isEmpty()) {
            losses.lose(Feature.LOGIT_BIAS);
        }
    }

    private static void put(ObjectNode config, String name, @Nullable Number value) {
        switch (value) {
            case null -> {}
            case java.math.BigDecimal decimal -> config.put(name, decimal);
            case Long number -> config.put(name, number);
            case Integer number -> config.put(name, number);
            default -> config.put(name, value.doubleValue());
        }
    }

    private void format(ObjectNode config) {
        AnswerFormat format = request.format();
        if (format instanceof AnswerFormat.Text) {
            return;
        }
        boolean functions = request.tools().stream().anyMatch(Tool.Function.class::isInstance);
        if (functions && !model.formatsBesideTools()) {
            losses.lose(format instanceof AnswerFormat.Json ? Feature.JSON_ANSWER : Feature.SCHEMA_ANSWER);
            return;
        }
        config.put("responseMimeType", "application/json");
        if (format instanceof AnswerFormat.Schema schema) {
            if (model.takesJsonSchema()) {
                config.set("responseJsonSchema", schema.schema());
            } else {
                config.set("responseSchema", subset(schema.schema(), Feature.SCHEMA_ANSWER));
            }
        }
    }

    private void extras(ObjectNode config) {
        boolean own = losses.client() == ChatDialect.GEMINI;
        for (Map.Entry<String, JsonNode> extra : request.extras().entrySet()) {
            String name = extra.getKey();
            if (own) {
                ObjectNode target = name.startsWith("generationConfig.") ? config : body;
                String path = name.startsWith("generationConfig.") ? name.substring(17) : name;
                own(target, path, extra.getValue(), name);
            } else {
                losses.lose(name, extra.getValue());
            }
        }
    }

    /** Puts a field of Gemini's back where the client wrote it. */
    private void own(ObjectNode target, String path, JsonNode value, String name) {
        if (path.indexOf('[') >= 0) {
            losses.lose(name, value);
            return;
        }
        ObjectNode at = target;
        String rest = path;
        for (int dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.')) {
            at = at.withObjectProperty(rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        at.set(rest, value);
    }
}
