package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads generateContent requests as strictly as Gemini does (API reference, 2026). */
final class GeminiRules {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}");
    private static final Set<String> REQUEST = Set.of(
            "model",
            "contents",
            "systemInstruction",
            "tools",
            "toolConfig",
            "generationConfig",
            "safetySettings",
            "cachedContent",
            "labels");
    private static final Set<String> GENERATION = Set.of(
            "temperature",
            "topP",
            "topK",
            "candidateCount",
            "maxOutputTokens",
            "stopSequences",
            "responseMimeType",
            "responseSchema",
            "responseJsonSchema",
            "presencePenalty",
            "frequencyPenalty",
            "seed",
            "responseLogprobs",
            "logprobs",
            "responseModalities",
            "thinkingConfig",
            "mediaResolution",
            "speechConfig",
            "imageConfig",
            "enableEnhancedCivicAnswers");
    private static final Set<String> TOOL = Set.of(
            "functionDeclarations",
            "googleSearch",
            "googleSearchRetrieval",
            "codeExecution",
            "urlContext",
            "computerUse",
            "googleMaps");
    private static final Set<String> KEYWORDS = Set.of(
            "type",
            "format",
            "title",
            "description",
            "nullable",
            "enum",
            "maxItems",
            "minItems",
            "properties",
            "required",
            "minProperties",
            "maxProperties",
            "minLength",
            "maxLength",
            "pattern",
            "example",
            "anyOf",
            "propertyOrdering",
            "default",
            "items",
            "minimum",
            "maximum");
    private static final Set<String> TYPES =
            Set.of("STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL", "TYPE_UNSPECIFIED");
    private static final Set<String> CATEGORIES = Set.of(
            "HARM_CATEGORY_HARASSMENT",
            "HARM_CATEGORY_HATE_SPEECH",
            "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT",
            "HARM_CATEGORY_CIVIC_INTEGRITY");
    private static final Set<String> THRESHOLDS =
            Set.of("OFF", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_LOW_AND_ABOVE");

    private final Turn turn = new Turn();
    private boolean showsThoughts;

    /**
     * What was read.
     *
     * @param turn what is asked
     * @param showsThoughts whether thoughts stand in the answer
     */
    record Read(Turn turn, boolean showsThoughts) {}

    /**
     * Reads a request.
     *
     * @param model as the path names it
     * @param vertex whether Vertex AI is asked
     * @throws RefusedRequest with Gemini's error
     */
    static Read read(Fields root, String model, boolean vertex) throws RefusedRequest {
        GeminiRules rules = new GeminiRules();
        rules.turn.model = model;
        rules.turn.remembers = true;
        root.only(REQUEST);
        if (root.array("contents").isEmpty()) {
            throw root.invalid("contents", "contents is not specified");
        }
        rules.tools(root);
        Fields system = root.objectOrNull("systemInstruction");
        if (system != null) {
            new GeminiContents(rules.turn, vertex).system(system);
        }
        new GeminiContents(rules.turn, vertex).read(root);
        Fields generation = root.objectOrNull("generationConfig");
        if (generation != null) {
            rules.generation(generation);
        }
        for (Fields setting : root.objects("safetySettings")) {
            setting.only(Set.of("category", "threshold", "method")).oneOf("category", CATEGORIES);
            setting.oneOf("threshold", THRESHOLDS);
        }
        return new Read(rules.turn, rules.showsThoughts);
    }

    private void generation(Fields config) throws RefusedRequest {
        config.only(GENERATION)
                .decimal("temperature", 0, 2)
                .decimal("topP", 0, 1)
                .decimal("presencePenalty", -2, 2)
                .decimal("frequencyPenalty", -2, 2);
        config.whole("topK", 1, Integer.MAX_VALUE, 0);
        config.whole("seed", Integer.MIN_VALUE, Integer.MAX_VALUE, 0);
        turn.maxTokens = config.tokens("maxOutputTokens");
        turn.choices = (int) config.whole("candidateCount", 1, 8, 1);
        turn.stops = config.texts("stopSequences", 5);
        if (config.has("logprobs") && !config.flag("responseLogprobs", false)) {
            throw config.invalid("logprobs", "logprobs is only allowed when response_logprobs is true");
        }
        String mime =
                config.oneOf("responseMimeType", Set.of("text/plain", "application/json", "text/x.enum"), "text/plain");
        boolean schema = config.has("responseSchema");
        if (schema && config.has("responseJsonSchema")) {
            throw config.invalid(
                    "responseJsonSchema", "only one of response_schema and response_json_schema may be set");
        }
        if (schema || config.has("responseJsonSchema")) {
            if (mime.equals("text/plain")) {
                throw config.invalid(
                        "responseSchema",
                        "only allowed mime types are `application/json`, `application/xml`, `application/yaml` and"
                                + " `text/x.enum`.");
            }
            Fields wanted = config.object(schema ? "responseSchema" : "responseJsonSchema");
            if (schema) {
                schema(wanted);
            }
            turn.schema = wanted.node();
        }
        turn.json = mime.equals("application/json");
        Fields thinking = config.objectOrNull("thinkingConfig");
        if (thinking != null) {
            thinking(thinking);
        }
    }

    private void thinking(Fields config) throws RefusedRequest {
        config.only(Set.of("includeThoughts", "thinkingBudget", "thinkingLevel"));
        if (config.has("thinkingBudget") && config.has("thinkingLevel")) {
            throw config.invalid("", "You can only set only one of thinking budget and thinking level.");
        }
        long budget = config.whole("thinkingBudget", -1, 32_768, -1);
        config.oneOf("thinkingLevel", Set.of("MINIMAL", "LOW", "MEDIUM", "HIGH"), "HIGH");
        turn.thinking = budget != 0;
        showsThoughts = turn.thinking && config.flag("includeThoughts", false);
    }

    private void tools(Fields root) throws RefusedRequest {
        for (Fields tool : root.objects("tools")) {
            tool.only(TOOL);
            for (Fields declared : tool.objects("functionDeclarations")) {
                function(declared);
            }
        }
        Fields config = root.objectOrNull("toolConfig");
        Fields calling = config == null
                ? null
                : config.only(Set.of("functionCallingConfig", "retrievalConfig"))
                        .objectOrNull("functionCallingConfig");
        if (calling == null) {
            return;
        }
        String mode = calling.only(Set.of("mode", "allowedFunctionNames", "streamFunctionCallArguments"))
                .oneOf("mode", Set.of("AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED"), "AUTO");
        var allowed = calling.texts("allowedFunctionNames", 1_000);
        if (!allowed.isEmpty() && !mode.equals("ANY") && !mode.equals("VALIDATED")) {
            throw calling.invalid("", "Allowed function names should be set only when function calling mode is ANY.");
        }
        for (String name : allowed) {
            if (!turn.offers(name)) {
                throw calling.invalid("allowedFunctionNames", "`" + name + "` is not one of the declared functions");
            }
        }
        switch (mode) {
            case "ANY" -> {
                turn.choice = allowed.size() == 1 ? Turn.Choice.NAMED : Turn.Choice.REQUIRED;
                turn.named = allowed.size() == 1 ? allowed.get(0) : "";
            }
            case "NONE" -> turn.choice = Turn.Choice.NONE;
            default -> {}
        }
    }

    private void function(Fields declared) throws RefusedRequest {
        declared.only(Set.of(
                "name",
                "description",
                "parameters",
                "parametersJsonSchema",
                "response",
                "responseJsonSchema",
                "behavior"));
        String name = declared.text("name");
        if (!NAME.matcher(name).matches()) {
            throw declared.invalid(
                    "name",
                    "Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z,"
                            + " 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of"
                            + " 64.");
        }
        boolean json = declared.has("parametersJsonSchema");
        if (json && declared.has("parameters")) {
            throw declared.invalid(
                    "parametersJsonSchema", "only one of parameters and parameters_json_schema may be set");
        }
        Fields schema = declared.objectOrNull(json ? "parametersJsonSchema" : "parameters");
        if (schema != null && !json) {
            schema(schema);
        }
        turn.count(declared.node().toString());
        turn.offers.add(new Turn.Offer(name, schema == null ? Json.object() : schema.node()));
    }

    /** Checks the subset of OpenAPI schemas. */
    private static void schema(Fields schema) throws RefusedRequest {
        schema.only(KEYWORDS);
        String type = "";
        if (schema.has("type")) {
            type = schema.text("type").toUpperCase(Locale.ROOT);
            if (!TYPES.contains(type)) {
                schema.oneOf("type", TYPES);
            }
        }
        String format = schema.text("format", "");
        if (type.equals("STRING") && !format.isEmpty() && !format.equals("enum") && !format.equals("date-time")) {
            throw schema.invalid("format", "only 'enum' and 'date-time' are supported for STRING type");
        }
        if (type.equals("OBJECT") && schema.get("properties").isEmpty()) {
            throw schema.invalid("properties", "should be non-empty for OBJECT type");
        }
        if (type.equals("ARRAY") && !schema.has("items")) {
            throw schema.invalid("items", "missing field.");
        }
        if (schema.has("properties")) {
            Fields properties = schema.object("properties");
            for (var property : properties.node().properties()) {
                schema(properties.object(property.getKey()));
            }
            for (JsonNode required : schema.array("required")) {
                if (!properties.node().has(required.asText())) {
                    throw schema.invalid("required", "property is not defined: " + required.asText());
                }
            }
        }
        if (schema.has("items")) {
            schema(schema.object("items"));
        }
        for (Fields each : schema.objects("anyOf")) {
            schema(each);
        }
    }
}
