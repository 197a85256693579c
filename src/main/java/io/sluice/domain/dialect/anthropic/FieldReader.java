package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.MalformedRequestException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Reads fields of a request. A field that is missing or null is as if it were not there; one of a wrong type is malformed. */
final class FieldReader {
    private FieldReader() {}

    /** The field; null when it is missing or null. */
    static @Nullable JsonNode at(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** A text; null when there is none. */
    static @Nullable String text(JsonNode object, String name, String path) {
        JsonNode value = at(object, name);
        if (value != null && !value.isTextual()) {
            throw wrong(path + name, "a string");
        }
        return value == null ? null : value.textValue();
    }

    /** A text that must be there. */
    static String required(JsonNode object, String name, String path) {
        String value = text(object, name, path);
        if (value == null) {
            throw wrong(path + name, "a string");
        }
        return value;
    }

    /** A truth; null when there is none. */
    static @Nullable Boolean truth(JsonNode object, String name, String path) {
        JsonNode value = at(object, name);
        if (value != null && !value.isBoolean()) {
            throw wrong(path + name, "a boolean");
        }
        return value == null ? null : value.booleanValue();
    }

    /** A whole number; null when there is none. */
    static @Nullable Long integer(JsonNode object, String name, String path) {
        JsonNode value = at(object, name);
        if (value != null && !(value.isNumber() && value.canConvertToExactIntegral() && value.canConvertToLong())) {
            throw wrong(path + name, "an integer");
        }
        return value == null ? null : value.longValue();
    }

    /** A number with the digits that were written; null when there is none. */
    static @Nullable BigDecimal decimal(JsonNode object, String name, String path) {
        JsonNode value = at(object, name);
        if (value != null && !value.isNumber()) {
            throw wrong(path + name, "a number");
        }
        return value == null ? null : value.decimalValue();
    }

    /** An object; null when there is none. */
    static @Nullable ObjectNode object(JsonNode object, String name, String path) {
        JsonNode value = at(object, name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof ObjectNode found)) {
            throw wrong(path + name, "an object");
        }
        return found;
    }

    /** The field has not the form that it must have. */
    static MalformedRequestException wrong(String field, String expected) {
        return new MalformedRequestException(field, field + ": must be " + expected + ".");
    }
}
