package io.sluice.provider;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** An object with each of its values missing, of each other type, and beyond all sizes. */
final class Mutants {
    private static final String MARK = "\"@@\"";
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0.5",
            "1e400",
            "-1e400",
            "2147483647",
            "9223372036854775808",
            "9".repeat(500),
            "\"text\"",
            "\"\\ud800\"",
            "[]",
            "[null]",
            "{}",
            "{\"a\":{\"a\":[]}}",
            "[".repeat(2_000) + "]".repeat(2_000));
    private static final ObjectMapper JSON = new ObjectMapper();

    private Mutants() {}

    /** All of them, as texts. */
    static List<String> of(String json) {
        List<String> mutants = new ArrayList<>();
        try {
            JsonNode root = JSON.readTree(json);
            walk(root, root, mutants);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
        return mutants;
    }

    private static void walk(JsonNode root, JsonNode node, List<String> mutants) {
        if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                JsonNode value = object.get(name);
                walk(root, value, mutants);
                object.put(name, "@@");
                replaced(root.toString(), mutants);
                object.set(name, value);
                ObjectNode before = object.deepCopy();
                object.remove(name);
                mutants.add(root.toString());
                object.removeAll();
                object.setAll(before);
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode value = array.get(i);
                walk(root, value, mutants);
                array.set(i, array.textNode("@@"));
                replaced(root.toString(), mutants);
                array.set(i, value);
            }
        }
    }

    private static void replaced(String marked, List<String> mutants) {
        VALUES.forEach(value -> mutants.add(marked.replace(MARK, value)));
    }
}
