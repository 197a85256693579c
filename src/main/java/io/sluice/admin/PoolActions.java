package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.Problem;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.PoolAction;
import io.sluice.message.PoolActionResult;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** What operators do to the pool. Used on the admin verticle's context only. */
final class PoolActions {
    /** A probe takes as long as its provider, at most three quarters of this. */
    private static final Duration PATIENCE = Duration.ofSeconds(55);

    private final Bus bus;
    private final Deeds deeds;

    PoolActions(Bus bus, Deeds deeds) {
        this.bus = bus;
        this.deeds = deeds;
    }

    /** Does it to all accounts of a channel. */
    Future<ApiAnswer> onChannel(ApiRequest request) {
        return act(request, request.path("channel"));
    }

    /** Does it to one account. */
    Future<ApiAnswer> onAccount(ApiRequest request) {
        return act(request, request.path("channel") + "/" + request.path("account"));
    }

    private Future<ApiAnswer> act(ApiRequest request, String subject) {
        String word = request.path("action");
        // The document has the same words.
        PoolAction.Kind kind = Arrays.stream(PoolAction.Kind.values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElseThrow(() -> Problem.unknown("action"));
        String reason = request.body().getString("reason", "");
        String by = request.caller().name() + " at " + request.caller().address();
        return bus.request(Address.POOL_ACT, new PoolAction(kind, subject, reason, by), PATIENCE)
                .onSuccess(result -> deeds.write(request.actor(), word, "account", subject, outcome(result)))
                .map(PoolActions::answer);
    }

    private static ApiAnswer answer(PoolActionResult result) {
        return switch (result.outcome()) {
            case DONE, UNCHANGED ->
                ApiAnswer.ok(new JsonObject()
                        .put("outcome", outcome(result))
                        .put("message", result.text())
                        .put(
                                "accounts",
                                new JsonArray(result.accounts().stream()
                                        .map(each -> new JsonObject()
                                                .put("account", each.account())
                                                .put("good", each.good())
                                                .put("message", each.text()))
                                        .toList())));
            case UNKNOWN -> throw Problem.of(404, "not-found", result.text());
            case FILES_FORBID, REFUSED -> throw Problem.conflict(outcome(result), result.text());
            case NOT_KEPT -> throw Problem.of(500, outcome(result), result.text());
        };
    }

    private static String outcome(PoolActionResult result) {
        return result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
