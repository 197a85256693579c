package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.config.FileLines;
import io.sluice.message.ReloadFailed.Fault;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What this node knows by itself: its configuration, the pool, the quota group, the others of its cluster, and what operators
 * do to them. Needs no store.
 */
final class NodeApi implements ApiArea {
    private static final int MOST_FAULTS = 100;

    private final Vertx vertx;
    private final Path dir;
    private final NodeViews views;
    private final PoolActions actions;
    private final NotificationTests notifications;

    NodeApi(Vertx vertx, Path dir, NodeViews views, PoolActions actions, NotificationTests notifications) {
        this.vertx = vertx;
        this.dir = dir;
        this.views = views;
        this.actions = actions;
        this.notifications = notifications;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "getConfig",
                this::configuration,
                "getConfigDifference",
                request -> Future.succeededFuture(
                        ApiAnswer.ok(views.configuration().difference())),
                "getPool",
                views.pool()::show,
                "actOnChannel",
                actions::onChannel,
                "actOnAccount",
                actions::onAccount,
                "getQuota",
                views.quota()::show,
                "getNodes",
                request -> Future.succeededFuture(ApiAnswer.ok(views.members().toJson())),
                "listRefusals",
                request -> Future.succeededFuture(views.refusals().list(request)),
                "getRefusal",
                request -> Future.succeededFuture(views.refusals().find(request)),
                "testNotifications",
                notifications::test);
    }

    /** With the lines that are wrong, as they stand in the files now. */
    private Future<ApiAnswer> configuration(ApiRequest request) {
        JsonObject json = views.configuration().toJson();
        List<Fault> faults = views.configuration().faults();
        return vertx.executeBlocking(() -> new JsonArray(faults.stream()
                        .limit(MOST_FAULTS)
                        .map(fault -> ConfigTrialApi.lines(
                                new JsonObject()
                                        .put("file", fault.file())
                                        .put("line", fault.line())
                                        .put("column", fault.column())
                                        .put("path", fault.path())
                                        .put("message", fault.message()),
                                FileLines.around(dir, fault.file(), fault.line())))
                        .toList()))
                .map(faulty -> ApiAnswer.ok(json.put("faults", faulty)));
    }
}
