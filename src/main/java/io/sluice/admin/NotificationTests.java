package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.Problem;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.NoticeTested;
import io.sluice.message.TestNotice;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** Sends a test to notification sinks. Used on the admin verticle's context only. */
final class NotificationTests {
    /** Each sink has at most 50 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(55);

    private final Bus bus;
    private final Deeds deeds;

    NotificationTests(Bus bus, Deeds deeds) {
        this.bus = bus;
        this.deeds = deeds;
    }

    /** Sends one, and says which sinks took it. */
    Future<ApiAnswer> test(ApiRequest request) {
        String sink = request.query("sink", "");
        return bus.request(Address.NOTICE_TEST, new TestNotice(sink), PATIENCE)
                .map(tested -> answer(sink, tested))
                .onSuccess(answer -> deeds.write(request.actor(), "test", "notifications", sink, "done"));
    }

    private static ApiAnswer answer(String sink, NoticeTested tested) {
        if (tested.sinks().isEmpty()) {
            throw Problem.of(404, "not-found", "The files name no sink; see notifications in gateway.yaml.");
        }
        if (tested.results().isEmpty()) {
            throw Problem.of(
                    404,
                    "not-found",
                    "There is no sink '" + sink + "'; there are " + String.join(", ", tested.sinks()) + ".");
        }
        JsonArray results = new JsonArray();
        tested.results().forEach(result -> {
            JsonObject json = new JsonObject().put("sink", result.sink()).put("delivered", result.delivered());
            results.add(result.delivered() ? json : json.put("why", result.why()));
        });
        return ApiAnswer.ok(new JsonObject().put("results", results));
    }
}
