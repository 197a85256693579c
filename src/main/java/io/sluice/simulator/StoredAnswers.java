package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** One stored answer of the Responses API: shown, streamed again, listed, cancelled, deleted; to its own credential only. */
final class StoredAnswers {
    /** Behind the id: what the answer was made of. */
    static final String INPUT_ITEMS = "/input_items";

    /** Behind the id: stop making it. */
    static final String CANCEL = "/cancel";

    private static final int MOST_ITEMS = 100;
    private static final int USUAL_ITEMS = 20;

    private final Asked asked;
    private final Memory memory;
    private final String id;
    private final String action;

    /**
     * A question about one.
     *
     * @param path what follows {@code responses/}
     */
    StoredAnswers(Asked asked, String path) {
        this.asked = asked;
        this.memory = asked.simulation().memory();
        int slash = path.indexOf('/');
        this.id = slash < 0 ? path : path.substring(0, slash);
        this.action = slash < 0 ? "" : path.substring(slash);
    }

    /** Answers it. */
    Planned answer(HttpMethod method) throws RefusedRequest {
        Memory.Stored stored = memory.stored(id, asked.arrival().credential());
        if (stored == null) {
            throw new RefusedRequest(ProviderError.of(
                    404, "Response with id '" + id + "' not found.", "invalid_request_error", null, null));
        }
        return switch (action) {
            case INPUT_ITEMS -> Planned.free(items(stored.input()).toString());
            case CANCEL -> cancel(stored);
            default -> {
                if (method.equals(HttpMethod.DELETE)) {
                    memory.forget(id);
                    yield Planned.free("{\"id\":\"" + id + "\",\"object\":\"response.deleted\",\"deleted\":true}");
                }
                yield show(stored);
            }
        };
    }

    private Planned show(Memory.Stored stored) throws RefusedRequest {
        if (asked.query("stream").equals("true")) {
            return stream(stored);
        }
        if (!asked.query("starting_after").isEmpty()) {
            throw refused("starting_after", "'starting_after' is only allowed when 'stream' is true.");
        }
        if (stored.pending()) {
            memory.store(id, stored.ended(stored.response()));
        }
        return Planned.free(stored.response().toString());
    }

    /** All at once: what is looked up is not paced. */
    private Planned stream(Memory.Stored stored) throws RefusedRequest {
        Frames events = stored.events();
        if (events == null) {
            throw refused(
                    "stream",
                    "This response cannot be streamed because it was not created with background=true"
                            + " and stream=true.");
        }
        Buffer text = Buffer.buffer();
        for (int i = number("starting_after", -1, 0, Integer.MAX_VALUE - 1) + 1; i < events.count(); i++) {
            events.append(i, text);
        }
        return Planned.whole("", ResponseHeaders.EVENT_STREAM, 0, 0, () -> text);
    }

    private Planned cancel(Memory.Stored stored) throws RefusedRequest {
        if (!stored.background()) {
            throw new RefusedRequest(ProviderError.invalid("Cannot cancel a synchronous response.", null, null));
        }
        if (!stored.pending()) {
            return Planned.free(stored.response().toString());
        }
        ObjectNode cancelled = stored.response().deepCopy();
        cancelled.put("status", "cancelled").putNull("usage").putArray("output");
        memory.store(id, stored.ended(cancelled));
        return Planned.free(cancelled.toString());
    }

    private ObjectNode items(JsonNode input) throws RefusedRequest {
        int limit = number("limit", USUAL_ITEMS, 1, MOST_ITEMS);
        String order = asked.query("order");
        if (!Set.of("", "asc", "desc").contains(order)) {
            throw refused("order", "Invalid value: '" + order + "'. Supported values are: 'asc' and 'desc'.");
        }
        List<JsonNode> all = new ArrayList<>();
        input.forEach(all::add);
        if (!order.equals("asc")) {
            Collections.reverse(all);
        }
        int from = 0;
        String after = asked.query("after");
        if (!after.isEmpty()) {
            while (from < all.size() && !all.get(from).path("id").asText().equals(after)) {
                from++;
            }
            if (from == all.size()) {
                throw refused("after", "Item with id '" + after + "' not found.");
            }
            from++;
        }
        List<JsonNode> shown = all.subList(from, Math.min(all.size(), from + limit));
        ObjectNode list = Json.object().put("object", "list");
        list.putArray("data").addAll(shown);
        return list.put(
                        "first_id",
                        shown.isEmpty() ? null : shown.getFirst().path("id").asText())
                .put(
                        "last_id",
                        shown.isEmpty() ? null : shown.getLast().path("id").asText())
                .put("has_more", from + limit < all.size());
    }

    private int number(String name, int otherwise, int min, int max) throws RefusedRequest {
        String text = asked.query(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refused(name, "Invalid '" + name + "': expected an integer.");
        }
        throw refused(name, "Invalid '" + name + "': expected a value between " + min + " and " + max + ".");
    }

    private static RefusedRequest refused(String param, String message) {
        return new RefusedRequest(ProviderError.invalid(message, param, null));
    }

    /** Items of the input as they are listed: every one has a type and an id. */
    static ArrayNode named(String response, ArrayNode items) {
        ArrayNode named = Json.array();
        for (JsonNode item : items) {
            ObjectNode copy = item.deepCopy();
            if (!copy.has("type")) {
                copy.put("type", "message");
            }
            if (!copy.has("id")) {
                copy.put("id", "msg_" + named.size() + response.substring("resp_".length()));
            }
            named.add(copy);
        }
        return named;
    }

    /** What the simulator itself wrote. */
    static JsonNode read(String json) {
        try {
            return Json.read(Wording.utf8(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("wrote what is not JSON", e);
        }
    }
}
