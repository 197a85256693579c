package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Glob;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TeamsTest {
    private static final KeyHash HASH = KeyHash.ofKey("sk-0123456789abcdef");

    private static LimitSet rpm(long amount) {
        return new LimitSet(List.of(new Limit(Dimension.REQUESTS, amount, Duration.ofMinutes(1))), 0);
    }

    private static AccountLimits all(long amount) {
        return new AccountLimits(rpm(amount), Map.of(), List.of());
    }

    private static Budget budget(String scope) {
        return new Budget(scope, 1, new BudgetWindow.Total());
    }

    private static final Teams TEAMS = new Teams(List.of(
            new Team("science", null, all(100), List.of(budget("team:science"))),
            new Team(
                    "research",
                    "science",
                    new AccountLimits(
                            LimitSet.NONE,
                            Map.of(new Glob("gpt*"), rpm(5)),
                            List.of(new AccountLimits.Group(List.of(new Glob("o1"), new Glob("gpt-4")), rpm(3)))),
                    List.of(budget("team:research"))),
            new Team("free", null, AccountLimits.NONE, List.of())));

    @Test
    void aKeyIsChargedToItselfItsTeamAndItsTeamsTeam() {
        VirtualKey key = TEAMS.place(new VirtualKey("app", HASH)
                .ofTeam("research")
                .with(KeyQuota.ofKey("app", all(1), List.of(budget("key:app")))));

        assertThat(key.parentTeam()).isEqualTo("science");
        assertThat(key.budgets()).extracting(Budget::scope).containsExactly("key:app", "team:research", "team:science");
        assertThat(key.scopes("gpt-4"))
                .extracting(Scope::id)
                .containsExactly("key:app", "team:research|model:gpt-4", "team:research|group:0", "team:science");
        assertThat(key.scopes("claude")).extracting(Scope::id).containsExactly("key:app", "team:science");
        assertThat(key.quota().everyScope(List.of("gpt-4", "gpt-5", "claude")))
                .extracting(Scope::id)
                .containsExactlyInAnyOrder(
                        "key:app",
                        "team:science",
                        "team:research|model:gpt-4",
                        "team:research|model:gpt-5",
                        "team:research|group:0");
        assertThat(key.quota().limits()).isEqualTo(all(1));
    }

    @Test
    void aTeamWithoutLimitsCostsNothing() {
        VirtualKey key = TEAMS.place(new VirtualKey("app", HASH).ofTeam("free"));

        assertThat(key.quota()).isSameAs(KeyQuota.NONE);
        assertThat(key.opens(HASH, Instant.EPOCH)).isTrue();
    }

    @Test
    void limitsOfTheTeamAloneAreNotTheKeysOwn() {
        VirtualKey key = TEAMS.place(new VirtualKey("app", HASH).ofTeam("science"));

        assertThat(key.scopes("m")).extracting(Scope::id).containsExactly("team:science");
        assertThat(key.quota().limits()).isEqualTo(AccountLimits.NONE);
    }

    @Test
    void aKeyOfATeamThatIsNotThereIsRefused() {
        assertThat(TEAMS.place(new VirtualKey("app", HASH).ofTeam("gone")).opens(HASH, Instant.EPOCH))
                .isFalse();
    }
}
