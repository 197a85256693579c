package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiRequest;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.GroupStatus;
import io.sluice.message.QuotaCounters;
import io.sluice.message.ShowQuota;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /admin/v1/quota} says: how the quota group stands, and every scope's limits as the group counts them, at most
 * some seconds old. Used on the admin verticle's event loop only.
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

    /** How the quota group stands; null while nothing was told. */
    @Nullable
    GroupStatus group() {
        return group;
    }

    /** This node counted. */
    void counted(QuotaCounters counters) {
        rates.seen(counters);
    }

    /** A page of it. */
    Future<ApiAnswer> show(ApiRequest request) {
        return bus.request(Address.QUOTA_SHOW, new ShowQuota()).map(counters -> {
            rates.seen(counters);
            return answer(request, counters);
        });
    }

    private ApiAnswer answer(ApiRequest request, QuotaCounters counters) {
        String prefix = request.query("scope", "");
        String after = request.position();
        List<ScopeCounters> found = counters.scopes().stream()
                .filter(scope -> scope.id().startsWith(prefix))
                .filter(scope -> after == null || scope.id().compareTo(after) > 0)
                .sorted(Comparator.comparing(ScopeCounters::id))
                .limit(request.limit() + 1L)
                .toList();
        List<ScopeCounters> shown = found.subList(0, Math.min(found.size(), request.limit()));
        JsonObject json = new JsonObject()
                .put("group", groupJson())
                .put("counted-by", counters.leader())
                .put("counted-at", Instant.ofEpochMilli(counters.atMillis()).toString())
                .put("scopes-in-all", counters.scopes().size())
                .put("scopes", new JsonArray(shown.stream().map(this::scopeJson).toList()));
        return ApiAnswer.ok(
                found.size() > shown.size()
                        ? json.put("next-cursor", request.cursor(shown.getLast().id()))
                        : json);
    }

    /** How the quota group stands. */
    JsonObject groupJson() {
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
