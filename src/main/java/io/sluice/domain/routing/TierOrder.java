package io.sluice.domain.routing;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Strategy;

/**
 * Puts the candidates of a tier in order for one request after the other: those with room, those without, those that do worse;
 * each of these three in itself by {@link Strategy}. Only the first few are chosen one by one; the others follow in the files'
 * order from a random one on, so that they share what overflows. Used by one thread.
 */
final class TierOrder {
    /** How many are chosen; more are hardly ever asked. */
    static final int CHOSEN = 8;

    private final int[] heads = new int[CHOSEN];
    private final double[] costs = new double[CHOSEN];
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
        conversation = Hashes.mix(stickyHash);
        state = sticks ? conversation : Hashes.mix(seed);
    }

    private long random() {
        state = Hashes.next(state);
        return Hashes.mix(state);
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
        append(tier, tier.room(), plan);
        if (tier.room().size() > 0) {
            plan.foundRoom();
        }
        append(tier, tier.full(), plan);
        append(tier, tier.last(), plan);
    }

    private void append(Tier tier, Group group, Plan plan) {
        if (group.size() <= 1) {
            group.appendTo(plan);
        } else if (fills) {
            fill(tier, group, plan);
        } else {
            int chosen = sticks ? rendezvous(group) : draw(tier, group);
            int start = (int) Math.unsignedMultiplyHigh(random(), group.size());
            group.appendTo(plan, heads, chosen, start);
        }
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
        double lot = Hashes.unit(Hashes.number(Hashes.mix(draw ^ group.id(i))));
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
        for (int i = 2; i < CHOSEN; i++) {
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
        int chosen = 0;
        double worst = Double.POSITIVE_INFINITY;
        long least = 0;
        for (int i = 0; i < group.size(); i++) {
            long number = Hashes.number(Hashes.mix(conversation ^ group.id(i)));
            // Most are passed here: not even with the largest weight would they be among the best.
            if (number < least) {
                continue;
            }
            double cost = -Math.log(Hashes.unit(number)) / group.weight(i);
            if (cost < worst) {
                chosen = insert(i, cost, chosen);
                if (chosen == CHOSEN) {
                    worst = costs[CHOSEN - 1];
                    // −ln u is never below 1 − u.
                    least = Hashes.floor(1 - worst * group.mostWeight());
                }
            }
        }
        return chosen;
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
