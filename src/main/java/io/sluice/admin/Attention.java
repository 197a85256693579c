package io.sluice.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What needs somebody's attention, gravest first. Of one code a few are shown, and the others counted. */
final class Attention {
    private static final int MOST_OF_A_CODE = 20;

    private final List<Item> items = new ArrayList<>();
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    /** How bad it is. */
    enum Severity {
        /** Requests fail. */
        CRITICAL,
        /** Requests will fail, or some do. */
        WARNING,
        /** Somebody should know. */
        INFO;

        private String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private record Item(String code, Severity severity, JsonObject json) {}

    /**
     * Adds one thing.
     *
     * @param code stable word; programs and translations tell things apart by it
     * @param severity how bad it is
     * @param kind of the subject
     * @param name of the subject
     * @param detail one sentence for people, in English
     * @param link page of the console and its parameters
     */
    void add(String code, Severity severity, String kind, String name, String detail, JsonObject link) {
        if (counts.merge(code, 1, Integer::sum) <= MOST_OF_A_CODE) {
            items.add(new Item(
                    code,
                    severity,
                    new JsonObject()
                            .put("code", code)
                            .put("severity", severity.word())
                            .put("subject", new JsonObject().put("kind", kind).put("name", name))
                            .put("detail", detail)
                            .put("link", link)));
        }
    }

    JsonObject toJson() {
        JsonObject all = new JsonObject();
        counts.forEach(all::put);
        return new JsonObject()
                .put(
                        "items",
                        new JsonArray(items.stream()
                                .sorted(Comparator.comparing(Item::severity).thenComparing(Item::code))
                                .map(Item::json)
                                .toList()))
                .put("counts", all);
    }
}
