package io.sluice.config;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.budget.BudgetWindow.Calendar;
import io.sluice.domain.budget.BudgetWindow.Rolling;
import io.sluice.domain.budget.BudgetWindow.Total;
import io.sluice.domain.budget.BudgetWindow.Unit;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** Reads the {@code budget} of a key or a team. */
final class BudgetReader {
    private static final Duration SHORTEST = Duration.ofHours(1);
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final String RANGE = Scalars.range(SHORTEST, LONGEST) + ", day, week, month or total";

    private BudgetReader() {}

    /**
     * What a key or a team may spend: nothing, or one budget.
     *
     * @param owner the key or the team
     * @param scope {@code key:NAME} or {@code team:NAME}
     */
    static List<Budget> read(Section owner, String scope) {
        Section budget = owner.section("budget");
        Long amount = budget.value(
                "amount",
                new Option(budget.path("amount"), "money", Section.REQUIRED, "in `currency`"),
                BudgetReader::amount);
        BudgetWindow window = budget.value(
                "every", new Option(budget.path("every"), "period", Section.REQUIRED, RANGE), BudgetReader::window);
        ZoneId zone = budget.value("zone", new Option(budget.path("zone"), "time zone", "UTC", ""), LimitsReader::zone);
        if (!budget.isPresent()) {
            return List.of();
        }
        for (String needed : List.of("amount", "every")) {
            if (!budget.has(needed)) {
                budget.error(needed, "is missing");
            }
        }
        if (budget.has("zone") && window != null && !(window instanceof Calendar)) {
            budget.error("zone", "says where days begin, and goes with every: day, week or month alone");
        }
        if (amount == null || window == null) {
            return List.of();
        }
        return List.of(new Budget(
                scope,
                amount,
                window instanceof Calendar calendar && zone != null ? new Calendar(calendar.unit(), zone) : window));
    }

    private static long amount(String text) {
        long micros = Scalars.micros(text);
        if (micros == 0) {
            throw new IllegalArgumentException("is not more than 0; set disabled: true to refuse all");
        }
        return micros;
    }

    private static BudgetWindow window(String text) {
        return switch (text) {
            case "total" -> new Total();
            case "day" -> new Calendar(Unit.DAY, ZoneOffset.UTC);
            case "week" -> new Calendar(Unit.WEEK, ZoneOffset.UTC);
            case "month" -> new Calendar(Unit.MONTH, ZoneOffset.UTC);
            default -> new Rolling(Scalars.within(length(text), SHORTEST, LONGEST));
        };
    }

    private static Duration length(String text) {
        try {
            return Scalars.duration(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is no period; write day, week, month, total, or such as 12h or 30d", e);
        }
    }
}
