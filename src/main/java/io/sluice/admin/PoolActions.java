package io.sluice.admin;

import io.sluice.domain.health.Word;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.PoolAction;
import io.sluice.message.PoolActionResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What operators do to the pool: {@code POST /admin/pool/CHANNEL[/ACCOUNT]/ACTION}, with {@code {"reason": "..."}} or
 * nothing for a body. Used on the admin verticle's event loop only.
 */
final class PoolActions {
    private static final int MOST_BODY = 4 * 1_024;

    /** A probe takes as long as its provider, at most three quarters of this. */
    private static final Duration PATIENCE = Duration.ofSeconds(55);

    private static final String ACTIONS =
            Arrays.stream(PoolAction.Kind.values()).map(PoolAction.Kind::word).collect(Collectors.joining(", "));

    private final Bus bus;

    PoolActions(Bus bus) {
        this.bus = bus;
    }

    /** Adds its paths. */
    void route(Router router) {
        BodyHandler body = BodyHandler.create(false).setBodyLimit(MOST_BODY);
        for (String path : new String[] {"/admin/pool/:channel/:action", "/admin/pool/:channel/:account/:action"}) {
            // A body is read by the first handler of its route.
            router.post(path).handler(new NoPage());
            router.post(path).handler(body).handler(this::act);
        }
    }

    private void act(RoutingContext request) {
        String channel = request.pathParam("channel");
        String account = request.pathParam("account");
        PoolAction.Kind kind = kind(request.pathParam("action"));
        if (kind == null) {
            Answer.error(request, 404, "There is no such action; there are " + ACTIONS + ".");
            return;
        }
        String reason;
        try {
            reason = reason(request.body().buffer());
        } catch (IllegalArgumentException e) {
            Answer.error(request, 400, String.valueOf(e.getMessage()));
            return;
        }
        String by = "operator at " + request.request().remoteAddress().hostAddress();
        String subject = account == null ? channel : channel + "/" + account;
        bus.request(Address.POOL_ACT, new PoolAction(kind, subject, reason, by), PATIENCE)
                .onSuccess(result -> Answer.json(request, status(result.outcome()), toJson(result)))
                .onFailure(cause -> Answer.error(request, 503, "The node cannot do that at the moment."));
    }

    private static PoolAction.@Nullable Kind kind(String word) {
        return Arrays.stream(PoolAction.Kind.values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElse(null);
    }

    private static String reason(@Nullable Buffer body) {
        if (body == null || body.length() == 0) {
            return "";
        }
        JsonObject json;
        try {
            json = new JsonObject(body);
        } catch (DecodeException e) {
            throw new IllegalArgumentException("The body is no JSON object.", e);
        }
        for (String field : json.fieldNames()) {
            if (!field.equals("reason")) {
                throw new IllegalArgumentException("The body may have the field reason, and no other.");
            }
        }
        Object reason = json.getValue("reason", "");
        if (!(reason instanceof String text) || text.length() > Word.MAX_TEXT) {
            throw new IllegalArgumentException("reason is a text of at most " + Word.MAX_TEXT + " characters.");
        }
        return text;
    }

    private static int status(PoolActionResult.Outcome outcome) {
        return switch (outcome) {
            case DONE, UNCHANGED -> 200;
            case UNKNOWN -> 404;
            case FILES_FORBID, REFUSED -> 409;
            case NOT_KEPT -> 500;
        };
    }

    private static JsonObject toJson(PoolActionResult result) {
        JsonObject json = new JsonObject()
                .put("outcome", result.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return switch (result.outcome()) {
            case DONE, UNCHANGED ->
                json.put("message", result.text())
                        .put(
                                "accounts",
                                new JsonArray(result.accounts().stream()
                                        .map(each -> new JsonObject()
                                                .put("account", each.account())
                                                .put("good", each.good())
                                                .put("message", each.text()))
                                        .toList()));
            default -> json.put("error", new JsonObject().put("message", result.text()));
        };
    }
}
