package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One object of a request, read field by field; what is wrong is told in the provider's words. */
final class Fields {
    private final Wording wording;
    private final JsonNode node;
    private final String at;
    private final boolean lenient;

    private Fields(Wording wording, JsonNode node, String at, boolean lenient) throws RefusedRequest {
        if (!node.isObject()) {
            throw new RefusedRequest(wording.wrongType(at, "a valid dictionary", node));
        }
        this.wording = wording;
        this.node = node;
        this.at = at;
        this.lenient = lenient;
    }

    /**
     * Reads a body.
     *
     * @param wording the provider's errors
     * @param body JSON text
     * @param lenient whether unknown fields are accepted
     * @throws RefusedRequest when it is no JSON object
     */
    static Fields of(Wording wording, byte[] body, boolean lenient) throws RefusedRequest {
        JsonNode root;
        try {
            root = Json.read(body);
        } catch (JsonProcessingException e) {
            throw new RefusedRequest(wording.notJson());
        }
        if (!root.isObject()) {
            throw new RefusedRequest(wording.notJson());
        }
        return new Fields(wording, root, "", lenient);
    }

    /** Refuses fields other than these. */
    Fields only(Set<String> names) throws RefusedRequest {
        if (!lenient) {
            for (var field : node.properties()) {
                String name = field.getKey();
                if (!names.contains(name) && !(wording.takesSnakeCase() && names.contains(camel(name)))) {
                    throw new RefusedRequest(wording.unknown(wording.join(at, name)));
                }
            }
        }
        return this;
    }

    private static String camel(String name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            boolean under = name.charAt(i) == '_' && i + 1 < name.length();
            text.append(under ? Character.toUpperCase(name.charAt(++i)) : name.charAt(i));
        }
        return text.toString();
    }

    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** The object itself. */
    JsonNode node() {
        return node;
    }

    /** Where it stands in the request. */
    String at() {
        return at;
    }

    /** Where one of its fields stands. */
    String at(String name) {
        return wording.join(at, name);
    }

    /** A field's value; missing when it is absent or null. */
    JsonNode get(String name) {
        JsonNode value = node.get(name);
        if (value == null && wording.takesSnakeCase()) {
            value = node.get(snake(name));
        }
        return value == null || value.isNull() ? MissingNode.getInstance() : value;
    }

    boolean has(String name) {
        return !get(name).isMissingNode();
    }

    /** A field that must be there. */
    JsonNode require(String name) throws RefusedRequest {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            throw new RefusedRequest(wording.missing(at(name)));
        }
        return value;
    }

    String text(String name) throws RefusedRequest {
        JsonNode value = require(name);
        if (!value.isTextual()) {
            throw wrongType(name, "a valid string");
        }
        return value.textValue();
    }

    String text(String name, String otherwise) throws RefusedRequest {
        return has(name) ? text(name) : otherwise;
    }

    /** A text that must not be empty. */
    String words(String name) throws RefusedRequest {
        String text = text(name);
        if (text.isEmpty()) {
            throw invalid(name, "must not be empty");
        }
        return text;
    }

    String oneOf(String name, Set<String> allowed) throws RefusedRequest {
        String value = text(name);
        if (!allowed.contains(value)) {
            throw new RefusedRequest(wording.notOneOf(at(name), value, allowed));
        }
        return value;
    }

    String oneOf(String name, Set<String> allowed, String otherwise) throws RefusedRequest {
        return has(name) ? oneOf(name, allowed) : otherwise;
    }

    boolean flag(String name, boolean otherwise) throws RefusedRequest {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrongType(name, "a valid boolean");
        }
        return value.booleanValue();
    }

    long whole(String name, long least, long most, long otherwise) throws RefusedRequest {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber()) {
            throw wrongType(name, "a valid integer");
        }
        if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
            throw new RefusedRequest(wording.outside(at(name), value, Long.toString(least), Long.toString(most)));
        }
        return value.longValue();
    }

    /** A limit of tokens, 1 or more; unlimited when absent. */
    int tokens(String name) throws RefusedRequest {
        return (int) whole(name, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Checks a number if it is there. */
    Fields decimal(String name, double least, double most) throws RefusedRequest {
        JsonNode value = get(name);
        if (!value.isMissingNode()) {
            if (!value.isNumber()) {
                throw wrongType(name, "a valid number");
            }
            if (value.doubleValue() < least || value.doubleValue() > most) {
                throw new RefusedRequest(
                        wording.outside(at(name), value, Double.toString(least), Double.toString(most)));
            }
        }
        return this;
    }

    /** An array's elements; none when it is absent. */
    List<JsonNode> array(String name) throws RefusedRequest {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrongType(name, "a valid list");
        }
        List<JsonNode> elements = new ArrayList<>(value.size());
        value.forEach(elements::add);
        return elements;
    }

    List<Fields> objects(String name) throws RefusedRequest {
        List<Fields> found = new ArrayList<>();
        for (JsonNode each : array(name)) {
            found.add(new Fields(wording, each, wording.index(at(name), found.size()), lenient));
        }
        return found;
    }

    List<String> texts(String name, int most) throws RefusedRequest {
        List<String> found = new ArrayList<>();
        for (JsonNode each : array(name)) {
            if (!each.isTextual()) {
                throw new RefusedRequest(
                        wording.wrongType(wording.index(at(name), found.size()), "a valid string", each));
            }
            found.add(each.textValue());
        }
        if (found.size() > most) {
            throw invalid(name, "at most " + most + " items are allowed");
        }
        return found;
    }

    /** An object that must be there. */
    Fields object(String name) throws RefusedRequest {
        return new Fields(wording, require(name), at(name), lenient);
    }

    @Nullable
    Fields objectOrNull(String name) throws RefusedRequest {
        return has(name) ? object(name) : null;
    }

    /** The error for a field's value. */
    RefusedRequest invalid(String name, String message) {
        return new RefusedRequest(wording.invalid(name.isEmpty() ? at : at(name), message));
    }

    /** The error for a field of a wrong type. */
    RefusedRequest wrongType(String name, String wanted) {
        return new RefusedRequest(wording.wrongType(at(name), wanted, get(name)));
    }
}
