package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.store.UsageFilter;
import io.sluice.store.UsageGrouping;
import io.sluice.store.UsageGrouping.Order;
import io.sluice.store.UsagePage;
import io.sluice.store.UsageQueries;
import io.sluice.store.UsageTooMuch;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What was used: {@code /admin/v1/usage} and below. */
final class UsageApi implements ApiArea {
    private static final int PIECE = 500;

    private final UsageQueries usage;
    private final InstantSource clock;
    private final Supplier<GatewayRevision> revision;

    UsageApi(ApiServices services) {
        this.usage =
                new UsageQueries(services.database(), services.node().store().keep(), services.clock());
        this.clock = services.clock();
        this.revision = services.revision();
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "sumUsage", this::sum,
                "listUsageRecords", this::list,
                "getUsageRecord", this::one,
                "exportUsage", this::export);
    }

    private Future<ApiAnswer> sum(ApiRequest request) {
        UsageFilter filter = UsageQuestion.filter(request, clock.instant());
        UsageGrouping grouping = UsageQuestion.grouping(request);
        String after = request.position();
        if (after != null && grouping.order() != Order.NAME) {
            throw Problem.parameter("cursor", "order", "Only the order 'name' has further pages.");
        }
        Future<UsagePage> groups = asked(() -> usage.groups(filter, grouping, request.limit(), after));
        Future<@Nullable UsagePage> total = after != null || isAll(grouping)
                ? Future.succeededFuture(null)
                : asked(() -> usage.groups(filter, UsageGrouping.ALL, 1, null));
        return groups.compose(found -> total.map(all -> {
            JsonObject json = new JsonObject()
                    .put("from", filter.from().toString())
                    .put("to", filter.to().toString())
                    .put("groups", isAll(grouping) ? new JsonArray() : rows(found))
                    .put("currency", revision.get().currencies().ledger())
                    .put("complete", usage.isKept(filter, grouping))
                    .put("more", found.next() != null);
            if (after == null) {
                UsagePage sum = all == null ? found : all;
                json.put("total", UsageExport.json(sum.columns(), sum.rows().getFirst()));
            }
            if (found.next() != null && grouping.order() == Order.NAME) {
                json.put("next-cursor", request.cursor(found.next()));
            }
            return ApiAnswer.ok(json);
        }));
    }

    private static boolean isAll(UsageGrouping grouping) {
        return grouping.by().isEmpty() && grouping.bucket() == null;
    }

    private Future<ApiAnswer> list(ApiRequest request) {
        UsageFilter filter = UsageQuestion.filter(request, clock.instant());
        String after = request.position();
        return asked(() -> usage.newest(filter, request.limit(), after))
                .map(found -> request.page("records", rows(found), found.next()));
    }

    private static JsonArray rows(UsagePage found) {
        JsonArray rows = new JsonArray();
        found.rows().forEach(row -> rows.add(UsageExport.json(found.columns(), row)));
        return rows;
    }

    private Future<ApiAnswer> one(ApiRequest request) {
        UUID id = UUID.fromString(request.path("id"));
        return asked(() -> usage.single(id, UsageQuestion.teams(request))).map(found -> {
            if (found == null) {
                throw Problem.unknown("request");
            }
            JsonArray attempts = new JsonArray();
            found.attempts().forEach(attempt -> attempts.add(new JsonObject(attempt)));
            return ApiAnswer.ok(new JsonObject(found.request()).copy().put("other-attempts", attempts));
        });
    }

    private Future<ApiAnswer> export(ApiRequest request) {
        UsageFilter filter = UsageQuestion.filter(request, clock.instant());
        UsageGrouping grouping = UsageQuestion.grouping(request);
        Function<@Nullable String, Future<UsagePage>> pages =
                request.queryList("group-by").isEmpty()
                        ? after -> asked(() -> usage.oldest(filter, PIECE, after))
                        : after -> asked(() -> usage.groups(filter, grouping, PIECE, after));
        UsageExport export = new UsageExport(request.query("format", "csv").equals("csv"), pages);
        return pages.apply(null).map(export::answer);
    }

    private static <T> Future<T> asked(Supplier<Future<T>> question) {
        Future<T> answer;
        try {
            answer = question.get();
        } catch (IllegalArgumentException e) {
            throw Problem.parameter("cursor", "cursor", "It is no cursor of this list; begin again without one.");
        }
        return answer.recover(
                failure -> Future.failedFuture(failure instanceof UsageTooMuch tooMuch ? problem(tooMuch) : failure));
    }

    private static Problem problem(UsageTooMuch tooMuch) {
        return tooMuch.isBusy()
                ? Problem.of(429, "busy", "Too many questions about usage are asked at once.")
                        .retryAfter(1)
                : Problem.parameter(
                        "from", "cost", "The answer takes too long; ask for a shorter time or fewer groups.");
    }
}
