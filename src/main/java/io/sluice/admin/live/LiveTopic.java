package io.sluice.admin.live;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A topic as its listeners know it: entries by name. An event says what was set and what has gone; the first that a listener
 * gets says that it is whole.
 *
 * <pre>{@code
 * event: pool
 * data: {"whole":true,"set":{"openai/a":{…}}}
 *
 * event: pool
 * data: {"set":{"openai/a":{…}},"gone":["openai/b"]}
 * }</pre>
 */
final class LiveTopic {
    private final String name;
    private Map<String, JsonObject> known = Map.of();
    private @Nullable Buffer whole;
    private boolean isRead;

    LiveTopic(String name) {
        this.name = name;
    }

    /**
     * Takes what is so now.
     *
     * @return the event that says what has changed; null when nothing has
     */
    @Nullable
    Buffer change(Map<String, JsonObject> next) {
        JsonObject set = new JsonObject();
        next.forEach((entry, value) -> {
            JsonObject before = known.get(entry);
            if (before != value && !value.equals(before)) {
                set.put(entry, value);
            }
        });
        JsonArray gone = new JsonArray();
        known.keySet().stream().filter(entry -> !next.containsKey(entry)).forEach(gone::add);
        boolean first = !isRead;
        isRead = true;
        known = new LinkedHashMap<>(next);
        if (set.isEmpty() && gone.isEmpty() && !first) {
            return null;
        }
        whole = null;
        JsonObject event = new JsonObject().put("set", set);
        return event(gone.isEmpty() ? event : event.put("gone", gone));
    }

    /** Whether anything is known. */
    boolean isRead() {
        return isRead;
    }

    /** The event that says everything; made once for each state. */
    Buffer whole() {
        Buffer made = whole;
        if (made == null) {
            JsonObject set = new JsonObject();
            known.forEach(set::put);
            made = event(new JsonObject().put("whole", true).put("set", set));
            whole = made;
        }
        return made;
    }

    /** Nobody listens: what is known grows old. */
    void forget() {
        known = Map.of();
        whole = null;
        isRead = false;
    }

    private Buffer event(JsonObject data) {
        return Buffer.buffer("event: " + name + "\ndata: ")
                .appendBuffer(data.toBuffer())
                .appendString("\n\n");
    }
}
