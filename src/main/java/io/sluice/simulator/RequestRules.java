package io.sluice.simulator;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.simulator.FieldRule.Decimal;
import io.sluice.simulator.FieldRule.OneOf;
import io.sluice.simulator.FieldRule.Whole;
import io.sluice.simulator.Route.Dialect;
import io.sluice.simulator.Route.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads request bodies as strictly as the providers do. */
final class RequestRules {
    private static final Set<String> ENCODINGS = Set.of("float", "base64");
    private static final int MAX_INPUTS = 2048;
    private static final int COMPLETION_TOKENS = 16; // what the legacy endpoint answers when max_tokens is absent
    private static final int USUAL_DIMENSIONS = 1536;
    private static final int LARGE_DIMENSIONS = 3072;

    private static final FieldRule PENALTY = new Decimal(-2, 2);
    private static final FieldRule TOKENS = new Whole(1, Integer.MAX_VALUE);
    private static final FieldRule SEED = new Whole(Long.MIN_VALUE, Long.MAX_VALUE);

    private static final Map<String, FieldRule> CHAT = Map.ofEntries(
            entry("model", FieldRule.STRING),
            entry("messages", FieldRule.ARRAY),
            entry("audio", FieldRule.OBJECT),
            entry("frequency_penalty", PENALTY),
            entry("function_call", FieldRule.ANY),
            entry("functions", FieldRule.ARRAY),
            entry("logit_bias", FieldRule.OBJECT),
            entry("logprobs", FieldRule.BOOLEAN),
            entry("max_completion_tokens", TOKENS),
            entry("max_tokens", TOKENS),
            entry("metadata", FieldRule.OBJECT),
            entry("modalities", FieldRule.ARRAY),
            entry("moderation", FieldRule.OBJECT),
            entry("n", new Whole(1, 128)),
            entry("parallel_tool_calls", FieldRule.BOOLEAN),
            entry("prediction", FieldRule.OBJECT),
            entry("presence_penalty", PENALTY),
            entry("prompt_cache_key", FieldRule.STRING),
            entry("prompt_cache_options", FieldRule.OBJECT),
            entry("prompt_cache_retention", new OneOf(Set.of("in_memory", "24h"))),
            entry("reasoning_effort", new OneOf(Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max"))),
            entry("response_format", FieldRule.OBJECT),
            entry("safety_identifier", FieldRule.STRING),
            entry("seed", SEED),
            entry("service_tier", new OneOf(Set.of("auto", "default", "flex", "scale", "priority", "fast"))),
            entry("stop", FieldRule.ANY),
            entry("store", FieldRule.BOOLEAN),
            entry("stream", FieldRule.BOOLEAN),
            entry("stream_options", FieldRule.OBJECT),
            entry("temperature", new Decimal(0, 2)),
            entry("tool_choice", FieldRule.ANY),
            entry("tools", FieldRule.ARRAY),
            entry("top_logprobs", new Whole(0, 20)),
            entry("top_p", new Decimal(0, 1)),
            entry("user", FieldRule.STRING),
            entry("verbosity", new OneOf(Set.of("low", "medium", "high"))),
            entry("web_search_options", FieldRule.OBJECT));

    private static final Map<String, FieldRule> COMPLETIONS = Map.ofEntries(
            entry("model", FieldRule.STRING),
            entry("prompt", FieldRule.ANY),
            entry("best_of", new Whole(1, 20)),
            entry("echo", FieldRule.BOOLEAN),
            entry("frequency_penalty", PENALTY),
            entry("logit_bias", FieldRule.OBJECT),
            entry("logprobs", new Whole(0, 5)),
            entry("max_tokens", new Whole(0, Integer.MAX_VALUE)),
            entry("n", new Whole(1, 128)),
            entry("presence_penalty", PENALTY),
            entry("seed", SEED),
            entry("stop", FieldRule.ANY),
            entry("stream", FieldRule.BOOLEAN),
            entry("stream_options", FieldRule.OBJECT),
            entry("suffix", FieldRule.STRING),
            entry("temperature", new Decimal(0, 2)),
            entry("top_p", new Decimal(0, 1)),
            entry("user", FieldRule.STRING));

    private static final Map<String, FieldRule> EMBEDDINGS = Map.of(
            "model", FieldRule.STRING,
            "input", FieldRule.ANY,
            "dimensions", new Whole(1, LARGE_DIMENSIONS),
            "encoding_format", new OneOf(ENCODINGS),
            "user", FieldRule.STRING);

    private static final Map<String, FieldRule> STREAM_OPTIONS =
            Map.of("include_usage", FieldRule.BOOLEAN, "include_obfuscation", FieldRule.BOOLEAN);

    private RequestRules() {}

    /**
     * Reads a body.
     *
     * @param route where it was sent
     * @param body the bytes
     * @param lenient whether unknown fields are accepted
     * @throws RefusedRequest with the provider's error
     */
    static Ask read(Route route, byte[] body, boolean lenient) throws RefusedRequest {
        JsonNode root = parse(body);
        checkFields(root, rules(route.endpoint()), "", lenient);
        if (route.dialect() != Dialect.AZURE_DATED) {
            required(root, "model");
        }
        return switch (route.endpoint()) {
            case CHAT -> chat(root, lenient);
            case COMPLETIONS -> completions(root, lenient);
            default -> embeddings(root);
        };
    }

    private static Map<String, FieldRule> rules(Endpoint endpoint) {
        return switch (endpoint) {
            case CHAT -> CHAT;
            case COMPLETIONS -> COMPLETIONS;
            default -> EMBEDDINGS;
        };
    }

    private static JsonNode parse(byte[] body) throws RefusedRequest {
        try {
            JsonNode root = Json.read(body);
            if (root.isObject()) {
                return root;
            }
        } catch (JsonProcessingException e) {
            // Answered below: what exactly is wrong with the text is not told by providers either.
        }
        throw new RefusedRequest(ProviderError.invalid(
                "We could not parse the JSON body of your request. The API expects a JSON payload, but what was sent"
                        + " was not valid JSON.",
                null,
                null));
    }

    private static void checkFields(JsonNode object, Map<String, FieldRule> rules, String prefix, boolean lenient)
            throws RefusedRequest {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            FieldRule rule = rules.get(field.getKey());
            String name = prefix + field.getKey();
            if (rule == null) {
                if (!lenient) {
                    throw new RefusedRequest(
                            ProviderError.invalid("Unknown parameter: '" + name + "'.", name, "unknown_parameter"));
                }
            } else if (!field.getValue().isNull()) {
                rule.check(name, field.getValue());
            }
        }
    }

    private static Ask chat(JsonNode root, boolean lenient) throws RefusedRequest {
        long inputTokens = ChatMessages.inputTokens(required(root, "messages"));
        int maxTokens = whole(root, "max_completion_tokens", whole(root, "max_tokens", Integer.MAX_VALUE));
        if (!given(root, "tools")) {
            for (String name : new String[] {"tool_choice", "parallel_tool_calls"}) {
                if (given(root, name) && !root.path(name).asText().equals("none")) {
                    throw new RefusedRequest(ProviderError.invalid(
                            "Invalid value for '" + name + "': '" + name
                                    + "' is only allowed when 'tools' are specified.",
                            name,
                            null));
                }
            }
        }
        if (given(root, "top_logprobs") && !root.path("logprobs").asBoolean()) {
            throw new RefusedRequest(ProviderError.invalid(
                    "'logprobs' must be set to true if 'top_logprobs' is used.", "top_logprobs", null));
        }
        boolean stream = root.path("stream").asBoolean();
        return new Ask(
                root.path("model").asText(),
                stream,
                includeUsage(root, stream, lenient),
                whole(root, "n", 1),
                maxTokens,
                inputTokens,
                ToolChoice.of(root.path("tools"), root.path("tool_choice")),
                null,
                turn(root, inputTokens, maxTokens));
    }

    private static @Nullable Turn turn(JsonNode root, long inputTokens, int maxTokens) throws RefusedRequest {
        Turn turn = OpenAiTurns.read(root);
        if (turn == null) {
            return null;
        }
        turn.inputTokens = inputTokens + 85L * (turn.images + turn.documents + turn.recordings);
        turn.maxTokens = maxTokens;
        turn.stream = root.path("stream").asBoolean();
        turn.usage = root.path("stream_options").path("include_usage").asBoolean();
        return turn;
    }

    private static Ask completions(JsonNode root, boolean lenient) throws RefusedRequest {
        JsonNode prompt = required(root, "prompt");
        int prompts = inputs(prompt, "prompt");
        int choices = whole(root, "n", 1);
        boolean stream = root.path("stream").asBoolean();
        int bestOf = whole(root, "best_of", choices);
        if (bestOf < choices) {
            throw new RefusedRequest(ProviderError.invalid("best_of must be greater than n", "best_of", null));
        }
        if (stream && bestOf > 1 && given(root, "best_of")) {
            throw new RefusedRequest(ProviderError.invalid("best_of is not supported with streaming", "best_of", null));
        }
        return new Ask(
                root.path("model").asText(),
                stream,
                includeUsage(root, stream, lenient),
                prompts * choices,
                whole(root, "max_tokens", COMPLETION_TOKENS),
                inputTokens(prompt),
                null,
                null,
                null);
    }

    private static Ask embeddings(JsonNode root) throws RefusedRequest {
        JsonNode input = required(root, "input");
        int inputs = inputs(input, "input");
        if (inputs > MAX_INPUTS) {
            throw new RefusedRequest(ProviderError.invalid(
                    "Invalid 'input': array too long. Expected an array with maximum length " + MAX_INPUTS + ".",
                    "input",
                    "array_above_max_length"));
        }
        if (input.isTextual() && input.textValue().isEmpty()) {
            throw new RefusedRequest(
                    ProviderError.invalid("Invalid 'input': input cannot be an empty string.", "input", null));
        }
        String model = root.path("model").asText();
        int dimensions = whole(root, "dimensions", model.contains("large") ? LARGE_DIMENSIONS : USUAL_DIMENSIONS);
        boolean base64 = root.path("encoding_format").asText().equals("base64");
        return new Ask(
                model,
                false,
                false,
                inputs,
                0,
                inputTokens(input),
                null,
                new Ask.Embedding(base64, dimensions, seeds(input, inputs)),
                null);
    }

    private static boolean includeUsage(JsonNode root, boolean stream, boolean lenient) throws RefusedRequest {
        if (!given(root, "stream_options")) {
            return false;
        }
        if (!stream) {
            throw new RefusedRequest(ProviderError.invalid(
                    "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                    "stream_options",
                    null));
        }
        JsonNode options = root.path("stream_options");
        checkFields(options, STREAM_OPTIONS, "stream_options.", lenient);
        return options.path("include_usage").asBoolean();
    }

    /** How many inputs a string, an array of strings, of token numbers or of arrays of these is. */
    private static int inputs(JsonNode value, String name) throws RefusedRequest {
        if (value.isTextual()) {
            return 1;
        }
        if (value.isArray() && !value.isEmpty()) {
            JsonNode first = value.get(0);
            boolean uniform = first.isTextual() || first.isIntegralNumber() || first.isArray();
            for (JsonNode each : value) {
                uniform &= each.getNodeType() == first.getNodeType();
            }
            if (uniform) {
                return first.isIntegralNumber() ? 1 : value.size();
            }
        }
        throw FieldRule.wrongType(name, "a string or an array of strings or tokens, not empty", value);
    }

    /** The same input has the same vector, whatever stands beside it. */
    private static List<Integer> seeds(JsonNode input, int inputs) {
        boolean single = input.isTextual() || inputs == 1 && input.get(0).isIntegralNumber();
        List<Integer> seeds = new ArrayList<>(inputs);
        for (int i = 0; i < inputs; i++) {
            seeds.add((single ? input : input.get(i)).hashCode());
        }
        return seeds;
    }

    /** Token numbers count one each, texts by their length. */
    private static long inputTokens(JsonNode value) {
        if (value.isTextual()) {
            return ChatMessages.tokens(value.textValue());
        }
        if (!value.isArray()) {
            return 1;
        }
        long tokens = 0;
        for (JsonNode each : value) {
            tokens += inputTokens(each);
        }
        return tokens;
    }

    private static JsonNode required(JsonNode root, String name) throws RefusedRequest {
        @Nullable JsonNode value = root.get(name);
        if (value == null || value.isNull()) {
            throw new RefusedRequest(ProviderError.invalid(
                    "Missing required parameter: '" + name + "'.", name, "missing_required_parameter"));
        }
        return value;
    }

    private static boolean given(JsonNode root, String name) {
        return root.hasNonNull(name);
    }

    private static int whole(JsonNode root, String name, int otherwise) {
        return given(root, name) ? root.path(name).intValue() : otherwise;
    }
}
