package io.sluice.ingress;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.pool.Model;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.Scope;
import io.sluice.message.Standing;
import io.sluice.message.Standing.Spending;
import io.sluice.message.Standing.Spent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a key's holder is shown of it. Nothing in it is secret, and nothing is another one's but what a team shares. */
final class StandingJson {
    /** What services of this kind say where there is no limit. */
    private static final long NO_LIMIT_MICROS = 100_000_000_000_000L;

    /** What a key that never ends is said to end at: 2100, far enough for clients that compare it with now. */
    private static final long NEVER = 4_102_444_800L;

    private static final int CENTS = 4;
    private static final int UNITS = 6;
    private static final JsonNodeFactory JSON = new JsonNodeFactory(true);

    private StandingJson() {}

    /** The budget that is spent first; null when the key has none. */
    static @Nullable Spent tightest(Spending spending) {
        Spent least = null;
        for (Spent spent : spending.budgets()) {
            if (least == null || spent.leftMicros() < least.leftMicros()) {
                least = spent;
            }
        }
        return least;
    }

    /** As OpenAI's dashboard once answered, which its clients still read. */
    static ObjectNode subscription(VirtualKey key, Spending spending) {
        Spent tightest = tightest(spending);
        BigDecimal limit =
                money(tightest == null ? NO_LIMIT_MICROS : tightest.budget().amountMicros(), UNITS);
        Instant expires = key.rights().expires();
        return JSON.objectNode()
                .put("object", "billing_subscription")
                .put("has_payment_method", true)
                .put("soft_limit_usd", limit)
                .put("hard_limit_usd", limit)
                .put("system_hard_limit_usd", limit)
                .put("access_until", expires == null ? NEVER : expires.getEpochSecond());
    }

    /** The same for what was spent: in cents. */
    static ObjectNode usage(Spending spending) {
        Spent tightest = tightest(spending);
        return JSON.objectNode()
                .put("object", "list")
                .put("total_usage", money(tightest == null ? spending.micros() : tightest.micros(), CENTS));
    }

    /** Everything about the key. */
    static ObjectNode me(Incoming incoming, Collection<Scope> scopes, Standing standing, Instant now) {
        VirtualKey key = incoming.key();
        ObjectNode json = JSON.objectNode()
                .put("key", key.name())
                .put("team", key.team())
                .put("parent_team", key.parentTeam())
                .put("expires", text(key.rights().expires()));
        ArrayNode models = json.putArray("models");
        incoming.revision().models().values().stream()
                .map(Model::name)
                .filter(key.rights()::allows)
                .forEach(models::add);
        ArrayNode endpoints = json.putArray("endpoints");
        key.rights().endpoints().stream()
                .map(family -> family.name().toLowerCase(Locale.ROOT))
                .sorted()
                .forEach(endpoints::add);
        limits(json.putArray("limits"), key, scopes, standing);
        String currency = incoming.revision().currencies().ledger();
        Spending spending = standing.spending();
        ObjectNode ledger = json.putObject("ledger");
        ledger.put("known", spending != null);
        ledger.put("currency", currency);
        if (spending != null) {
            ledger.put(
                    "age_seconds",
                    Math.max(0, Duration.between(spending.at(), now).toSeconds()));
            json.put("spent_30_days", money(spending.micros(), UNITS));
            ArrayNode budgets = json.putArray("budgets");
            spending.budgets().forEach(spent -> budgets.add(budget(key, spent)));
        }
        return json;
    }

    private static ObjectNode budget(VirtualKey key, Spent spent) {
        ObjectNode json = JSON.objectNode()
                .put("of", whose(key, spent.budget().scope()))
                .put("amount", money(spent.budget().amountMicros(), UNITS))
                .put("used", money(spent.micros(), UNITS))
                .put("left", money(spent.leftMicros(), UNITS));
        switch (spent.budget().window()) {
            case BudgetWindow.Total total -> json.put("window", "total");
            case BudgetWindow.Rolling rolling ->
                json.put("window", "rolling").put("seconds", rolling.length().toSeconds());
            case BudgetWindow.Calendar calendar ->
                json.put("window", calendar.unit().name().toLowerCase(Locale.ROOT))
                        .put("zone", calendar.zone().getId());
        }
        return json.put("renews", text(spent.renews()));
    }

    private static void limits(ArrayNode all, VirtualKey key, Collection<Scope> scopes, Standing standing) {
        for (Scope scope : scopes) {
            ScopeCounters counted = standing.scopes().stream()
                    .filter(each -> each.id().equals(scope.id()))
                    .findFirst()
                    .orElse(null);
            for (Limit limit : scope.limits().windows()) {
                ObjectNode json = named(key, scope)
                        .put("counts", limit.dimension().name().toLowerCase(Locale.ROOT))
                        .put("window_seconds", limit.window().toSeconds())
                        .put("amount", limit.amount());
                if (standing.hasScopes()) {
                    long used = used(counted, limit);
                    json.put("used", used).put("left", Math.max(0, limit.amount() - used));
                }
                all.add(json);
            }
            if (scope.limits().concurrency() > 0) {
                ObjectNode json = named(key, scope)
                        .put("counts", "in_flight")
                        .put("amount", scope.limits().concurrency());
                if (standing.hasScopes()) {
                    int used = counted == null
                            ? 0
                            : counted.places().values().stream()
                                    .mapToInt(Integer::intValue)
                                    .sum();
                    json.put("used", used)
                            .put("left", Math.max(0, scope.limits().concurrency() - used));
                }
                all.add(json);
            }
        }
    }

    private static long used(@Nullable ScopeCounters counted, Limit limit) {
        return counted == null
                ? 0
                : counted.limits().stream()
                        .filter(each -> each.dimension() == limit.dimension()
                                && each.windowNanos() == limit.window().toNanos())
                        .mapToLong(ScopeCounters.LimitCounters::charged)
                        .findFirst()
                        .orElse(0);
    }

    private static ObjectNode named(VirtualKey key, Scope scope) {
        ObjectNode json = JSON.objectNode().put("of", whose(key, scope.id()));
        int bar = scope.id().indexOf('|');
        if (bar >= 0) {
            json.put("models", scope.id().substring(bar + 1).replaceFirst("^model:", ""));
        }
        return json;
    }

    /** Whether it is the key's own, its team's, or that team's. */
    private static String whose(VirtualKey key, String scope) {
        List<String> parts = List.of(scope.split("\\|", 2));
        return parts.getFirst().startsWith(Scope.KEY_PREFIX)
                ? "key"
                : parts.getFirst().equals(Scope.TEAM_PREFIX + key.team()) ? "team" : "parent_team";
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** An amount as a decimal number, exactly. */
    private static BigDecimal money(long micros, int digits) {
        BigDecimal exact = BigDecimal.valueOf(micros, digits).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }
}
