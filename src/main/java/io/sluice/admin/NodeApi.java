package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.vertx.core.Future;
import java.util.Map;

/**
 * What this node knows by itself: its configuration, the pool, the quota group, the others of its cluster, and what operators
 * do to them. Needs no store.
 */
final class NodeApi implements ApiArea {
    private final NodeViews views;
    private final PoolActions actions;
    private final NotificationTests notifications;

    NodeApi(NodeViews views, PoolActions actions, NotificationTests notifications) {
        this.views = views;
        this.actions = actions;
        this.notifications = notifications;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "getConfig",
                request -> Future.succeededFuture(
                        ApiAnswer.ok(views.configuration().toJson())),
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
}
