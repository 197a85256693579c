package io.sluice.provider;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A page of the list of models that a provider offers.
 *
 * @param names the provider's names, in its order
 * @param next names the next page; empty at the end
 */
public record ModelsPage(List<String> names, String next) {
    /** Copies the list. */
    public ModelsPage {
        names = List.copyOf(names);
    }

    /** A list in OpenAI's form, {@code data} of objects with an {@code id}; some services send the list alone. */
    public static ModelsPage ofData(JsonNode answer) {
        return new ModelsPage(names(answer.isArray() ? answer : answer.path("data"), "id", name -> name), "");
    }

    /**
     * The names in a list of objects; objects without one are left out.
     *
     * @param list an array, or anything else for none
     * @param field which member the name is in
     * @param shortened makes the name for requests of it
     */
    public static List<String> names(JsonNode list, String field, Function<String, String> shortened) {
        List<String> names = new ArrayList<>();
        JsonNode items = list.isArray() ? list : Json.NODES.arrayNode();
        items.forEach(item -> {
            String name = item.path(field).asText("");
            if (!name.isEmpty()) {
                names.add(shortened.apply(name));
            }
        });
        return names;
    }
}
