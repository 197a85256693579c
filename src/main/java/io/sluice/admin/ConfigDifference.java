package io.sluice.admin;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The difference between two effective configurations, value by value. Elements of lists are told apart by their name. */
final class ConfigDifference {
    private ConfigDifference() {}

    /**
     * Compares.
     *
     * @param before one
     * @param after the other
     * @return one object for each place that differs: {@code path}, {@code before}, {@code after}, each null where it is not
     */
    static JsonArray between(JsonObject before, JsonObject after) {
        Map<String, String> old = new TreeMap<>();
        Map<String, String> now = new TreeMap<>();
        flatten("", before, old);
        flatten("", after, now);
        TreeSet<String> paths = new TreeSet<>(old.keySet());
        paths.addAll(now.keySet());
        JsonArray changes = new JsonArray();
        for (String path : paths) {
            String from = old.get(path);
            String to = now.get(path);
            if (from == null || !from.equals(to)) {
                changes.add(new JsonObject()
                        .put("path", path)
                        .put("before", value(from))
                        .put("after", value(to)));
            }
        }
        return changes;
    }

    private static @Nullable Object value(@Nullable String text) {
        return text == null ? null : Json.decodeValue(text);
    }

    private static void flatten(String path, @Nullable Object value, Map<String, String> into) {
        if (value instanceof JsonObject object && !object.isEmpty()) {
            object.fieldNames()
                    .forEach(name -> flatten(path.isEmpty() ? name : path + "." + name, object.getValue(name), into));
        } else if (value instanceof JsonArray array && isNamed(array)) {
            array.forEach(
                    element -> flatten(path + "[" + ((JsonObject) element).getValue("name") + "]", element, into));
        } else {
            into.put(path, Json.encode(value));
        }
    }

    private static boolean isNamed(JsonArray array) {
        return !array.isEmpty()
                && array.stream().allMatch(each -> each instanceof JsonObject object && object.containsKey("name"));
    }
}
