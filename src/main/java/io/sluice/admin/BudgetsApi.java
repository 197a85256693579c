package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.config.EffectiveKeys;
import io.sluice.domain.budget.Budget;
import io.sluice.message.Standing.Spent;
import io.sluice.store.Change;
import io.sluice.store.HeldRepository;
import io.sluice.store.SpendQueries;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Budgets as they stand: {@code /admin/v1/budgets}. They are set where their keys and teams are. */
final class BudgetsApi implements ApiArea {
    /** Each is asked for by itself. */
    private static final int MOST = 200;

    private final ApiServices services;
    private final SpendQueries spend;
    private final HeldRepository held;

    BudgetsApi(ApiServices services) {
        this.services = services;
        this.spend = new SpendQueries(services.database());
        this.held = new HeldRepository(services.database());
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("listBudgets", this::list, "forgetNodeLeases", this::forget);
    }

    private Future<ApiAnswer> list(ApiRequest request) {
        String position = request.position();
        int limit = Math.min(request.limit(), MOST);
        TreeMap<String, Budget> all =
                BudgetsInForce.ofKeys(services, request.caller().team());
        all.putAll(BudgetsInForce.ofTeams(services, request.caller().team()));
        List<Budget> after = new ArrayList<>(
                all.tailMap(position == null ? "" : position, false).values());
        List<Budget> shown = after.subList(0, Math.min(after.size(), limit));
        Future<Map<String, Long>> holding =
                held.of(shown.stream().map(Budget::scope).toList());
        return spend.of(shown)
                .compose(spent -> holding.map(holds -> request.page(
                        "budgets",
                        new JsonArray(spent.stream()
                                .map(each -> json(
                                        each, holds.getOrDefault(each.budget().scope(), 0L)))
                                .toList()),
                        after.size() > limit ? shown.getLast().scope() : null)));
    }

    private JsonObject json(Spent spent, long heldMicros) {
        Budget budget = spent.budget();
        JsonObject json = EffectiveKeys.budget(budget)
                .put("scope", budget.scope())
                .put("amount-micros", budget.amountMicros())
                .put("spent-micros", spent.micros())
                .put("held-micros", heldMicros)
                .put("left-micros", Math.max(0, budget.amountMicros() - spent.micros() - heldMicros))
                .put("currency", services.revision().get().currencies().ledger());
        return spent.renews() == null
                ? json
                : json.put("renews-at", spent.renews().toString());
    }

    private Future<ApiAnswer> forget(ApiRequest request) {
        String node = request.path("node");
        return request.change(
                services, (connection, number) -> held.of(connection, node).compose(holding -> {
                    if (holding.leases() == 0) {
                        throw Problem.unknown("node that holds something");
                    }
                    if (holding.lately()) {
                        throw Problem.conflict(
                                "in-use",
                                "The node was granted money within the last minute, so it runs; stop it for good first.");
                    }
                    return held.forget(connection, node)
                            .map(done -> new Change<>(
                                    ApiAnswer.done(),
                                    "forget",
                                    "budget-leases",
                                    node,
                                    new JsonObject()
                                            .put("held-micros", holding.micros())
                                            .put("leases", holding.leases())
                                            .encode(),
                                    null));
                }));
    }
}
