package io.sluice.admin;

import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.GroupStatus;
import io.sluice.message.QuotaCounters;
import io.sluice.message.ShowQuota;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /admin/quota} says: how the quota group stands, and every scope's limits as the group counts them, at most
 * some seconds old. Used on the admin verticle's event loop only.
 *
 * <p>{@code ?scope=} keeps the scopes whose id begins so, {@code ?after=} those behind an id, {@code ?limit=} the first so
 * many.
 */
final class QuotaView {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Bus bus;
    private final GrantRates rates = new GrantRates();
    private @Nullable GroupStatus group;

    QuotaView(Bus bus) {
        this.bus = bus;
    }

    /** The quota group stands so now. */
    void group(GroupStatus status) {
        group = status;
    }

    /** This node counted. */
    void counted(QuotaCounters counters) {
        rates.seen(counters);
    }

    /** Answers with a page of it. */
    void show(RoutingContext request) {
        Page page = Page.of(request);
        String prefix =
                request.queryParams().contains("scope") ? request.queryParams().get("scope") : "";
        if (page == null) {
            return;
        }
        bus.request(Address.QUOTA_SHOW, new ShowQuota())
                .onSuccess(counters -> {
                    rates.seen(counters);
                    Answer.json(request, 200, toJson(counters, prefix, page));
                })
                .onFailure(cause -> Answer.error(request, 503, "Nobody counts at the moment."));
    }

    private JsonObject toJson(QuotaCounters counters, String prefix, Page page) {
        List<ScopeCounters> found = counters.scopes().stream()
                .filter(scope -> scope.id().startsWith(prefix) && scope.id().compareTo(page.after()) > 0)
                .sorted(Comparator.comparing(ScopeCounters::id))
                .limit(page.limit() + 1L)
                .toList();
        List<ScopeCounters> shown = found.subList(0, Math.min(found.size(), page.limit()));
        JsonObject json = new JsonObject()
                .put("group", groupJson())
                .put("counted-by", counters.leader())
                .put("counted-at", Instant.ofEpochMilli(counters.atMillis()).toString())
                .put("scopes-in-all", counters.scopes().size())
                .put("scopes", new JsonArray(shown.stream().map(this::scopeJson).toList()));
        return found.size() > shown.size()
                ? json.put("next-after", shown.getLast().id())
                : json;
    }

    private JsonObject groupJson() {
        GroupStatus status = group;
        return status == null
                ? new JsonObject().put("alone", true)
                : new JsonObject()
                        .put("alone", false)
                        .put("grants", status.grants())
                        .put("reason", status.reason())
                        .put("id", status.group())
                        .put("leader", status.leader())
                        .put("role", status.role())
                        .put("quorum", status.members().size() / 2 + 1)
                        .put("members", new JsonArray(status.members()))
                        .put("voters", new JsonArray(status.voters()));
    }

    private JsonObject scopeJson(ScopeCounters scope) {
        JsonObject json = new JsonObject()
                .put("id", scope.id())
                .put(
                        "limits",
                        new JsonArray(scope.limits().stream()
                                .map(QuotaView::limitJson)
                                .toList()));
        if (scope.placesLimit() > 0) {
            json.put(
                    "concurrency",
                    new JsonObject().put("limit", scope.placesLimit()).put("held", byNode(scope.places())));
        }
        return json.put("waiting", byNode(scope.waiting()))
                .put("full-for-ms", millis(scope.fullForNanos()))
                .put("granted", scope.grantedRequests())
                .put("grants-per-second", rates.perSecond(scope.id()));
    }

    private static JsonObject limitJson(LimitCounters limit) {
        return new JsonObject()
                .put("dimension", limit.dimension().name().toLowerCase(Locale.ROOT))
                .put("window-ms", limit.windowNanos() / NANOS_PER_MILLI)
                .put("limit", limit.amount())
                .put("configured", limit.configured())
                .put("charged", limit.charged())
                .put("leased", byNode(limit.leased()))
                .put("external", limit.external())
                .put("free-in-ms", millis(limit.freeInNanos()));
    }

    private static JsonObject byNode(Map<String, ? extends Number> amounts) {
        return new JsonObject(new TreeMap<>(amounts));
    }

    /** Rounded up, so that what is not over yet is never 0. */
    private static long millis(long nanos) {
        return Math.ceilDiv(nanos, NANOS_PER_MILLI);
    }
}
