package io.sluice.cluster.group;

import io.sluice.cluster.raft.MemberId;
import io.sluice.cluster.raft.QuotaLog;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which change of members a leader makes next, one at a time. A node that was started anew joins under a new identity:
 * it listens until it has caught up, its older identity is removed, and it votes. Voters never become fewer than all
 * names but one: each majority of them is then one of all names, which is what makes founding safe.
 */
final class Roster {
    /** The library allows no more. */
    private static final int MOST_LEARNERS = 2;

    /**
     * The next change.
     *
     * @param kind what to do
     * @param member with whom
     */
    record Step(QuotaLog.Change kind, MemberId member) {}

    private Roster() {}

    /**
     * Decides.
     *
     * @param names how many nodes vote by configuration
     * @param standing the group's members
     * @param progress how far they are
     * @param wanting identities that ask to be taken in now, at most one for each name
     * @param present whether a member's run of its node is connected; true for the leader itself
     * @return the next change; empty when everything is as it should be
     */
    static Optional<Step> next(
            int names,
            QuotaLog.Standing standing,
            QuotaLog.Progress progress,
            Collection<MemberId> wanting,
            Predicate<MemberId> present) {
        for (MemberId member : wanting.stream().sorted().toList()) {
            if (!standing.members().contains(member)) {
                return Optional.of(add(standing, member));
            }
            if (!standing.voters().contains(member)
                    && progress.matched().getOrDefault(member, 0L) >= progress.committed()) {
                return Optional.of(promote(names, standing, member));
            }
        }
        return standing.voters().stream()
                .filter(member -> isStale(member, standing.voters(), present))
                .filter(member -> removable(names, standing))
                .map(member -> new Step(QuotaLog.Change.REMOVE, member))
                .findFirst();
    }

    /** Whether another start of the same node votes in its place. */
    private static boolean isStale(MemberId member, List<MemberId> voters, Predicate<MemberId> present) {
        return others(voters, member).stream()
                .filter(present)
                .anyMatch(other -> !present.test(member) || other.counter() > member.counter());
    }

    /** A learner in the way is removed: one of the same name that was started anew since, or any, for places are few. */
    private static Step add(QuotaLog.Standing standing, MemberId member) {
        List<MemberId> learners = standing.members().stream()
                .filter(other -> !standing.voters().contains(other))
                .toList();
        Optional<MemberId> stale = others(learners, member).stream().findFirst();
        if (stale.isEmpty() && learners.size() >= MOST_LEARNERS) {
            stale = learners.stream().min(Comparator.naturalOrder());
        }
        return stale.map(other -> new Step(QuotaLog.Change.REMOVE, other))
                .orElseGet(() -> new Step(QuotaLog.Change.ADD, member));
    }

    private static Step promote(int names, QuotaLog.Standing standing, MemberId member) {
        List<MemberId> older = others(standing.voters(), member);
        return !older.isEmpty() && removable(names, standing)
                ? new Step(QuotaLog.Change.REMOVE, older.getFirst())
                : new Step(QuotaLog.Change.PROMOTE, member);
    }

    private static boolean removable(int names, QuotaLog.Standing standing) {
        return standing.voters().size() - 1 >= Math.max(1, names - 1);
    }

    private static List<MemberId> others(List<MemberId> among, MemberId than) {
        return among.stream()
                .filter(other -> other.name().equals(than.name()) && !other.equals(than))
                .toList();
    }
}
