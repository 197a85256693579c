package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes one request (Anthropic API reference, Messages, 2026).
 *
 * <p>An answer after a schema is asked for natively of models that enforce schemas, every object of the schema closed, as
 * Anthropic demands. Of other models it is asked for as the input of a function named {@value #ANSWER_TOOL}, which the
 * model must call; the answer's readers turn that call back into text. An answer in some JSON is asked for in words.
 */
final class AnthropicRequestWriter {
    /** The function whose input is the answer. */
    static final String ANSWER_TOOL = "sluice_json_answer";

    private static final String ONLY_JSON =
            "Answer with one JSON object and nothing else: no words before or after it, no code fence.";
    private static final Pattern TOOL_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");
    private static final Set<String> NESTED = Set.of("metadata", "output_config", "thinking");

    private final ChatRequest request;
    private final Losses losses;
    private final ModelFamily family;
    private final ObjectNode body = Json.object();
    private final ObjectNode outputConfig = Json.object();

    AnthropicRequestWriter(ChatRequest request, String upstreamModel, Losses losses) {
        this.request = request;
        this.losses = losses;
        this.family = ModelFamily.of(upstreamModel);
        body.put("model", upstreamModel);
    }

    /**
     * Writes it all.
     *
     * @throws io.sluice.domain.chat.InexpressibleException when something is lost that must not be
     */
    ObjectNode write() {
        TurnWriter turns = new TurnWriter(request.messages(), losses);
        ArrayNode system = turns.system();
        ArrayNode tools = tools();
        format(system, tools);
        if (tools.isEmpty()) {
            // The API wants the functions of a chat's calls to be there, also when no more are to be called.
            turns.called().forEach(name -> tools.add(stub(name)));
            if (!tools.isEmpty()) {
                body.set("tool_choice", BlockWriter.typed("none"));
            }
        } else {
            toolChoice();
        }
        ThinkingWriter thinking = new ThinkingWriter(request, family, losses);
        String choice = body.path("tool_choice").path("type").asText();
        boolean forced = choice.equals("any") || choice.equals("tool");
        long maxTokens = thinking.write(body, outputConfig, forced, turns.continuesWithoutThinking());
        body.put("max_tokens", maxTokens);
        if (!system.isEmpty()) {
            body.set("system", system);
        }
        body.set("messages", turns.messages());
        if (!tools.isEmpty()) {
            body.set("tools", tools);
        }
        if (!outputConfig.isEmpty()) {
            body.set("output_config", outputConfig);
        }
        new SamplingWriter(request.sampling(), family, losses).write(body);
        rest();
        if (request.stream()) {
            body.put("stream", true);
        }
        return body;
    }

    private ArrayNode tools() {
        ArrayNode tools = Json.NODES.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> {
                    if (TOOL_NAME.matcher(function.name()).matches()) {
                        tools.add(function(function));
                    } else {
                        losses.lose(Feature.TOOLS);
                    }
                }
                case Tool.Foreign foreign -> {
                    if (foreign.dialect() == ChatDialect.ANTHROPIC) {
                        tools.add(foreign.json());
                    } else {
                        losses.lose(foreign.field());
                    }
                }
            }
        }
        return tools;
    }

    private ObjectNode function(Tool.Function function) {
        ObjectNode tool = Json.object().put("name", function.name());
        if (function.description() != null && !function.description().isEmpty()) {
            tool.put("description", function.description());
        }
        tool.set("input_schema", objectSchema(function.parameters()));
        if (Boolean.TRUE.equals(function.strict())) {
            if (family.enforcesSchemas()) {
                tool.put("strict", true);
            } else {
                losses.weakenStrict();
            }
        }
        if (function.cacheControl() != null) {
            tool.set("cache_control", function.cacheControl());
        }
        return tool;
    }

    private static ObjectNode objectSchema(@Nullable JsonNode parameters) {
        ObjectNode schema = parameters instanceof ObjectNode object ? object.deepCopy() : Json.object();
        if (!schema.path("type").asText().equals("object")) {
            schema.put("type", "object");
        }
        return schema;
    }

    private static ObjectNode stub(String name) {
        ObjectNode tool = Json.object().put("name", TOOL_NAME.matcher(name).matches() ? name : "unknown");
        tool.set("input_schema", BlockWriter.typed("object"));
        return tool;
    }

    private void toolChoice() {
        boolean single = Boolean.FALSE.equals(request.parallelToolCalls());
        if (body.has("tool_choice")) {
            return;
        }
        ObjectNode choice =
                switch (request.toolChoice()) {
                    case null -> single ? BlockWriter.typed("auto") : null;
                    case ToolChoice.Auto auto -> BlockWriter.typed("auto");
                    case ToolChoice.None none -> BlockWriter.typed("none");
                    case ToolChoice.Required required -> BlockWriter.typed("any");
                    case ToolChoice.Named named -> BlockWriter.typed("tool").put("name", named.name());
                };
        if (choice != null) {
            if (single && !(request.toolChoice() instanceof ToolChoice.None)) {
                choice.put("disable_parallel_tool_use", true);
            }
            body.set("tool_choice", choice);
        }
    }

    private void format(ArrayNode system, ArrayNode tools) {
        switch (request.format()) {
            case AnswerFormat.Text text -> {}
            case AnswerFormat.Json json -> system.add(TurnWriter.text(ONLY_JSON));
            case AnswerFormat.Schema schema -> {
                if (family.enforcesSchemas()) {
                    ObjectNode format = BlockWriter.typed("json_schema");
                    format.set("schema", closed(schema.schema().deepCopy()));
                    outputConfig.set("format", format);
                } else {
                    answerTool(schema, tools);
                }
            }
        }
    }

    private void answerTool(AnswerFormat.Schema format, ArrayNode tools) {
        if (!(format.schema() instanceof ObjectNode schema)
                || !schema.path("type").asText("object").equals("object")) {
            losses.lose(Feature.SCHEMA_ANSWER);
            return;
        }
        boolean only = tools.isEmpty() || request.toolChoice() instanceof ToolChoice.None;
        String description = format.description();
        ObjectNode tool = Json.object()
                .put("name", ANSWER_TOOL)
                .put(
                        "description",
                        "Gives the final answer to the user; its input is the answer."
                                + (description == null ? "" : " " + description));
        tool.set("input_schema", objectSchema(schema));
        tools.add(tool);
        ObjectNode choice = only
                ? BlockWriter.typed("tool").put("name", ANSWER_TOOL)
                : request.toolChoice() instanceof ToolChoice.Named named
                        ? BlockWriter.typed("tool").put("name", named.name())
                        : BlockWriter.typed("any");
        if (only || Boolean.FALSE.equals(request.parallelToolCalls())) {
            choice.put("disable_parallel_tool_use", true);
        }
        body.set("tool_choice", choice);
    }

    /** The schema with every object closed that does not say whether it is: it allows less, never something else. */
    private static JsonNode closed(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            boolean isObject = object.path("type").asText().equals("object")
                    || object.path("properties").isObject();
            if (isObject && !object.has("additionalProperties")) {
                object.put("additionalProperties", false);
            }
            for (String name : new String[] {"properties", "$defs", "definitions"}) {
                object.path(name).forEach(AnthropicRequestWriter::closed);
            }
            for (String name : new String[] {"anyOf", "allOf", "oneOf"}) {
                object.path(name).forEach(AnthropicRequestWriter::closed);
            }
            closed(object.path("items"));
        }
        return schema;
    }

    private void rest() {
        String user = request.user();
        JsonNode safety = request.extras().get("safety_identifier");
        if (user == null && safety != null && safety.isTextual()) {
            user = safety.textValue();
        }
        if (user != null && !user.isEmpty()) {
            body.set("metadata", Json.object().put("user_id", user));
        }
        serviceTier();
        for (Map.Entry<String, JsonNode> extra : request.extras().entrySet()) {
            String name = extra.getKey();
            boolean carried = losses.client() == ChatDialect.ANTHROPIC && carry(name, extra.getValue());
            if (!carried) {
                losses.lose(name, extra.getValue());
            }
        }
    }

    /** Puts an Anthropic field back where it was: at the top, or in an object there. */
    private boolean carry(String name, JsonNode value) {
        int dot = name.indexOf('.');
        if (dot < 0) {
            body.set(name, value);
            return true;
        }
        String parent = name.substring(0, dot);
        if (!NESTED.contains(parent)) {
            return false;
        }
        ObjectNode object = body.get(parent) instanceof ObjectNode there ? there : body.putObject(parent);
        object.set(name.substring(dot + 1), value);
        return true;
    }

    private void serviceTier() {
        String tier = request.serviceTier();
        if (tier == null) {
            return;
        }
        switch (tier) {
            case "auto", "standard_only" -> body.put("service_tier", tier);
            case "default", "standard" -> body.put("service_tier", "standard_only");
            default -> losses.lose(Feature.SERVICE_TIER);
        }
    }
}
