package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The difference between two effective configurations, one line for each value: {@code +} is in the files only, {@code -}
 * in the node only, {@code ~} differs. Elements of lists are told apart by their {@code name}.
 */
final class ConfigDifference {
    private ConfigDifference() {}

    /**
     * Compares.
     *
     * @param node what the node runs on
     * @param files what the files say
     */
    static List<String> between(JsonNode node, JsonNode files) {
        Map<String, String> before = new LinkedHashMap<>();
        Map<String, String> after = new LinkedHashMap<>();
        flatten("", node, before);
        flatten("", files, after);
        List<String> lines = new ArrayList<>();
        before.forEach((path, value) -> {
            String now = after.get(path);
            if (now == null) {
                lines.add("- " + path + ": " + value);
            } else if (!now.equals(value)) {
                lines.add("~ " + path + ": " + value + " → " + now);
            }
        });
        after.forEach((path, value) -> {
            if (!before.containsKey(path)) {
                lines.add("+ " + path + ": " + value);
            }
        });
        return lines;
    }

    private static void flatten(String path, JsonNode value, Map<String, String> into) {
        if (value.isObject()) {
            value.properties()
                    .forEach(field -> flatten(
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), into));
        } else if (value.isArray() && value.findValue("name") != null) {
            value.forEach(element -> flatten(path + "[" + element.path("name").asText() + "]", element, into));
        } else {
            into.put(path, value.toString());
        }
    }
}
