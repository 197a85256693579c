package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.MalformedRequestException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads fields of a request. A field that is {@code null} is as if it were not there; one of a wrong type is malformed. */
final class JsonFields {
    private JsonFields() {}

    /** The field; null when it is not there. */
    static @Nullable JsonNode value(ObjectNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** A string; null when it is not there. */
    static @Nullable String text(ObjectNode object, String name, String at) {
        JsonNode value = value(object, name);
        if (value != null && !value.isTextual()) {
            throw wrong(at, name, "a string");
        }
        return value == null ? null : value.textValue();
    }

    /** A string that must be there. */
    static String needText(ObjectNode object, String name, String at) {
        String text = text(object, name, at);
        if (text == null) {
            throw new MalformedRequestException(
                    path(at, name), "Missing required parameter: '" + path(at, name) + "'.");
        }
        return text;
    }

    /** True or false; null when it is not there. */
    static @Nullable Boolean flag(ObjectNode object, String name, String at) {
        JsonNode value = value(object, name);
        if (value != null && !value.isBoolean()) {
            throw wrong(at, name, "a boolean");
        }
        return value == null ? null : value.booleanValue();
    }

    /** A whole number; null when it is not there. */
    static @Nullable Long integer(ObjectNode object, String name, String at) {
        JsonNode value = value(object, name);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
            throw wrong(at, name, "an integer");
        }
        return value == null ? null : value.longValue();
    }

    /** A number with the digits that the client wrote; null when it is not there. */
    static @Nullable BigDecimal number(ObjectNode object, String name, String at) {
        JsonNode value = value(object, name);
        if (value != null && !value.isNumber()) {
            throw wrong(at, name, "a number");
        }
        return value == null ? null : value.decimalValue();
    }

    /** An object; null when it is not there. */
    static @Nullable ObjectNode object(ObjectNode parent, String name, String at) {
        JsonNode value = value(parent, name);
        if (value == null) {
            return null;
        }
        return object(value, path(at, name));
    }

    /** This value, which must be an object. */
    static ObjectNode object(JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw wrong("", path, "an object");
    }

    /** Elements of an array; none when it is not there. */
    static Iterable<JsonNode> list(ObjectNode parent, String name, String at) {
        JsonNode value = value(parent, name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof ArrayNode array) {
            return array;
        }
        throw wrong(at, name, "an array");
    }

    /** The name of a field of what stands at {@code at}. */
    static String path(String at, String name) {
        return at.isEmpty() ? name : at + "." + name;
    }

    /** A field has the wrong form. */
    static MalformedRequestException wrong(String at, String name, String expected) {
        String path = path(at, name);
        return new MalformedRequestException(path, "Invalid type for '" + path + "': expected " + expected + ".");
    }
}
