package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * JSON Schema and Gemini's own schema, a subset of OpenAPI 3.0's (Gemini API, {@code Schema}, 2026). Models before Gemini
 * 2.5 take only the latter and answer a keyword outside of it with 400.
 */
final class Schemas {
    private static final int MOST_DEPTH = 32;
    private static final Set<String> KEPT = Set.of(
            "title",
            "description",
            "nullable",
            "maxItems",
            "minItems",
            "minProperties",
            "maxProperties",
            "minLength",
            "maxLength",
            "pattern",
            "propertyOrdering",
            "required",
            "minimum",
            "maximum");

    /** What says nothing that an answer would differ by. */
    private static final Set<String> HARMLESS = Set.of(
            "$schema",
            "$id",
            "$comment",
            "$defs",
            "definitions",
            "additionalProperties",
            "default",
            "example",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly");

    private static final Set<String> FORMATS = Set.of("enum", "date-time", "int32", "int64", "float", "double");

    private final JsonNode root;
    private final Set<String> lost = new TreeSet<>();

    private Schemas(JsonNode root) {
        this.root = root;
    }

    /**
     * A schema in Gemini's subset.
     *
     * @param schema what it says
     * @param lost names of keywords that the subset has not, and that forbid what would then be allowed
     */
    record Subset(JsonNode schema, Set<String> lost) {}

    /** Writes a JSON Schema in Gemini's subset. References are replaced by what they refer to, 32 deep at most. */
    static Subset toGemini(JsonNode schema) {
        Schemas schemas = new Schemas(schema);
        return new Subset(schemas.reduced(schema, 0), schemas.lost);
    }

    /** Writes a schema of Gemini's as JSON Schema. */
    static JsonNode fromGemini(JsonNode schema) {
        return fromGemini(schema, 0);
    }

    private static JsonNode fromGemini(JsonNode schema, int depth) {
        if (!(schema instanceof ObjectNode from) || depth > MOST_DEPTH * 2) {
            return schema;
        }
        ObjectNode to = Json.object();
        boolean nullable = from.path("nullable").asBoolean(false);
        for (Map.Entry<String, JsonNode> field : from.properties()) {
            String name = Fields.camel(field.getKey());
            JsonNode value = field.getValue();
            switch (name) {
                case "type" -> {
                    JsonNode type = value.isTextual()
                            ? Json.NODES.textNode(value.textValue().toLowerCase(Locale.ROOT))
                            : value;
                    if (nullable && type.isTextual()) {
                        to.putArray("type").add(type).add("null");
                    } else {
                        to.set("type", type);
                    }
                }
                case "nullable", "propertyOrdering" -> {}
                case "items" -> to.set("items", fromGemini(value, depth + 1));
                case "anyOf" -> {
                    ArrayNode any = to.putArray("anyOf");
                    value.forEach(item -> any.add(fromGemini(item, depth + 1)));
                }
                case "properties" -> {
                    ObjectNode properties = to.putObject("properties");
                    value.properties()
                            .forEach(item -> properties.set(item.getKey(), fromGemini(item.getValue(), depth + 1)));
                }
                case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties" ->
                    // 64-bit numbers are strings in the JSON of protocol buffers.
                    to.set(name, value.isTextual() ? Json.NODES.numberNode(value.asLong()) : value);
                default -> to.set(name, value);
            }
        }
        return to;
    }

    private JsonNode reduced(JsonNode schema, int depth) {
        ObjectNode to = Json.object();
        if (!(schema instanceof ObjectNode from) || depth > MOST_DEPTH) {
            return to;
        }
        JsonNode reference = from.get("$ref");
        if (reference != null) {
            JsonNode found = resolved(reference.asText());
            ObjectNode inner = (ObjectNode) reduced(found, depth + 1);
            if (from.path("description").isTextual()) {
                inner.set("description", from.get("description"));
            }
            return inner;
        }
        for (Map.Entry<String, JsonNode> field : from.properties()) {
            keyword(field.getKey(), field.getValue(), to, depth);
        }
        if (to.has("properties") && !to.has("type")) {
            to.put("type", "object");
        }
        return to;
    }

    private void keyword(String name, JsonNode value, ObjectNode to, int depth) {
        switch (name) {
            case "type" -> type(value, to);
            case "items" -> to.set("items", reduced(value, depth + 1));
            case "properties" -> {
                ObjectNode properties = to.putObject("properties");
                value.properties().forEach(item -> properties.set(item.getKey(), reduced(item.getValue(), depth + 1)));
                if (properties.isEmpty()) {
                    to.remove("properties");
                }
            }
            case "anyOf", "oneOf" -> any(value, to, depth);
            case "allOf" ->
                value.forEach(item -> {
                    JsonNode part = reduced(item, depth + 1);
                    part.properties().forEach(field -> to.set(field.getKey(), field.getValue()));
                });
            case "const" -> {
                if (value.isTextual()) {
                    to.putArray("enum").add(value);
                } else {
                    lost.add(name);
                }
            }
            case "enum" -> {
                // The subset has enumerations of strings alone.
                ArrayNode texts = Json.NODES.arrayNode();
                value.forEach(item -> {
                    if (item.isTextual()) {
                        texts.add(item);
                    } else if (!item.isNull()) {
                        lost.add(name);
                    }
                });
                if (!texts.isEmpty()) {
                    to.set("enum", texts);
                }
            }
            case "format" -> {
                if (FORMATS.contains(value.asText())) {
                    to.set("format", value);
                } else {
                    lost.add(name);
                }
            }
            default -> {
                if (KEPT.contains(name)) {
                    to.set(name, value);
                } else if (!HARMLESS.contains(name)) {
                    lost.add(name);
                }
            }
        }
    }

    private static void type(JsonNode value, ObjectNode to) {
        if (!value.isArray()) {
            to.set("type", value);
            return;
        }
        List<String> types = new ArrayList<>();
        for (JsonNode type : value) {
            if (type.asText().equals("null")) {
                to.put("nullable", true);
            } else {
                types.add(type.asText());
            }
        }
        if (types.size() == 1) {
            to.put("type", types.getFirst());
        } else {
            ArrayNode any = to.putArray("anyOf");
            types.forEach(type -> any.addObject().put("type", type));
        }
    }

    private void any(JsonNode value, ObjectNode to, int depth) {
        List<JsonNode> items = new ArrayList<>();
        for (JsonNode item : value) {
            if (item.path("type").asText().equals("null")) {
                to.put("nullable", true);
            } else {
                items.add(reduced(item, depth + 1));
            }
        }
        if (items.size() == 1) {
            items.getFirst().properties().forEach(field -> to.set(field.getKey(), field.getValue()));
        } else {
            to.putArray("anyOf").addAll(items);
        }
    }

    private JsonNode resolved(String reference) {
        if (!reference.startsWith("#/")) {
            lost.add("$ref");
            return Json.object();
        }
        return root.at(reference.substring(1));
    }
}
