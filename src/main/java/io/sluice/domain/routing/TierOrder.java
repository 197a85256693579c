package io.sluice.domain.routing;

import io.sluice.domain.SplitMix;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Strategy;

/**
 * Puts the candidates of a tier in order for one request after the other: those with room, those without, those that do worse;
 * each of these three in itself by {@link Strategy}. Only the first few are chosen one by one; the others follow in the files'
 * order from a random one on, so that they share what overflows. Used by one thread.
 */
final class TierOrder {
    /** How many of a conversation's are chosen; more are hardly ever asked. */
    static final int CHOSEN = 6;

    /** How many are drawn where nothing sticks. */
    private static final int DRAWN = 4;

    /** How many a bound is to let through that are then compared; less than {@link #CHOSEN} in one of a thousand cases. */
    private static final double ENOUGH = 16;

    private final int[] heads = new int[CHOSEN];
    private final double[] costs = new double[CHOSEN];
    private int[] sieved = {};
    private boolean fills;
    private boolean sticks;
    private long conversation;
    private long state;

    /**
     * The next request.
     *
     * @param strategy how its model's accounts share the load
     * @param stickyHash what it sticks to; 0 for nothing
     * @param seed a random number
     */
    void begin(Strategy strategy, long stickyHash, long seed) {
        fills = strategy == Strategy.FILL;
        sticks = stickyHash != 0;
        conversation = SplitMix.mix(stickyHash);
        state = sticks ? conversation : SplitMix.mix(seed);
    }

    private long random() {
        state = SplitMix.next(state);
        return SplitMix.mix(state);
    }

    /** Whether all with room have only just come back, and it is not this request's turn to go to them. */
    boolean spares(Tier tier) {
        Group room = tier.room();
        return room.size() > 0
                && room.mostShare() < PoolSnapshot.WHOLE
                && Hashes.unit(Hashes.number(random())) * PoolSnapshot.WHOLE >= room.mostShare();
    }

    /** Appends all that may serve. */
    void append(Tier tier, Plan plan) {
        int before = 0;
        before += append(tier, tier.room(), before, plan);
        if (before > 0) {
            plan.foundRoom();
        }
        before += append(tier, tier.full(), before, plan);
        append(tier, tier.last(), before, plan);
    }

    /**
     * Appends those that stand alike.
     *
     * @param before how many of the tier there are before them: with enough of these, chance is good enough
     */
    private int append(Tier tier, Group group, int before, Plan plan) {
        if (group.size() <= 1) {
            group.appendTo(plan);
        } else if (fills) {
            fill(tier, group, plan);
        } else {
            int chosen = before >= CHOSEN ? 0 : sticks ? rendezvous(group) : draw(tier, group);
            int start = (int) Math.unsignedMultiplyHigh(random(), group.size());
            group.appendTo(plan, heads, chosen, start);
        }
        return group.size();
    }

    /** The files' order; who came back is passed over as often as its share is not whole. */
    private void fill(Tier tier, Group group, Plan plan) {
        if (!group.isPartial()) {
            group.appendTo(plan);
            return;
        }
        long draw = random();
        for (int i = 0; i < group.size(); i++) {
            if (isTurn(tier, group, i, draw)) {
                plan.add(group.candidate(i));
            }
        }
        for (int i = 0; i < group.size(); i++) {
            if (!isTurn(tier, group, i, draw)) {
                plan.add(group.candidate(i));
            }
        }
    }

    private static boolean isTurn(Tier tier, Group group, int i, long draw) {
        double lot = Hashes.unit(Hashes.number(SplitMix.mix(draw ^ group.id(i))));
        return lot * PoolSnapshot.WHOLE < tier.share(group.position(i));
    }

    /**
     * Power of two choices (Mitzenmacher 2001): two are drawn by weight, and the better wins. It wins by lot, with odds of the
     * squares of the scores: with certainty, one that is faster by a hair would take all of its rival's requests until the
     * next report, and a slow one would never be seen to have become fast.
     */
    private int draw(Tier tier, Group group) {
        int one = group.draw(random());
        int other = group.draw(random());
        heads[0] = one;
        int chosen = 1;
        if (one != other) {
            double first = square(tier.score(group.position(one)));
            double second = square(tier.score(group.position(other)));
            boolean wins = Hashes.unit(Hashes.number(random())) * (first + second) < first;
            heads[0] = wins ? one : other;
            heads[1] = wins ? other : one;
            chosen = 2;
        }
        for (int i = 2; i < DRAWN; i++) {
            int next = group.draw(random());
            if (!isChosen(next, chosen)) {
                heads[chosen++] = next;
            }
        }
        return chosen;
    }

    private boolean isChosen(int candidate, int chosen) {
        for (int i = 0; i < chosen; i++) {
            if (heads[i] == candidate) {
                return true;
            }
        }
        return false;
    }

    private static double square(double score) {
        return score * score;
    }

    /**
     * Weighted rendezvous hashing (Thaler, Ravishankar 1998; weights by −ln u ÷ w, the smallest first): a conversation's hash and an
     * account's id give the same order on every node without a table, and an account that comes or goes moves only its own share.
     */
    private int rendezvous(Group group) {
        // Of all together, so many as ENOUGH cost less than this on average.
        double bound = ENOUGH / group.totalWeight();
        int chosen = rendezvous(group, bound);
        while (chosen < Math.min(CHOSEN, group.size())) {
            bound *= 8;
            chosen = rendezvous(group, bound);
        }
        return chosen;
    }

    /** The best of those that cost less than a bound. */
    private int rendezvous(Group group, double bound) {
        // −ln u is never below 1 − u: who is passed over here costs more, even with the largest weight.
        int count = sieve(group, Hashes.floor(1 - bound * group.mostWeight()));
        int chosen = 0;
        for (int k = 0; k < count; k++) {
            int i = sieved[k];
            double unit = Hashes.unit(Hashes.number(SplitMix.mix(conversation ^ group.id(i))));
            long weight = group.weight(i);
            if (1 - unit < bound * weight) {
                double cost = -Math.log(unit) / weight;
                if (cost < bound && (chosen < CHOSEN || cost < costs[CHOSEN - 1])) {
                    chosen = insert(i, cost, chosen);
                }
            }
        }
        return chosen;
    }

    /** Notes whose number is large enough. Everybody is written down, and most are written over: that is faster than to ask. */
    private int sieve(Group group, long least) {
        int size = group.size();
        if (sieved.length < size) {
            sieved = new int[Math.max(size, 2 * sieved.length)];
        }
        int[] passed = sieved;
        long[] ids = group.ids();
        long key = conversation;
        int count = 0;
        for (int i = 0; i < size; i++) {
            passed[count] = i;
            count += Hashes.number(SplitMix.mix(key ^ ids[i])) >= least ? 1 : 0;
        }
        return count;
    }

    private int insert(int candidate, double cost, int chosen) {
        int at = Math.min(chosen, CHOSEN - 1);
        while (at > 0 && costs[at - 1] > cost) {
            costs[at] = costs[at - 1];
            heads[at] = heads[at - 1];
            at--;
        }
        costs[at] = cost;
        heads[at] = candidate;
        return Math.min(chosen + 1, CHOSEN);
    }
}
