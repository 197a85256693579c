package io.sluice.admin;

import io.sluice.admin.live.LiveFeed;
import io.sluice.admin.live.LiveSource;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Topics of the live feed, from what the node's parts tell. Used on the admin verticle's event loop only. */
final class LiveSources {
    private final Bus bus;
    private final NodeViews views;
    private final LiveNow now;
    private List<MessageConsumer<?>> consumers = List.of();

    LiveSources(Bus bus, NodeViews views, LongSupplier nanoClock) {
        this.bus = bus;
        this.views = views;
        this.now = new LiveNow(nanoClock);
    }

    /** The feed of them all. */
    LiveFeed feed(Vertx vertx) {
        Map<String, LiveSource> sources = new LinkedHashMap<>();
        sources.put("pool", views.pool()::entries);
        sources.put("overview", this::overview);
        sources.put("nodes", () -> Future.succeededFuture(nodes()));
        sources.put("notices", () -> Future.succeededFuture(now.notices()));
        return new LiveFeed(vertx, sources, this::heard);
    }

    /** Notices are kept always, for they are few; attempts are counted only while somebody looks. */
    MessageConsumer<?> open() {
        return bus.consume(Address.NOTICE_RAISED, now::notice);
    }

    private void heard(boolean anybody) {
        consumers.forEach(MessageConsumer::unregister);
        consumers = anybody
                ? List.of(
                        bus.consume(Address.ATTEMPT_FINISHED, now::attempt),
                        bus.consume(Address.REQUEST_REFUSED, now::refused))
                : List.of();
    }

    private Future<Map<String, JsonObject>> overview() {
        Map<String, JsonObject> entries = new LinkedHashMap<>();
        entries.put("traffic", now.traffic());
        entries.put("group", views.quota().groupJson());
        return Future.succeededFuture(entries);
    }

    private Map<String, JsonObject> nodes() {
        Map<String, JsonObject> entries = new LinkedHashMap<>();
        entries.put("nodes", views.members().toJson());
        entries.put("configuration", views.configuration().state());
        return entries;
    }
}
