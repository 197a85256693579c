package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** Makes values that fit the required part of simple JSON schemas. */
final class Schemas {
    private static final int DEEPEST = 16;

    private Schemas() {}

    /** A value for a schema; an empty object when it says nothing. */
    static JsonNode example(JsonNode schema) {
        return type(schema).isEmpty() && !schema.path("enum").isArray() ? object(schema, 0) : value(schema, 0);
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return (type.isArray() ? type.path(0) : type).asText().toLowerCase(Locale.ROOT);
    }

    private static JsonNode value(JsonNode schema, int depth) {
        JsonNode choices = schema.path("enum");
        if (choices.isArray() && !choices.isEmpty()) {
            return choices.get(0);
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (type(schema)) {
            case "integer", "number" ->
                schema.path("minimum").isNumber() ? schema.path("minimum") : nodes.numberNode(1);
            case "boolean" -> nodes.booleanNode(true);
            case "array" -> nodes.arrayNode();
            case "object" -> object(schema, depth);
            case "null" -> nodes.nullNode();
            default -> nodes.textNode("example");
        };
    }

    private static ObjectNode object(JsonNode schema, int depth) {
        ObjectNode made = Json.object();
        for (JsonNode required : schema.path("required")) {
            JsonNode property = schema.path("properties").path(required.asText());
            made.set(required.asText(), depth < DEEPEST ? value(property, depth + 1) : Json.object());
        }
        return made;
    }
}
