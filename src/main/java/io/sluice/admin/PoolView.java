package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.Problem;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.lease.ScopeCounters.LimitCounters;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.PoolReport;
import io.sluice.message.PoolReport.AccountReport;
import io.sluice.message.PoolReport.LastError;
import io.sluice.message.PoolReport.ModelReport;
import io.sluice.message.PoolReport.Standing;
import io.sluice.message.QuotaCounters;
import io.sluice.message.ShowCalls;
import io.sluice.message.ShowPool;
import io.sluice.message.ShowQuota;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /admin/v1/pool} says: how every account stands, as this node sees it, and how much of its limits is used. Used
 * on the admin verticle's event loop only.
 */
final class PoolView {
    private final Bus bus;
    private final int lanes;
    private final Supplier<GatewayRevision> revision;
    private Map<String, Drawn> drawn = Map.of();

    /** An account as it was last told, and from what. */
    private record Drawn(Object seen, JsonObject json) {}

    /** What is known at one moment. */
    private record Moment(PoolReport report, @Nullable QuotaCounters quota, Map<String, Integer> calls) {}

    /**
     * A view of one node.
     *
     * @param bus to whom it asks
     * @param lanes of the node
     * @param revision the live one
     */
    PoolView(Bus bus, int lanes, Supplier<GatewayRevision> revision) {
        this.bus = bus;
        this.lanes = lanes;
        this.revision = revision;
    }

    /** A page of it. */
    Future<ApiAnswer> show(ApiRequest request) {
        return bus.request(Address.POOL_SHOW, new ShowPool())
                .compose(this::moment)
                .map(moment -> answer(request, moment));
    }

    /** What is looked for in names, in small letters; empty for anything. */
    static String search(ApiRequest request) {
        return request.query("search", "").toLowerCase(Locale.ROOT);
    }

    /** Whether a name holds what is looked for. */
    static boolean holds(String name, String search) {
        return search.isEmpty() || name.toLowerCase(Locale.ROOT).contains(search);
    }

    /**
     * All of it for the live feed: each account by its name as {@link #show} has it, and {@code ""} with the sums. An account of
     * which nothing has changed is the same object as before.
     */
    Future<Map<String, JsonObject>> entries() {
        return bus.request(Address.POOL_SHOW, new ShowPool())
                .compose(this::moment)
                .map(this::entries);
    }

    private Map<String, JsonObject> entries(Moment moment) {
        Map<String, String> scopes = scopes();
        Map<String, List<ScopeCounters>> counted = counted(moment.quota);
        Map<String, JsonObject> entries = new LinkedHashMap<>();
        Map<String, Drawn> next = new HashMap<>();
        Map<String, Integer> states = new TreeMap<>();
        for (AccountReport account : moment.report.accounts()) {
            String scope = scopes.get(account.account());
            Object seen = Arrays.asList(
                    account,
                    moment.calls.get(account.account()),
                    moment.quota == null ? null : counted.getOrDefault(scope == null ? "" : scope, List.of()));
            Drawn before = drawn.get(account.account());
            Drawn now = before != null && before.seen.equals(seen)
                    ? before
                    : new Drawn(
                            seen,
                            account(account, moment)
                                    .put("limits", moment.quota == null ? null : limits(scope, counted)));
            next.put(account.account(), now);
            entries.put(account.account(), now.json);
            states.merge(account.standing().word(), 1, Integer::sum);
        }
        drawn = next;
        entries.put(
                "",
                new JsonObject()
                        .put("revision", moment.report.revision())
                        .put("accounts-in-all", moment.report.accounts().size())
                        .put("states", new JsonObject(new TreeMap<>(states))));
        return entries;
    }

