package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.MalformedRequestException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fields of a request by their type. A field that is null is a field that is not there. */
final class Fields {
    private Fields() {}

    /** A member that is there and not null. */
    static @Nullable JsonNode get(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** Names and values of an object; none for anything else. */
    static Iterable<Map.Entry<String, JsonNode>> of(JsonNode object) {
        Iterator<Map.Entry<String, JsonNode>> fields = object.fields();
        return () -> fields;
    }

    /** A text, or null. */
    static @Nullable String text(JsonNode object, String name, String path) {
        JsonNode value = get(object, name);
        return value == null ? null : text(value, path + "." + name);
    }

    /** A text that must be there. */
    static String required(JsonNode object, String name, String path) {
        String value = text(object, name, path);
        if (value == null) {
            throw new MalformedRequestException(
                    path + "." + name, "Missing required parameter: '" + path + "." + name + "'.");
        }
        return value;
    }

    static String text(JsonNode value, String path) {
        if (!value.isTextual()) {
            throw wrong(path, "a string");
        }
        return value.textValue();
    }

    static boolean flag(JsonNode value, String path) {
        if (!value.isBoolean()) {
            throw wrong(path, "a boolean");
        }
        return value.booleanValue();
    }

    static BigDecimal decimal(JsonNode value, String path) {
        if (!value.isNumber()) {
            throw wrong(path, "a number");
        }
        return value.decimalValue();
    }

    static long integer(JsonNode value, String path) {
        BigDecimal number = decimal(value, path);
        // The scale is looked at first: a number such as 1e9999999 must not be written out.
        if (number.scale() < -18 || number.scale() > 400) {
            throw wrong(path, "an integer");
        }
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            throw wrong(path, "an integer");
        }
    }

    static int smallInteger(JsonNode value, String path) {
        long number = integer(value, path);
        if (number != (int) number) {
            throw wrong(path, "a smaller integer");
        }
        return (int) number;
    }

    static MalformedRequestException wrong(String path, String expected) {
        return new MalformedRequestException(path, "Invalid type for '" + path + "': expected " + expected + ".");
    }
}
