package io.sluice.admin.live;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Map;

/** What one topic is about. Asked about once a second, while somebody listens to it. */
@FunctionalInterface
public interface LiveSource {
    /**
     * Everything of the topic as it is now.
     *
     * @return entries by name; an entry that has not changed is best the same object as before, which need not be compared
     */
    Future<Map<String, JsonObject>> read();
}