    private Future<Moment> moment(PoolReport report) {
        Future<@Nullable QuotaCounters> quota =
                bus.request(Address.QUOTA_SHOW, new ShowQuota()).otherwise(cause -> null);
        List<Future<ShowCalls.Shown>> calls = IntStream.range(0, lanes)
                .mapToObj(lane -> bus.request(Address.providerCalls(lane), new ShowCalls())
                        .otherwise(cause -> new ShowCalls.Shown(List.of())))
                .toList();
        return Future.all(calls).compose(all -> quota).map(counters -> {
            Map<String, Integer> inFlight = new HashMap<>();
            calls.forEach(lane -> lane.result()
                    .accounts()
                    .forEach(each -> inFlight.merge(each.account(), each.calls(), Integer::sum)));
            return new Moment(report, counters, inFlight);
        });
    }

    private ApiAnswer answer(ApiRequest request, Moment moment) {
        String channel = request.query("channel");
        String state = request.query("state");
        String search = search(request);
        String after = request.position();
        List<AccountReport> ofChannel = moment.report.accounts().stream()
                .filter(account -> channel == null || account.account().startsWith(channel + "/"))
                .sorted(Comparator.comparing(AccountReport::account))
                .toList();
        if (channel != null && ofChannel.isEmpty()) {
            throw Problem.of(404, "not-found", "There is no channel '" + channel + "' with accounts.");
        }
        List<AccountReport> found = ofChannel.stream()
                .filter(account -> holds(account.account(), search))
                .filter(account -> state == null || account.standing().word().equals(state))
                .filter(account -> after == null || account.account().compareTo(after) > 0)
                .limit(request.limit() + 1L)
                .toList();
        List<AccountReport> shown = found.subList(0, Math.min(found.size(), request.limit()));
        Map<String, Integer> states = new TreeMap<>();
        ofChannel.forEach(account -> states.merge(account.standing().word(), 1, Integer::sum));
        JsonObject json = new JsonObject()
                .put("revision", moment.report.revision())
                .put("at", instant(moment.report.atMillis()))
                .put("accounts-in-all", ofChannel.size())
                .put("states", new JsonObject(new TreeMap<>(states)))
                .put("accounts", accounts(shown, moment));
        return ApiAnswer.ok(
                found.size() > shown.size()
                        ? json.put("next-cursor", request.cursor(shown.getLast().account()))
                        : json);
    }

    /** Where the limits of each account are counted. */
    private Map<String, String> scopes() {
        Map<String, String> scopes = new HashMap<>();
        for (Account account : revision.get().accounts()) {
            scopes.put(account.id(), scope(account));
        }
        return scopes;
    }

    private JsonArray accounts(List<AccountReport> shown, Moment moment) {
        Map<String, String> scopes = scopes();
        Map<String, List<ScopeCounters>> counted = counted(moment.quota);
        return new JsonArray(shown.stream()
                .map(account -> account(account, moment)
                        .put("limits", moment.quota == null ? null : limits(scopes.get(account.account()), counted)))
                .toList());
    }

    private static JsonObject account(AccountReport account, Moment moment) {
        JsonObject json = new JsonObject()
                .put("account", account.account())
                .put("state", account.standing().word());
        if (account.standing() != Standing.UP) {
            json.put("why", account.why()).put("by", account.by());
        }
        time(json, "since", account.sinceMillis());
        time(json, "until", account.untilMillis());
        time(json, "next-probe", account.probeMillis());
        json.put("files", account.byFiles().word())
                .put("operators", account.byOperator().word())
                .put("breaker", word(account.circuit()))
                .put("share-permille", account.traffic().sharePermille())
                .put("attempts", account.traffic().attempts())
                .put("succeeded", account.traffic().succeeded())
                .put("in-flight", moment.calls.getOrDefault(account.account(), 0));
        LastError error = account.lastError();
        if (error != null) {
            json.put(
                    "last-error",
                    new JsonObject()
                            .put("status", error.evidence().status())
                            .put("code", error.evidence().code())
                            .put("message", error.evidence().message())
                            .put("at", instant(error.atMillis())));
        }
        return json.put(
                "models",
                new JsonArray(account.models().stream().map(PoolView::model).toList()));
    }

