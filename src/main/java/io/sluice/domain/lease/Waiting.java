package io.sluice.domain.lease;

import io.sluice.domain.quota.Estimate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that waits for room. */
final class Waiting {
    /** A class is worth so much waiting: who waited longer is served as if of the next class. */
    private static final long RAISE = 5_000_000_000L;

    final Requester requester;
    final KeyLine line;
    final long sequence;
    final long from;
    /** What its key paid at an earlier attempt; null when it pays with this one. */
    final @Nullable Debit paid;
    /** Where it is told: its key's scopes and those of its target. */
    final List<ScopeLease> scopes = new ArrayList<>(4);
    /** Index of the candidate that it waits for. */
    int target;
    /** How many of these are its key's; they come first. */
    int ofKey;
    /** What it asks of its key, a guess cut to the limits. */
    Estimate keyUnits;
    /** What it asks of its target, a guess cut to the limits. */
    Estimate units;
    /** How often it asked the group. */
    int asked;
    /** Whether it does not know yet where it will have room first. */
    boolean isLooking;

    /** Whether it was told to wait, for room that should come in time. */
    boolean isAccepted;

    boolean over;

    private int rank;
    private int priority;
    private long waited;

    Waiting(Requester requester, KeyLine line, long sequence, long from, @Nullable Debit paid) {
        this.requester = requester;
        this.line = line;
        this.sequence = sequence;
        this.from = from;
        this.paid = paid;
        this.keyUnits = requester.estimate();
        this.units = requester.estimate();
    }

    /** One virtual key's requests. */
    static final class KeyLine {
        final String key;
        /** Those that wait, oldest first. */
        final List<Waiting> members = new ArrayList<>();

        private long servedAt = Long.MIN_VALUE;
        private long served = Long.MIN_VALUE;
        private int passed;
        private long pass;

        KeyLine(String key) {
            this.key = key;
        }

        void join(Waiting waiting) {
            int at = members.size();
            while (at > 0 && members.get(at - 1).requester.since() > waiting.requester.since()) {
                at--;
            }
            members.add(at, waiting);
        }

        /** One of it was served: those behind it begin anew to wait for the key's next turn. */
        void serve(long now, long sequence) {
            servedAt = now;
            served = sequence;
        }
    }

    /** Takes its place in an order; called for all that wait in a scope, oldest first. */
    void rank(long now, long pass) {
        if (line.pass != pass) {
            line.pass = pass;
            line.passed = 0;
        }
        rank = line.passed++;
        long since = requester.since();
        waited = Math.max(0, now - (sequence > line.served ? Math.max(since, line.servedAt) : since));
        priority = requester.priority() + (rank == 0 ? (int) Math.min(1_000_000, waited / RAISE) : 0);
    }

    /** Whether it is probably served before another one that has so many of its own key before it; ranks may be a little old. */
    boolean isWithin(int others, Waiting other) {
        return priority > other.requester.priority()
                || priority == other.requester.priority()
                        && (line == other.line ? sequence < other.sequence : rank <= others);
    }

    /** Whether it goes before another one. */
    boolean before(Waiting other) {
        if (priority != other.priority) {
            return priority > other.priority;
        }
        if (rank != other.rank) {
            return rank < other.rank;
        }
        return waited != other.waited ? waited > other.waited : sequence < other.sequence;
    }

    WaitingRequest told(ScopeLease scope) {
        return new WaitingRequest(priority, rank, waited, Units.of(in(scope)));
    }

    /** What it asks of a scope. */
    Estimate in(ScopeLease scope) {
        for (int i = 0; i < ofKey; i++) {
            if (scopes.get(i) == scope) {
                return keyUnits;
            }
        }
        return units;
    }

    void addTo(long[] sum, ScopeLease scope) {
        Estimate asked = in(scope);
        for (int d = 0; d < sum.length; d++) {
            sum[d] += asked.units(ScopeLease.DIMENSIONS[d]);
        }
    }
}
