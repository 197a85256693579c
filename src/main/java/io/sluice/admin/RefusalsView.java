package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.Problem;
import io.sluice.message.RequestRefused;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /admin/v1/refusals} says: why requests got no room, the last {@value #MOST} of this node, newest first. Lost with
 * the process. Used on the admin verticle's context only.
 */
final class RefusalsView {
    /** How many are kept. */
    static final int MOST = 1_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Deque<RequestRefused> newestFirst = new ArrayDeque<>();

    /** A request got no room. */
    void refused(RequestRefused refusal) {
        if (newestFirst.size() == MOST) {
            newestFirst.removeLast();
        }
        newestFirst.addFirst(refusal);
    }

    /** The newest. */
    ApiAnswer list(ApiRequest request) {
        JsonArray refusals = new JsonArray(newestFirst.stream()
                .limit(request.limit())
                .map(RefusalsView::toJson)
                .toList());
        return ApiAnswer.ok(new JsonObject().put("refusals", refusals));
    }

    /** The one of a request; null when it is not among the last. */
    @Nullable
    RequestRefused of(String id) {
        return newestFirst.stream()
                .filter(refusal -> refusal.requestId().equals(id))
                .findFirst()
                .orElse(null);
    }

    /** The one of a request. */
    ApiAnswer find(ApiRequest request) {
        RequestRefused refusal = of(request.path("id"));
        if (refusal == null) {
            throw Problem.of(
                    404,
                    "not-found",
                    "No request of this id is among the last " + MOST + " that got no room on this node.");
        }
        return ApiAnswer.ok(toJson(refusal));
    }

    static JsonObject toJson(RequestRefused refusal) {
        return new JsonObject()
                .put("request-id", refusal.requestId())
                .put("at", Instant.ofEpochMilli(refusal.atMillis()).toString())
                .put("key", refusal.key())
                .put("model", refusal.model())
                .put("queued-ms", refusal.queuedNanos() / NANOS_PER_MILLI)
                .put("message", refusal.message())
                .put("obstacles", new JsonArray(refusal.obstacles()));
    }
}