    private static JsonObject model(ModelReport model) {
        JsonObject json = new JsonObject()
                .put("model", model.upstreamModel())
                .put("state", model.standing().word());
        time(json, "until", model.untilMillis());
        json.put("endpoint-breaker", word(model.endpoint())).put("outlier", model.outlier());
        if (model.successPermille() >= 0) {
            json.put("success-permille", model.successPermille());
        }
        return model.p50Micros() == 0
                ? json
                : json.put(
                        "first-byte-ms",
                        new JsonObject()
                                .put("p50", millis(model.p50Micros()))
                                .put("p95", millis(model.p95Micros()))
                                .put("p99", millis(model.p99Micros())));
    }

    /** What is counted, by account or group of accounts. */
    private Map<String, List<ScopeCounters>> counted(@Nullable QuotaCounters quota) {
        Map<String, List<ScopeCounters>> counted = new HashMap<>();
        if (quota != null) {
            for (ScopeCounters counters : quota.scopes()) {
                int bar = counters.id().indexOf('|');
                String scope = bar < 0 ? counters.id() : counters.id().substring(0, bar);
                counted.computeIfAbsent(scope, s -> new ArrayList<>()).add(counters);
            }
            // Nobody counts what was never used: all of it is free.
            for (Account account : revision.get().accounts()) {
                LimitSet limits = account.limits().all();
                if (!limits.isEmpty()) {
                    counted.computeIfAbsent(scope(account), scope -> List.of(unused(scope, limits)));
                }
            }
        }
        return counted;
    }

    private static ScopeCounters unused(String scope, LimitSet limits) {
        List<LimitCounters> free = limits.windows().stream()
                .map(limit -> new LimitCounters(
                        limit.dimension(), limit.window().toNanos(), limit.amount(), limit.amount(), 0, Map.of(), 0, 0))
                .toList();
        return new ScopeCounters(scope, free, Map.of(), limits.concurrency(), Map.of(), 0, 0);
    }

    /** Where its limits are counted. */
    private static String scope(Account account) {
        String group = account.quotaOf();
        return group == null ? "account:" + account.id() : "quota:" + group;
    }

    private static JsonArray limits(@Nullable String scope, Map<String, List<ScopeCounters>> counted) {
        JsonArray limits = new JsonArray();
        if (scope != null) {
            counted.getOrDefault(scope, List.of())
                    .forEach(counters -> limits(counters, counters.id().substring(scope.length()), limits));
        }
        return limits;
    }

    private static void limits(ScopeCounters counters, String part, JsonArray limits) {
        String of = part.isEmpty() ? "account" : part.substring(1);
        counters.limits()
                .forEach(limit -> limits.add(new JsonObject()
                        .put("of", of)
                        .put(
                                "dimension",
                                limit.dimension()
                                        .name()
                                        .toLowerCase(Locale.ROOT)
                                        .replace('_', '-'))
                        .put("window-ms", limit.windowNanos() / 1_000_000)
                        .put("limit", limit.amount())
                        .put("used", limit.charged() + limit.external())
                        .put(
                                "leased",
                                limit.leased().values().stream()
                                        .mapToLong(Number::longValue)
                                        .sum())
                        .put("free-in-ms", Math.ceilDiv(limit.freeInNanos(), 1_000_000L))));
        if (counters.placesLimit() > 0) {
            limits.add(new JsonObject()
                    .put("of", of)
                    .put("dimension", "concurrency")
                    .put("limit", counters.placesLimit())
                    .put(
                            "used",
                            counters.places().values().stream()
                                    .mapToLong(Number::longValue)
                                    .sum()));
        }
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void time(JsonObject json, String name, long millis) {
        if (millis > 0) {
            json.put(name, instant(millis));
        }
    }

    private static String instant(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static double millis(int micros) {
        return Math.round(micros / 100.0) / 10.0;
    }
}
