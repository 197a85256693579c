package io.sluice.domain.budget;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Overloaded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.Unavailable;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What clients are told about budgets: no amounts of others, no names of teams. */
final class BudgetWords {
    private static final Duration SOON = Duration.ofSeconds(1);

    private BudgetWords() {}

    /** The money does not come together before the budget is renewed. */
    static GatewayFailure spent(Purse purse, long micros, long now) {
        Budget budget = purse.budget();
        if (micros > budget.amountMicros()) {
            return new QuotaExceeded(
                    QuotaExceeded.Cause.BUDGET,
                    "The request can cost more than the whole budget of " + whose(budget)
                            + "; ask for fewer output tokens.",
                    Duration.ZERO);
        }
        Instant renews = purse.renews();
        return new QuotaExceeded(
                QuotaExceeded.Cause.BUDGET,
                "The budget of " + whose(budget) + " is spent." + when(budget, renews),
                purse.renewsIn(now));
    }

    private static String when(Budget budget, @Nullable Instant renews) {
        if (budget.window() instanceof BudgetWindow.Total) {
            return " It is not renewed by itself.";
        }
        return renews == null
                ? ""
                : budget.window() instanceof BudgetWindow.Rolling
                        ? " Money comes back from " + renews + " on."
                        : " It renews at " + renews + ".";
    }

    /** The money is there, and kept for requests under way that will cost less. */
    static GatewayFailure held(Purse purse) {
        return new QuotaExceeded(
                QuotaExceeded.Cause.BUDGET,
                "What is left of the budget of " + whose(purse.budget()) + " is kept for requests under way.",
                SOON);
    }

    /** Nobody knows what is left. */
    static GatewayFailure unknown() {
        return new Unavailable("The budget of the key cannot be looked up now.", SOON);
    }

    static GatewayFailure tooMany() {
        return new Overloaded("Too many requests wait for their budgets.");
    }

    private static String whose(Budget budget) {
        return budget.isOfKey() ? "this key" : "this key's team";
    }
}
