package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.key.IssuingRules.Excess;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IssuingRulesTest {
    private static final BudgetWindow TOTAL = new BudgetWindow.Total();
    private static final Teams TEAMS = new Teams(List.of(
            new Team("science", null, limits(100, 5), List.of(new Budget("team:science", 1_000, TOTAL))),
            new Team("physics", "science", AccountLimits.NONE, List.of()),
            new Team("arts", null, AccountLimits.NONE, List.of())));

    private static AccountLimits limits(long rpm, int concurrency) {
        return new AccountLimits(
                new LimitSet(List.of(new Limit(Dimension.REQUESTS, rpm, Duration.ofMinutes(1))), concurrency),
                Map.of(),
                List.of());
    }

    private static List<String> excess(@Nullable String team, AccountLimits limits, long budget, KeyHandling handling) {
        List<Budget> budgets = budget == 0 ? List.of() : List.of(new Budget("key:k", budget, TOTAL));
        return IssuingRules.excess("science", new KeyTemplate(team, KeyRights.ALL, limits, budgets, handling), TEAMS)
                .stream()
                .map(Excess::field)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"science, true", "physics, true", "arts, false", "gone, false", ", false"})
    void aTeamsTokenIsForItAndForThoseThatBelongToIt(@Nullable String team, boolean covered) {
        assertThat(IssuingRules.covers("science", team, TEAMS)).isEqualTo(covered);
        assertThat(excess(team, AccountLimits.NONE, 0, KeyHandling.USUAL).isEmpty())
                .isEqualTo(covered);
    }

    @Test
    void whoIsForAnInnerTeamIsNotForTheOuterOne() {
        assertThat(IssuingRules.covers("physics", "science", TEAMS)).isFalse();
    }

    @Test
    void nothingIsWiderThanTheTeam() {
        assertThat(excess("science", limits(100, 5), 1_000, KeyHandling.USUAL)).isEmpty();
        assertThat(excess("science", limits(101, 5), 0, KeyHandling.USUAL)).containsExactly("limits");
        assertThat(excess("science", limits(100, 6), 0, KeyHandling.USUAL)).containsExactly("limits");
        assertThat(excess("physics", AccountLimits.NONE, 1_001, KeyHandling.USUAL))
                .containsExactly("budget");
    }

    @Test
    void whatConcernsOthersIsNotGiven() {
        assertThat(excess("science", AccountLimits.NONE, 0, KeyHandling.USUAL.diagnosing()))
                .containsExactly("diagnostics");
        assertThat(excess("science", AccountLimits.NONE, 0, KeyHandling.USUAL.waiting(1, null)))
                .containsExactly("priority");
        assertThat(excess("science", AccountLimits.NONE, 0, KeyHandling.USUAL.waiting(-1, null)))
                .isEmpty();
        assertThat(excess("science", AccountLimits.NONE, 0, KeyHandling.USUAL.logging(AccessLines.OFF)))
                .containsExactly("log");
    }
}
