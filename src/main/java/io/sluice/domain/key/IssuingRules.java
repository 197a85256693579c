package io.sluice.domain.key;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a key may be that is issued for one team: a member of that team, or of one that belongs to it, and no wider than the
 * team. Who issues for all may do all.
 */
public final class IssuingRules {
    private IssuingRules() {}

    /**
     * One thing that goes beyond the issuer's rights.
     *
     * @param field name of the key's field
     * @param detail one sentence
     */
    public record Excess(String field, String detail) {}

    /**
     * Whether somebody who is for one team may see and change a key.
     *
     * @param issuer name of the only team
     * @param team the key's; null for none
     * @param teams all that there are
     */
    public static boolean covers(String issuer, @Nullable String team, Teams teams) {
        if (team == null) {
            return false;
        }
        Team of = teams.named(team);
        return team.equals(issuer) || of != null && issuer.equals(of.parent());
    }

    /**
     * What of a key somebody who is for one team may not give.
     *
     * @param issuer name of the only team
     * @param key what is wanted
     * @param teams all that there are
     * @return empty when it may be given
     */
    public static List<Excess> excess(String issuer, KeyTemplate key, Teams teams) {
        List<Excess> found = new ArrayList<>();
        if (!covers(issuer, key.team(), teams)) {
            found.add(new Excess(
                    "team", "must be '" + issuer + "' or one of its teams: you may issue keys for no other"));
        }
        if (key.handling().diagnostics()) {
            found.add(new Excess("diagnostics", "shows accounts; only who may issue for all teams may give it"));
        }
        if (key.handling().priority() > 0) {
            found.add(
                    new Excess("priority", "above 0 goes before other teams; only who may issue for all may give it"));
        }
        if (key.handling().log() != AccessLines.USUAL) {
            found.add(new Excess("log", "takes lines out of the access log; only who may issue for all may do that"));
        }
        Team team = teams.named(issuer);
        if (team != null) {
            limits(key.limits().all(), team.limits().all(), found);
            budgets(key.budgets(), team.budgets(), found);
        }
        return found;
    }

    private static void limits(LimitSet wanted, LimitSet own, List<Excess> found) {
        for (Limit limit : wanted.windows()) {
            for (Limit most : own.windows()) {
                if (limit.dimension() == most.dimension()
                        && limit.window().equals(most.window())
                        && limit.amount() > most.amount()) {
                    found.add(new Excess("limits", "of the key are above its team's, " + most.amount()));
                }
            }
        }
        if (own.concurrency() > 0 && wanted.concurrency() > own.concurrency()) {
            found.add(new Excess("limits", "of the key are above its team's concurrency, " + own.concurrency()));
        }
    }

    private static void budgets(List<Budget> wanted, List<Budget> own, List<Excess> found) {
        for (Budget budget : wanted) {
            for (Budget most : own) {
                if (budget.window().equals(most.window()) && budget.amountMicros() > most.amountMicros()) {
                    found.add(new Excess("budget", "of the key is above its team's"));
                }
            }
        }
    }
}
