package io.sluice.admin;

import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.NoticeTested;
import io.sluice.message.TestNotice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * Sends a test to notification sinks: {@code POST /admin/notifications/test[?sink=NAME]}, without a body. Used on the admin
 * verticle's event loop only.
 */
final class NotificationTests {
    /** Each sink has at most 50 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(55);

    private static final String PATH = "/admin/notifications/test";

    private final Bus bus;

    NotificationTests(Bus bus) {
        this.bus = bus;
    }

    /** Adds its path. */
    void route(Router router) {
        router.post(PATH).handler(new NoPage()).handler(this::test);
    }

    private void test(RoutingContext request) {
        String sink =
                request.queryParams().contains("sink") ? request.queryParams().get("sink") : "";
        bus.request(Address.NOTICE_TEST, new TestNotice(sink), PATIENCE)
                .onSuccess(tested -> answer(request, sink, tested))
                .onFailure(cause -> Answer.error(request, 503, "The node cannot tell now."));
    }

    private static void answer(RoutingContext request, String sink, NoticeTested tested) {
        if (tested.sinks().isEmpty()) {
            Answer.error(request, 404, "The files name no sink; see notifications in gateway.yaml.");
        } else if (tested.results().isEmpty()) {
            Answer.error(
                    request,
                    404,
                    "There is no sink '" + sink + "'; there are " + String.join(", ", tested.sinks()) + ".");
        } else {
            JsonArray results = new JsonArray();
            tested.results().forEach(result -> {
                JsonObject json = new JsonObject().put("sink", result.sink()).put("delivered", result.delivered());
                results.add(result.delivered() ? json : json.put("why", result.why()));
            });
            Answer.json(request, 200, new JsonObject().put("results", results));
        }
    }
}
