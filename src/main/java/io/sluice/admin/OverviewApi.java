package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.store.FacetQueries;
import io.sluice.store.NoStore;
import io.sluice.store.UsageFacets;
import io.sluice.store.UsageFilter;
import io.sluice.store.UsageGrouping;
import io.sluice.store.UsageGrouping.Bucket;
import io.sluice.store.UsageGrouping.Dimension;
import io.sluice.store.UsageGrouping.Order;
import io.sluice.store.UsagePage;
import io.sluice.store.UsageQueries;
import io.sluice.store.UsageTooMuch;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The overview: {@code /admin/v1/overview}. Used on the admin verticle's event loop only. */
final class OverviewApi implements ApiArea {
    private static final long FRESH_NANOS = 5_000_000_000L;
    private static final int MOST_GROUPS = 50;
    private static final int MOST_STRETCHES = 200;

    /** Enough for every range and grouping, of everybody and of some teams. */
    private static final int MOST_KEPT = 64;

    private final ApiServices services;
    private final Supplier<NodeNow> now;
    private final LongSupplier clock;
    private final UsageQueries usage;
    private final FacetQueries facets;
    private final Map<Question, Kept> kept = new HashMap<>();

    OverviewApi(ApiServices services, Supplier<NodeNow> now, LongSupplier clock) {
        this.services = services;
        this.now = now;
        this.clock = clock;
        this.usage =
                new UsageQueries(services.database(), services.node().store().keep(), services.clock());
        this.facets = new FacetQueries(services.database());
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("getOverview", this::show);
    }

    /** A stretch of time before now. */
    private enum Range {
        HOUR("1h", Duration.ofHours(1), Bucket.MINUTE),
        DAY("24h", Duration.ofDays(1), Bucket.HOUR),
        WEEK("7d", Duration.ofDays(7), Bucket.HOUR);

        private final String word;
        private final Duration length;
        private final Bucket bucket;

        Range(String word, Duration length, Bucket bucket) {
            this.word = word;
            this.length = length;
            this.bucket = bucket;
        }

        private static Range of(String word) {
            for (Range range : values()) {
                if (range.word.equals(word)) {
                    return range;
                }
            }
            throw Problem.parameter("range", "enum", "must be one of 1h, 24h, 7d");
        }
    }

    private record Question(Range range, Dimension by, List<String> teams) {}

    private record Kept(Future<JsonObject> answer, long askedNanos) {}

    private Future<ApiAnswer> show(ApiRequest request) {
        String team = request.caller().team();
        Question question = new Question(
                Range.of(request.query("range", "1h")),
                Dimension.valueOf(request.query("by", "model").toUpperCase(Locale.ROOT)),
                team == null ? List.of() : List.of(team));
        return lately(question).map(json -> {
            JsonObject answer = json.copy();
            if (team == null) {
                NodeNow moment = now.get();
                answer.put(
                        "now",
                        new JsonObject()
                                .put("waiting", moment.waiting())
                                .put("in-flight", moment.inFlight())
                                .put("streams", moment.streams()));
            }
            return ApiAnswer.ok(answer);
        });
    }

    /** Many consoles ask the same. */
    private Future<JsonObject> lately(Question question) {
        long nanos = clock.getAsLong();
        kept.values().removeIf(each -> nanos - each.askedNanos > FRESH_NANOS);
        Kept known = kept.get(question);
        if (known != null) {
            return known.answer;
        }
        Future<JsonObject> answer = ask(question)
                .recover(failure -> failure instanceof NoStore
                        ? Future.succeededFuture(new JsonObject().put("ledger", false))
                        : Future.failedFuture(failure instanceof UsageTooMuch ? tooMuch() : failure));
        if (kept.size() < MOST_KEPT) {
            kept.put(question, new Kept(answer, nanos));
            answer.onFailure(failure -> kept.remove(question));
        }
        return answer;
    }

    private static Problem tooMuch() {
        return Problem.of(429, "busy", "Too much is asked about usage at once.").retryAfter(2);
    }

    private Future<JsonObject> ask(Question question) {
        Range range = question.range;
        Instant to =
                FacetQueries.begin(services.clock().instant(), range.bucket).plus(range.bucket.length());
        Instant from = to.minus(range.length);
        List<String> teams = question.teams;
        UsageFilter filter =
                new UsageFilter(from, to, List.of(), teams, List.of(), List.of(), List.of(), List.of(), List.of());
        Future<UsagePage> total = usage.groups(filter, UsageGrouping.ALL, 1, null);
        Future<UsagePage> groups = usage.groups(
                filter,
                new UsageGrouping(List.of(question.by), null, ZoneOffset.UTC, Order.REQUESTS),
                MOST_GROUPS,
                null);
        Future<UsagePage> series = usage.groups(
                filter, new UsageGrouping(List.of(), range.bucket, ZoneOffset.UTC, Order.NAME), MOST_STRETCHES, null);
        Future<UsageFacets> all = facets.all(from, to, range.bucket, teams);
        Future<Map<String, UsageFacets>> by = facets.by(question.by, from, to, range.bucket, teams);
        Future<Map<String, UsageFacets>> overTime = facets.overTime(from, to, range.bucket, teams);
        return Future.all(List.of(total, groups, series, all, by, overTime)).map(done -> new JsonObject()
                .put("ledger", true)
                .put("range", range.word)
                .put("by", question.by.word())
                .put("from", from.toString())
                .put("to", to.toString())
                .put("bucket-seconds", range.bucket.length().toSeconds())
                .put("currency", services.revision().get().currencies().ledger())
                .put(
                        "total",
                        with(
                                UsageExport.json(
                                        total.result().columns(),
                                        total.result().rows().getFirst()),
                                all.result()))
                .put("groups", rows(groups.result(), question.by.word(), by.result()))
                .put("series", rows(series.result(), "start", overTime.result())));
    }

    private static JsonArray rows(UsagePage page, String name, Map<String, UsageFacets> facets) {
        JsonArray rows = new JsonArray();
        page.rows().forEach(row -> {
            JsonObject json = UsageExport.json(page.columns(), row);
            String key = json.getString(name, "");
            UsageFacets own = facets.get(name.equals("start") ? instant(key) : key);
            rows.add(with(json, own == null ? UsageFacets.NONE : own));
        });
        return rows;
    }

    private static String instant(String text) {
        return OffsetDateTime.parse(text).toInstant().toString();
    }

    private static JsonObject with(JsonObject json, UsageFacets facets) {
        JsonObject errors = new JsonObject();
        facets.errors().forEach(errors::put);
        return json.put("errors", errors)
                .put(
                        "first-token-ms",
                        new JsonObject()
                                .put("measured", facets.measured())
                                .put("p50", millis(facets.p50Micros()))
                                .put("p99", millis(facets.p99Micros())))
                .put("waited", facets.waited())
                .put("moved", facets.moved())
                .put("refusals-avoided", facets.waited() + facets.moved());
    }

    private static @Nullable Double millis(@Nullable Long micros) {
        return micros == null ? null : Math.round(micros / 100.0) / 10.0;
    }
}
