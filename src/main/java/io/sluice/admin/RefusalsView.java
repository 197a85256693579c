package io.sluice.admin;

import io.sluice.message.RequestRefused;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What {@code /admin/refusals} says: why requests got no room, the last {@value #MOST} of this node, newest first. Lost with
 * the process. Used on the admin verticle's event loop only.
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

    /** Answers with the newest. */
    void list(RoutingContext request) {
        Page page = Page.of(request);
        if (page != null) {
            JsonArray refusals = new JsonArray(newestFirst.stream()
                    .limit(page.limit())
                    .map(RefusalsView::toJson)
                    .toList());
            Answer.json(request, 200, new JsonObject().put("refusals", refusals));
        }
    }

    /** Answers with the one of a request. */
    void find(RoutingContext request) {
        String id = request.pathParam("id");
        newestFirst.stream()
                .filter(refusal -> refusal.requestId().equals(id))
                .findFirst()
                .ifPresentOrElse(
                        refusal -> Answer.json(request, 200, toJson(refusal)),
                        () -> Answer.error(
                                request,
                                404,
                                "No request of this id is among the last " + MOST + " that got no room on this node."));
    }

    private static JsonObject toJson(RequestRefused refusal) {
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
