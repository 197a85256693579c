package io.sluice.admin;

import io.sluice.admin.Attention.Severity;
import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Origins.OutOfForce;
import io.sluice.message.Address;
import io.sluice.message.GroupStatus;
import io.sluice.message.LedgerState;
import io.sluice.message.PoolReport;
import io.sluice.message.PoolReport.AccountReport;
import io.sluice.message.PoolReport.ModelReport;
import io.sluice.message.PoolReport.Standing;
import io.sluice.message.ReloadFailed.Fault;
import io.sluice.message.ShowPool;
import io.sluice.message.Standing.Spent;
import io.sluice.store.SpendQueries;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What needs somebody's attention: {@code /admin/v1/attention}. Used on the admin verticle's event loop only. */
final class AttentionApi implements ApiArea {
    /** Each budget is asked for by itself, so they are looked at now and then, the teams' first. */
    private static final int MOST_BUDGETS = 200;

    private static final long BUDGETS_EVERY_NANOS = 60_000_000_000L;
    private static final long NEAR_PERMILLE = 900;
    private static final long LATE_MILLIS = 60_000;

    private final ApiServices services;
    private final NodeViews views;
    private final SpendQueries spend;
    private final LongSupplier clock;
    private Future<List<Spent>> spent = Future.succeededFuture(List.of());
    private @Nullable Long askedNanos;

    AttentionApi(ApiServices services, NodeViews views, LongSupplier clock) {
        this.services = services;
        this.views = views;
        this.spend = new SpendQueries(services.database());
        this.clock = clock;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("getAttention", this::show);
    }

    private Future<ApiAnswer> show(ApiRequest request) {
        Attention attention = new Attention();
        node(attention);
        configuration(attention);
        Future<Void> pool = services.bus()
                .request(Address.POOL_SHOW, new ShowPool())
                .onSuccess(report -> pool(report, attention))
                .<Void>mapEmpty()
                .otherwiseEmpty();
        return pool.compose(done -> budgets().otherwise(List.of())).map(found -> {
            found.forEach(each -> budget(each, attention));
            return ApiAnswer.ok(attention.toJson());
        });
    }

    private static JsonObject link(String page) {
        return new JsonObject().put("page", page);
    }

    // --- the node ----------------------------------------------------------------------------------------------------

    private void node(Attention attention) {
        GroupStatus group = views.quota().group();
        if (group != null && !group.grants()) {
            attention.add("limits-unreachable", Severity.CRITICAL, "node", "quota", group.reason(), link("overview"));
        }
        LedgerState ledger = views.ledger().latest();
        if (ledger != null && !ledger.takesRequests()) {
            attention.add("ledger-refuses", Severity.CRITICAL, "node", "ledger", ledger.trouble(), link("overview"));
        } else if (ledger != null && !ledger.trouble().isEmpty()) {
            attention.add("ledger-trouble", Severity.WARNING, "node", "ledger", ledger.trouble(), link("overview"));
        } else if (ledger != null && ledger.oldestMillis() > LATE_MILLIS) {
            attention.add(
                    "ledger-behind",
                    Severity.WARNING,
                    "node",
                    "ledger",
                    ledger.waiting() + " usage records wait for the database",
                    link("overview"));
        }
        if (views.members().isDrifting()) {
            attention.add(
                    "nodes-drift",
                    Severity.WARNING,
                    "node",
                    "cluster",
                    "nodes have different configurations",
                    link("overview"));
        }
    }

    // --- the configuration -------------------------------------------------------------------------------------------

    private void configuration(Attention attention) {
        List<Fault> faults = views.configuration().faults();
        if (!faults.isEmpty()) {
            Fault first = faults.getFirst();
            attention.add(
                    "configuration-rejected",
                    Severity.CRITICAL,
                    "file",
                    first.file(),
                    faults.size() + " errors; the first in line " + first.line() + ": " + first.message(),
                    link("settings").put("tab", "configuration"));
        }
        for (OutOfForce out : services.revision().get().origins().outOfForce()) {
            attention.add(
                    "entry-out-of-force",
                    Severity.WARNING,
                    out.kind(),
                    out.name(),
                    out.reasons().getFirst().message(),
                    link("channels").put("kind", out.kind()).put("name", out.name()));
        }
        services.keys()
                .inForce()
                .outOfForce()
                .forEach((name, why) -> attention.add(
                        "key-out-of-force",
                        Severity.WARNING,
                        "key",
                        name,
                        why,
                        link("keys").put("name", name)));
    }

    // --- the pool ----------------------------------------------------------------------------------------------------

    private void pool(PoolReport report, Attention attention) {
        Map<String, Standing> standings = new HashMap<>();
        for (AccountReport account : report.accounts()) {
            for (ModelReport model : account.models()) {
                standings.put(account.account() + " " + model.upstreamModel(), worst(account, model));
            }
            account(account, attention);
        }
        for (Model model : services.revision().get().models().values()) {
            boolean anybody = model.candidates().stream()
                    .map(each -> standings.get(of(each)))
                    .anyMatch(standing -> standing == null || standing == Standing.UP);
            if (!anybody && !model.candidates().isEmpty()) {
                attention.add(
                        "pool-exhausted",
                        Severity.CRITICAL,
                        "model",
                        model.name(),
                        "none of its " + model.candidates().size() + " candidates is in service",
                        link("pool").put("model", model.name()));
            }
        }
    }

    private static Standing worst(AccountReport account, ModelReport model) {
        return model.standing() == Standing.UP ? account.standing() : model.standing();
    }

    private static String of(Candidate candidate) {
        return candidate.accountId() + " " + candidate.upstreamModel();
    }

    private static void account(AccountReport account, Attention attention) {
        JsonObject link = link("pool").put("account", account.account());
        switch (account.standing()) {
            case DEAD ->
                attention.add("account-dead", Severity.WARNING, "account", account.account(), account.why(), link);
            case OUT_OF_MONEY ->
                attention.add(
                        "account-out-of-money", Severity.WARNING, "account", account.account(), account.why(), link);
            case BROKEN ->
                attention.add("account-broken", Severity.WARNING, "account", account.account(), account.why(), link);
            default -> {}
        }
    }

    // --- budgets -----------------------------------------------------------------------------------------------------

    private Future<List<Spent>> budgets() {
        long now = clock.getAsLong();
        if (askedNanos == null || now - askedNanos > BUDGETS_EVERY_NANOS) {
            askedNanos = now;
            List<Budget> budgets =
                    new ArrayList<>(BudgetsInForce.ofTeams(services, null).values());
            budgets.addAll(BudgetsInForce.ofKeys(services, null).values());
            spent = spend.of(budgets.subList(0, Math.min(budgets.size(), MOST_BUDGETS)));
        }
        return spent;
    }

    private static void budget(Spent each, Attention attention) {
        Budget budget = each.budget();
        long amount = budget.amountMicros();
        if (amount <= 0 || each.micros() < amount / 1000 * NEAR_PERMILLE) {
            return;
        }
        boolean spent = each.micros() >= amount;
        attention.add(
                spent ? "budget-spent" : "budget-near-end",
                spent ? Severity.WARNING : Severity.INFO,
                budget.isOfKey() ? "key" : "team",
                budget.scope(),
                "spent " + each.micros() / Math.max(1, amount / 100) + " % of its budget",
                link("keys").put("budget", budget.scope()));
    }
}
