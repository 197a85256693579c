package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.MalformedRequestException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fields of Gemini's JSON, which may be written in camelCase and in snake_case (the JSON mapping of protocol buffers). JSON
 * null is the same as nothing.
 */
final class Fields {
    private Fields() {}

    /** A name in snake_case. */
    static String snake(String camel) {
        StringBuilder snake = new StringBuilder(camel.length() + 4);
        for (int i = 0; i < camel.length(); i++) {
            char c = camel.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                snake.append('_').append((char) (c + 32));
            } else {
                snake.append(c);
            }
        }
        return snake.toString();
    }

    /** A name in camelCase. */
    static String camel(String name) {
        int underscore = name.indexOf('_', 1);
        if (underscore < 0) {
            return name;
        }
        StringBuilder camel = new StringBuilder(name.length()).append(name, 0, underscore);
        for (int i = underscore; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_' && i + 1 < name.length()) {
                camel.append(Character.toUpperCase(name.charAt(++i)));
            } else if (c != '_') {
                camel.append(c);
            }
        }
        return camel.toString();
    }

    /** A field's value; null when there is none. */
    static @Nullable JsonNode get(JsonNode object, String camel) {
        JsonNode value = object.get(camel);
        if (value == null) {
            value = object.get(snake(camel));
        }
        return value == null || value.isNull() ? null : value;
    }

    /** An object; null when there is none. */
    static @Nullable ObjectNode object(JsonNode parent, String camel, String at) {
        JsonNode value = get(parent, camel);
        if (value == null || value instanceof ObjectNode) {
            return (ObjectNode) value;
        }
        throw malformed(at, camel, "an object");
    }

    /** An array; empty when there is none. */
    static Iterable<JsonNode> array(JsonNode parent, String camel, String at) {
        JsonNode value = get(parent, camel);
        if (value == null) {
            return List.of();
        }
        if (value instanceof ArrayNode array) {
            return array;
        }
        throw malformed(at, camel, "an array");
    }

    /** Text; null when there is none. */
    static @Nullable String text(JsonNode parent, String camel, String at) {
        JsonNode value = get(parent, camel);
        if (value == null || value.isTextual()) {
            return value == null ? null : value.textValue();
        }
        throw malformed(at, camel, "a string");
    }

    /** Text that must be there. */
    static String required(JsonNode parent, String camel, String at) {
        String value = text(parent, camel, at);
        if (value == null) {
            throw malformed(at, camel, "a string, which is missing");
        }
        return value;
    }

    /** True or false; null when there is neither. */
    static @Nullable Boolean flag(JsonNode parent, String camel, String at) {
        JsonNode value = get(parent, camel);
        if (value == null || value.isBoolean()) {
            return value == null ? null : (Boolean) value.booleanValue();
        }
        throw malformed(at, camel, "true or false");
    }

    /** A number with its digits, also one in a string; null when there is none. */
    static @Nullable BigDecimal number(JsonNode parent, String camel, String at) {
        JsonNode value = get(parent, camel);
        if (value == null) {
            return null;
        }
        try {
            if (value.isNumber()) {
                return value.decimalValue();
            }
            if (value.isTextual() && value.textValue().length() <= 40) {
                return new BigDecimal(value.textValue());
            }
        } catch (NumberFormatException e) {
            throw malformed(at, camel, "a number");
        }
        throw malformed(at, camel, "a number");
    }

    /** A whole number, also one written as {@code 40.0}; null when there is none. */
    static @Nullable Long integer(JsonNode parent, String camel, String at) {
        BigDecimal value = number(parent, camel, at);
        if (value == null) {
            return null;
        }
        if (value.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0 && value.scale() < 20) {
            try {
                return value.longValueExact();
            } catch (ArithmeticException e) {
                throw malformed(at, camel, "a whole number");
            }
        }
        throw malformed(at, camel, "a whole number");
    }

    /** A whole number of 32 bits; null when there is none. */
    static @Nullable Integer small(JsonNode parent, String camel, String at) {
        Long value = integer(parent, camel, at);
        if (value == null) {
            return null;
        }
        if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
            throw malformed(at, camel, "a whole number of 32 bits");
        }
        return value.intValue();
    }

    /**
     * Names of the fields outside of {@code known} (in camelCase), as the client wrote them; null values left out. A field
     * that is written in both ways is known in the first of them only.
     */
    static Iterable<String> others(ObjectNode object, Set<String> known) {
        return () -> {
            Iterator<String> names = object.fieldNames();
            return java.util.stream.StreamSupport.stream(java.util.Spliterators.spliteratorUnknownSize(names, 0), false)
                    .filter(name ->
                            !object.path(name).isNull() && !(known.contains(camel(name)) && isRead(object, name)))
                    .iterator();
        };
    }

    /** Whether {@link #get} takes the field under this name. */
    private static boolean isRead(ObjectNode object, String name) {
        return name.equals(camel(name)) || !object.has(camel(name));
    }

    /**
     * Keeps what was not read.
     *
     * @param known names in camelCase
     * @param at where the object stands; empty for the request itself
     * @param extras takes the others by their path
     */
    static void keep(ObjectNode object, Set<String> known, String at, Map<String, JsonNode> extras) {
        for (String name : others(object, known)) {
            extras.put((at.isEmpty() ? "" : at + ".") + camel(name), object.path(name));
        }
    }

    /** A field that has not its form. */
    static MalformedRequestException malformed(String at, String camel, String expected) {
        String field = at.isEmpty() ? camel : at + "." + camel;
        return new MalformedRequestException(field, "Invalid value at '" + field + "': expected " + expected + ".");
    }
}
