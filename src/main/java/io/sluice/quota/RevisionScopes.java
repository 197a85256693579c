package io.sluice.quota;

import io.sluice.domain.key.Team;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.lease.LeaseBook;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a revision limits. Immutable. */
final class RevisionScopes {
    private final GatewayRevision revision;
    private final Map<String, LimitSet> limits = new HashMap<>();
    private final List<Set<List<Scope>>> byAccount = new ArrayList<>();
    private final Duration longestAttempt;

    /** Collects every scope of a revision, also those without limits. */
    RevisionScopes(GatewayRevision revision) {
        this.revision = revision;
        revision.accounts().forEach(account -> byAccount.add(new LinkedHashSet<>()));
        Duration longest = Duration.ZERO;
        for (Model model : revision.models().values()) {
            for (Candidate candidate : model.candidates()) {
                Duration total = candidate.timeouts().total();
                longest = total.compareTo(longest) > 0 ? total : longest;
                byAccount.get(candidate.account().index()).add(candidate.scopes());
                candidate.scopes().forEach(scope -> limits.put(scope.id(), scope.limits()));
            }
        }
        for (VirtualKey key : revision.keys().all()) {
            key.quota().everyScope(revision.models().keySet()).forEach(scope -> limits.put(scope.id(), scope.limits()));
        }
        // Also of those whose keys are all in the store.
        for (Team team : revision.keys().teams().all()) {
            revision.keys()
                    .teams()
                    .scopes(team, revision.models().keySet())
                    .forEach(scope -> limits.put(scope.id(), scope.limits()));
        }
        this.longestAttempt = longest;
    }

    GatewayRevision revision() {
        return revision;
    }

    /** The longest that an attempt may last. */
    Duration longestAttempt() {
        return longestAttempt;
    }

    /** Limits by scope id. */
    Map<String, LimitSet> limits() {
        return limits;
    }

    /**
     * Room by account index. An account is as free as the freest of its models: one full model must not keep the others
     * from being asked for.
     */
    int[] permille(LeaseBook book, long now) {
        int[] permille = new int[byAccount.size()];
        for (int i = 0; i < permille.length; i++) {
            int most = byAccount.get(i).isEmpty() ? 1000 : 0;
            for (List<Scope> scopes : byAccount.get(i)) {
                most = Math.max(most, book.freePermille(now, scopes));
            }
            permille[i] = most;
        }
        return permille;
    }
}
