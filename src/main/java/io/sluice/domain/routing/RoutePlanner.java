package io.sluice.domain.routing;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.health.HealthView;
import io.sluice.domain.health.HealthView.Cooldown;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Strategy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Orders candidates: larger priority first; inside a tier those with room and without suspicion first, then by strategy.
 *
 * <p>{@link Strategy#SPREAD} is weighted rendezvous hashing (Thaler, Ravishankar 1998; weights by −w/ln u): a
 * conversation's hash and an account's id give the same order on every node without a table, and an account that comes
 * or goes moves only its own share. Requests that do not stick use a random number instead of the hash, and weights
 * scaled by headroom. {@link Strategy#FILL} keeps the files' order.
 *
 * <p>Of a large tier only the best few are put in order; behind them the others follow in the files' order, those with room
 * and without suspicion first.
 *
 * <p>Pure; used by one thread.
 */
public final class RoutePlanner {
    private static final int FULL = 0;

    /** How many are put in order; more are hardly ever asked, and of 10 000 accounts sorting all takes milliseconds. */
    private static final int BEST = 32;

    private static final int ROOM = 0;
    private static final int NO_ROOM = 1;
    private static final int SUSPECT = 2;
    private static final int PLACED = 3;

    private final HealthView health;

    /**
     * Plans over a health view.
     *
     * @param health what recent attempts say
     */
    public RoutePlanner(HealthView health) {
        this.health = health;
    }

    /**
     * What is asked.
     *
     * @param model the model
     * @param endpoint what it is asked for; channels without it are no candidates
     * @param headroom permille by account index; an index beyond it counts as idle
     * @param stickyHash what the conversation sticks to; 0 for nothing
     * @param seed a random number
     * @param now nanoseconds
     */
    public record Question(Model model, Endpoint endpoint, int[] headroom, long stickyHash, long seed, long now) {
        private List<Candidate> candidates() {
            List<Candidate> all = model.candidates();
            return endpoint.isCommon()
                    ? all
                    : all.stream()
                            .filter(candidate -> candidate.channel().offers(endpoint))
                            .toList();
        }

        private int headroomOf(Candidate candidate) {
            int index = candidate.account().index();
            return index < headroom.length ? headroom[index] : 1000;
        }
    }

    /** Cooldowns met on the way. */
    public static final class Cooling {
        private long earliestNanos = Long.MAX_VALUE;
        private boolean throttled;

        private void met(Cooldown cooldown, long now) {
            earliestNanos = Math.min(earliestNanos, cooldown.untilNanos() - now);
            throttled |= cooldown.throttled();
        }

        /** Nanoseconds until the first candidate comes back; {@link Long#MAX_VALUE} when none is cooling. */
        public long earliestNanos() {
            return earliestNanos;
        }

        /** Whether one of them was asked to slow down. */
        public boolean throttled() {
            return throttled;
        }
    }

    /**
     * Appends a model's usable candidates, best first.
     *
     * @param question what is asked
     * @param plan takes the candidates
     * @param cooling takes the cooldowns of those left out
     */
    public void plan(Question question, List<Candidate> plan, Cooling cooling) {
        List<Candidate> all = question.candidates();
        int from = 0;
        while (from < all.size()) {
            int priority = all.get(from).channel().priority();
            int to = from + 1;
            while (to < all.size() && all.get(to).channel().priority() == priority) {
                to++;
            }
            planTier(question, all.subList(from, to), plan, cooling);
            from = to;
        }
    }

    private void planTier(Question question, List<Candidate> tier, List<Candidate> plan, Cooling cooling) {
        if (tier.size() == 1) {
            Candidate only = tier.get(0);
            Cooldown cooldown = health.cooldownOf(only, question.now);
            if (cooldown == null) {
                plan.add(only);
            } else {
                cooling.met(cooldown, question.now);
            }
            return;
        }
        int[] groups = new int[tier.size()];
        PriorityQueue<Ranked> best = new PriorityQueue<>(BEST, Comparator.reverseOrder());
        for (int i = 0; i < groups.length; i++) {
            Candidate candidate = tier.get(i);
            Cooldown cooldown = health.cooldownOf(candidate, question.now);
            if (cooldown != null) {
                cooling.met(cooldown, question.now);
                groups[i] = PLACED;
                continue;
            }
            int headroom = question.headroomOf(candidate);
            groups[i] = health.isSuspect(candidate, question.now) ? SUSPECT : headroom == FULL ? NO_ROOM : ROOM;
            double score = score(question, candidate, headroom, i);
            if (best.size() == BEST && best.element().isBefore(groups[i], score)) {
                continue;
            }
            if (best.size() == BEST) {
                best.remove();
            }
            best.add(new Ranked(i, groups[i], score));
        }
        Ranked[] order = best.toArray(Ranked[]::new);
        Arrays.sort(order);
        for (Ranked entry : order) {
            plan.add(tier.get(entry.position));
            groups[entry.position] = PLACED;
        }
        for (int group = ROOM; order.length == BEST && group <= SUSPECT; group++) {
            for (int i = 0; i < groups.length; i++) {
                if (groups[i] == group) {
                    plan.add(tier.get(i));
                }
            }
        }
    }

    private static double score(Question question, Candidate candidate, int headroom, int position) {
        if (question.model.policy().strategy() == Strategy.FILL) {
            return -position;
        }
        boolean sticks = question.stickyHash != 0 && question.model.policy().sticky();
        double weight = candidate.channel().weight();
        if (!sticks) {
            weight *= Math.max(headroom, 1);
        }
        long hash = mix(mix(sticks ? question.stickyHash : question.seed) ^ idHash(candidate.accountId()));
        double unit = ((hash >>> 11) + 0.5) * 0x1.0p-53;
        return weight / -Math.log(unit);
    }

    /** 64 bits of an account's id; {@link String#hashCode()} is cached, and mixed it is as good as any. */
    private static long idHash(String id) {
        return mix(id.hashCode() * 0x9E3779B97F4A7C15L + id.length());
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** A candidate by its position in the tier; equals keep that order. */
    private record Ranked(int position, int group, double score) implements Comparable<Ranked> {
        /** Whether this goes before a candidate further down the tier. */
        private boolean isBefore(int otherGroup, double otherScore) {
            return group != otherGroup ? group < otherGroup : Double.compare(score, otherScore) >= 0;
        }

        @Override
        public int compareTo(Ranked other) {
            int byGroup = Integer.compare(group, other.group);
            int byScore = byGroup != 0 ? byGroup : Double.compare(other.score, score);
            return byScore != 0 ? byScore : Integer.compare(position, other.position);
        }
    }
}
