package io.sluice.domain.health;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the candidates that do worse than the others of their tier, and puts them last for a while. They are compared with
 * their neighbours, so that a bad hour of the whole provider ejects nobody. The idea is Envoy's outlier detection; the
 * reference is the median, because several that are ill together must not hide one another.
 *
 * <ul>
 *   <li><em>Success rate</em>: with {@value #LEAST} outcomes in the last minute or half of it, ejected when it is
 *       {@value #GAP_PERCENT} percent points and twice the tier's median deviation below the tier's median, and the
 *       difference is no noise: by Chernoff's bound, {@code n × KL(rate, median) ≥ 20}, an account that is as good as the
 *       median looks so bad once in e^20.
 *   <li><em>Time to the first byte</em>: with {@value #LEAST_TIMED} first bytes, ejected when their geometric mean is over
 *       {@value #SLOWER} times the tier's median, and over {@link #SLOW_FROM} above it.
 *   <li><em>Failures in a row</em>: from the {@value #SUSPECT_AFTER}rd on it is suspected at once, for {@link #FIRST_PENALTY},
 *       doubled with each further failure up to {@link #LONGEST_PENALTY}; one success ends it.
 * </ul>
 *
 * <p>An ejection lasts {@link #EJECTION} times how often it happened, at most {@link #LONGEST_EJECTION}; each
 * {@link #FORGIVEN} without one takes one back. What comes back begins with a tenth of its share and is judged by new
 * outcomes alone. At most half of a tier is last at any time, and nobody is in a tier of one.
 *
 * <p>Used by one thread; times are monotonic nanoseconds.
 */
public final class Outliers {
    /** Failures in a row after which a candidate is suspected. */
    static final int SUSPECT_AFTER = 3;

    /** First penalty of a suspect. */
    static final Duration FIRST_PENALTY = Duration.ofSeconds(1);

    /** Longest penalty of a suspect. */
    static final Duration LONGEST_PENALTY = Duration.ofSeconds(60);

    /** First ejection. */
    static final Duration EJECTION = Duration.ofSeconds(20);

    /** Longest ejection. */
    static final Duration LONGEST_EJECTION = Duration.ofMinutes(5);

    /** Time without ejection that makes up for one. */
    static final Duration FORGIVEN = Duration.ofMinutes(5);

    /** Time from the end of an ejection to the whole share. */
    static final Duration RETURN = Duration.ofSeconds(20);

    /** Difference to the median below which nobody is slow. */
    static final Duration SLOW_FROM = Duration.ofMillis(200);

    /** Outcomes without which a success rate says nothing. */
    static final int LEAST = 10;

    /** First bytes without which a latency says nothing. */
    static final int LEAST_TIMED = 20;

    /** Multiple of the median from which a candidate is slow. */
    static final int SLOWER = 3;

    /** Least difference of success rates. */
    static final int GAP_PERCENT = 10;

    private static final double NO_NOISE = 20;
    private static final int FIRST_SHARE = PoolSnapshot.WHOLE / 10;
    private static final int MOST_DOUBLINGS = 10;

    private final List<Tier> tiers = new ArrayList<>();
    private final Tier[] tierOf;
    private final @Nullable Member[] members;

    /**
     * Everybody is equal.
     *
     * @param revision whose candidates are compared
     */
    public Outliers(GatewayRevision revision) {
        Tier nobody = new Tier();
        tierOf = new Tier[revision.slots()];
        members = new @Nullable Member[tierOf.length];
        Arrays.fill(tierOf, nobody);
        for (Model model : revision.models().values()) {
            Map<Integer, Tier> byPriority = new HashMap<>();
            for (Candidate candidate : model.candidates()) {
                // A pair that serves two public names is compared under the first.
                if (tierOf[candidate.slot()] == nobody) {
                    Tier tier = byPriority.computeIfAbsent(candidate.channel().priority(), p -> new Tier());
                    tierOf[candidate.slot()] = tier;
                    tier.size++;
                }
            }
            tiers.addAll(byPriority.values());
        }
    }

    /**
     * The same in another revision; this one is not used any more.
     *
     * @param revision the other
     * @param formerSlot the slot that a candidate had in this one, by its slot in the other; negative when it had none
     */
    public Outliers movedTo(GatewayRevision revision, IntUnaryOperator formerSlot) {
        Outliers moved = new Outliers(revision);
        for (int slot = 0; slot < moved.members.length; slot++) {
            Member member = member(formerSlot.applyAsInt(slot));
            if (member != null) {
                moved.members[slot] = member;
                moved.tierOf[slot].take(member);
            }
        }
        return moved;
    }

    /** Candidates of one model and priority. */
    private static final class Tier {
        private final List<Member> active = new ArrayList<>();
        private int size;
        private int last;
        private boolean dirty;

        /** Comes from another revision, whose tier may have had more places. */
        private void take(Member member) {
            active.add(member);
            dirty = true;
            boolean wasLast = member.counted;
            member.counted = false;
            if (wasLast && !admit(member)) {
                member.pardon();
            }
        }

        /** Takes a place among those that come last, when there is one. */
        private boolean admit(Member member) {
            if (!member.counted && last < size / 2) {
                member.counted = true;
                last++;
            }
            return member.counted;
        }

        private void release(Member member) {
            if (member.counted) {
                member.counted = false;
                last--;
            }
        }
    }

    private static final class Member {
        private final RecentOutcomes recent = new RecentOutcomes();
        private final LatencyEstimate latency = new LatencyEstimate();
        private int failures;
        private int ejections;
        private boolean wasEjected;
        private boolean wasSuspected;
        private boolean counted;
        private long ejectedUntil;
        private long suspectedUntil;

        private boolean isEjected(long now) {
            return wasEjected && ejectedUntil - now > 0;
        }

        private boolean isSuspected(long now) {
            return wasSuspected && suspectedUntil - now > 0;
        }

        private boolean isLast(long now) {
            return isEjected(now) || isSuspected(now);
        }

        private void pardon() {
            wasEjected = false;
            wasSuspected = false;
        }

        private void eject(long now) {
            long forgiven = wasEjected ? Math.max(0, now - ejectedUntil) / FORGIVEN.toNanos() : 0;
            ejections = (int) Math.max(0, ejections - forgiven) + 1;
            wasEjected = true;
            ejectedUntil = now + Math.min(EJECTION.toNanos() * ejections, LONGEST_EJECTION.toNanos());
            recent.clear();
        }

        private void suspect(long now) {
            int doublings = Math.min(failures - SUSPECT_AFTER, MOST_DOUBLINGS);
            wasSuspected = true;
            suspectedUntil = now + Math.min(FIRST_PENALTY.toNanos() << doublings, LONGEST_PENALTY.toNanos());
        }

        private boolean isSlow(double median) {
            return recent.timed() >= LEAST_TIMED
                    && recent.first() > SLOWER * median
                    && recent.first() - median > SLOW_FROM.toNanos();
        }
    }

    /**
     * An attempt is over. What says nothing about the candidate (the client's mistakes, limits) is not told.
     *
     * @param slot {@link Candidate#slot()}
     * @param ok whether it was served
     * @param firstNanos from the written request to the first byte of the answer; not above 0 when there was none
     */
    public void learn(int slot, boolean ok, long firstNanos, long now) {
        if (slot < 0 || slot >= members.length) {
            return;
        }
        Tier tier = tierOf[slot];
        Member member = members[slot];
        if (member == null) {
            member = new Member();
            members[slot] = member;
            tier.active.add(member);
        }
        tier.dirty = true;
        member.recent.add(ok, firstNanos, now);
        if (ok) {
            member.failures = 0;
            member.wasSuspected = false;
            if (!member.isEjected(now)) {
                tier.release(member);
            }
            if (firstNanos > 0) {
                member.latency.add(firstNanos / 1_000);
            }
        } else if (++member.failures >= SUSPECT_AFTER && tier.admit(member)) {
            member.suspect(now);
        }
    }

    /** Compares, where something was learned since the last time. To be called about once a second. */
    public void sweep(long now) {
        for (Tier tier : tiers) {
            if (tier.dirty) {
                sweep(tier, now);
            }
        }
    }

    private static void sweep(Tier tier, long now) {
        tier.last = 0;
        for (Member member : tier.active) {
            member.recent.advance(now);
            member.counted = member.isLast(now);
            tier.last += member.counted ? 1 : 0;
        }
        List<Member> judged = tier.active.stream()
                .filter(member -> !member.isEjected(now) && member.recent.all() >= LEAST)
                .sorted(Comparator.comparingDouble(member -> member.recent.rate()))
                .toList();
        ejectFailing(tier, judged, now);
        List<Member> timed = tier.active.stream()
                .filter(member -> !member.isEjected(now) && member.recent.timed() >= LEAST_TIMED)
                .sorted(Comparator.comparingDouble((Member member) -> -member.recent.first()))
                .toList();
        ejectSlow(tier, timed, now);
        tier.dirty = tier.last > 0;
    }

    private static void ejectFailing(Tier tier, List<Member> judged, long now) {
        if (judged.size() < 2) {
            return;
        }
        double[] rates =
                judged.stream().mapToDouble(member -> member.recent.rate()).toArray();
        double median = rates[rates.length / 2];
        double[] deviations = Arrays.stream(rates)
                .map(rate -> Math.abs(rate - median))
                .sorted()
                .toArray();
        double gap = Math.max(GAP_PERCENT / 100.0, 2 * deviations[(deviations.length - 1) / 2]);
        // Nobody is known to be perfect: as many outcomes as there were may hide one failure.
        long all = judged.stream().mapToLong(member -> member.recent.all()).sum();
        double expected = Math.min(median, (all + 1.0) / (all + 2.0));
        for (Member member : judged) {
            double rate = member.recent.rate();
            if (median - rate < gap || member.recent.all() * divergence(rate, expected) < NO_NOISE) {
                continue;
            }
            if (!tier.admit(member)) {
                return;
            }
            member.eject(now);
        }
    }

    /** Kullback and Leibler's, of one chance from another, in nats. */
    private static double divergence(double rate, double expected) {
        double ok = rate == 0 ? 0 : rate * Math.log(rate / expected);
        double failed = rate == 1 ? 0 : (1 - rate) * Math.log((1 - rate) / (1 - expected));
        return ok + failed;
    }

    private static void ejectSlow(Tier tier, List<Member> timed, long now) {
        if (timed.size() < 2) {
            return;
        }
        double median = timed.get(timed.size() / 2).recent.first();
        for (Member member : timed) {
            if (!member.isSlow(median) || !tier.admit(member)) {
                return;
            }
            member.eject(now);
        }
    }

    private @Nullable Member member(int slot) {
        return slot >= 0 && slot < members.length ? members[slot] : null;
    }

    /** Whether it comes last in its tier now. */
    public boolean isLast(int slot, long now) {
        Member member = member(slot);
        return member != null && member.isLast(now);
    }

    /** Part of its weight that counts, permille: less for a while after an ejection. */
    public int share(int slot, long now) {
        Member member = member(slot);
        if (member == null || !member.wasEjected) {
            return PoolSnapshot.WHOLE;
        }
        double part = Math.clamp((now - member.ejectedUntil) / (double) RETURN.toNanos(), 0, 1);
        return FIRST_SHARE + (int) ((PoolSnapshot.WHOLE - FIRST_SHARE) * part);
    }

    /** Share of its outcomes in the last minute that were good, permille; -1 when there were none. */
    public int successPermille(int slot, long now) {
        Member member = member(slot);
        if (member == null) {
            return -1;
        }
        member.recent.advance(now);
        return member.recent.all() == 0 ? -1 : (int) Math.round(member.recent.rate() * PoolSnapshot.WHOLE);
    }

    /** Its time to the first byte; null when it never had one told. */
    public @Nullable LatencyEstimate latency(int slot) {
        Member member = member(slot);
        return member == null ? null : member.latency;
    }
}
