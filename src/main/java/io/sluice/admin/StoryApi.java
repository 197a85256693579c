package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.config.PriceView;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pricing.Price;
import io.sluice.message.RequestRefused;
import io.sluice.store.NoStore;
import io.sluice.store.UsageQueries;
import io.sluice.store.UsageQueries.Single;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One request's story by its id, whatever became of it: {@code /admin/v1/requests/ID}. */
final class StoryApi implements ApiArea {
    private static final int MOST_CANDIDATES = 50;
    private static final long MICROS_PER_MILLI = 1_000;

    private final ApiServices services;
    private final RefusalsView refusals;
    private final UsageQueries usage;
    private final KeyIssuing issuing;

    StoryApi(ApiServices services, RefusalsView refusals) {
        this.services = services;
        this.refusals = refusals;
        this.usage =
                new UsageQueries(services.database(), services.node().store().keep(), services.clock());
        this.issuing = new KeyIssuing(services);
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("getRequest", this::tell);
    }

    private Future<ApiAnswer> tell(ApiRequest request) {
        String id = request.path("id");
        RequestRefused refusal = visible(request, refusals.of(id));
        return recorded(id, UsageQuestion.teams(request))
                .recover(failure -> refusal != null || failure instanceof NoStore
                        ? Future.succeededFuture(null)
                        : Future.failedFuture(failure))
                .map(record -> {
                    if (record == null && refusal == null) {
                        throw Problem.unknown("request");
                    }
                    return ApiAnswer.ok(
                            story(id, record, refusal, request.caller().team() == null));
                });
    }

    private Future<@Nullable Single> recorded(String id, List<String> teams) {
        UUID uuid;
        try {
            uuid = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            return Future.succeededFuture(null);
        }
        return usage.single(uuid, teams);
    }

    private @Nullable RequestRefused visible(ApiRequest request, @Nullable RequestRefused refusal) {
        if (refusal == null || request.caller().team() == null) {
            return refusal;
        }
        VirtualKey key = issuing.inForce(refusal.key());
        return key != null && issuing.covers(request.caller(), key.team()) ? refusal : null;
    }

    private JsonObject story(
            String id, @Nullable Single record, @Nullable RequestRefused refusal, boolean seesThePool) {
        JsonObject json = new JsonObject().put("id", id);
        String name = refusal == null ? "" : refusal.model();
        if (record != null) {
            JsonObject row = new JsonObject(record.request()).copy();
            name = row.getString("model", "");
            recorded(row, record, json);
        }
        if (refusal != null) {
            json.put("refusal", RefusalsView.toJson(refusal));
        }
        json.put("recorded", record != null).put("refused", refusal != null);
        Model model = services.revision().get().models().get(name);
        if (seesThePool && model != null) {
            json.put("candidates-now", candidates(model));
        }
        return json;
    }

    private void recorded(JsonObject row, Single record, JsonObject json) {
        JsonArray others = new JsonArray();
        record.attempts().forEach(attempt -> others.add(new JsonObject(attempt)));
        json.put("record", row).put("other-attempts", others).put("timings", timings(row));
        Candidate answered = answered(row);
        Price price = answered == null ? null : answered.price();
        if (price != null) {
            boolean used = price.revision().equals(row.getString("price-revision", ""));
            json.put("price", PriceView.of(price).put("used", used));
        }
    }

    /** When things happened, in milliseconds since the head of the request; null for what did not happen. */
    private static JsonObject timings(JsonObject row) {
        Long queue = row.getLong("queue-micros");
        Long first = row.getLong("first-byte-micros");
        Long total = row.getLong("total-micros");
        JsonObject json = new JsonObject()
                .put("started-at", row.getString("started-at"))
                .put("waited-ms", millis(queue))
                .put("first-byte-ms", millis(first))
                .put("total-ms", millis(total));
        Long output = row.getLong("output-tokens", 0L);
        boolean streamed = first != null && total != null && total > first && output > 1;
        return streamed ? json.put("tokens-per-second", output * 1_000_000 / (total - first)) : json;
    }

    private static @Nullable Double millis(@Nullable Long micros) {
        return micros == null ? null : micros * 10 / MICROS_PER_MILLI / 10.0;
    }

    private @Nullable Candidate answered(JsonObject row) {
        Model model = services.revision()
                .get()
                .models()
                .get(
                        row.getString("served-model", "").isEmpty()
                                ? row.getString("model", "")
                                : row.getString("served-model"));
        return model == null
                ? null
                : model.candidates().stream()
                        .filter(each -> each.accountId().equals(row.getString("account"))
                                && each.upstreamModel().equals(row.getString("upstream-model")))
                        .findFirst()
                        .orElse(null);
    }

    private static JsonObject candidates(Model model) {
        return new JsonObject()
                .put("in-all", model.candidates().size())
                .put(
                        "accounts",
                        new JsonArray(model.candidates().stream()
                                .limit(MOST_CANDIDATES)
                                .map(each -> new JsonObject()
                                        .put("account", each.accountId())
                                        .put("upstream-model", each.upstreamModel())
                                        .put("priority", each.channel().priority())
                                        .put("weight", each.channel().weight()))
                                .toList()));
    }
}
