package io.sluice.domain.health;

import java.time.Duration;

/**
 * The way back of an account that is out. Used by one thread; times are monotonic nanoseconds.
 *
 * <pre>
 *   WAITING ─its time─▶ PROBING ─works─▶ TRIAL ─served─▶ (back, with a ramp)
 *      ▲                   │                │
 *      └───refused─────────┴────failed──────┘   later each time
 * </pre>
 */
final class Recovery {
    private static final int MOST_DOUBLINGS = 12;
    private static final int JITTER = 250;
    private static final int WHOLE = 1_000;

    /** Where it stands. */
    enum Phase {
        /** Until its time. */
        WAITING,
        /** The provider is asked. */
        PROBING,
        /** One request of a client is to show it. */
        TRIAL
    }

    private final Duration first;
    private final Duration most;
    private Phase phase = Phase.WAITING;
    private int tries;
    private long dueNanos;

    /**
     * Waits for its first time.
     *
     * @param first how long
     * @param most longest time between two tries
     * @param from nothing is tried before this long, whatever else counts
     * @param tries how often it was tried in vain before, because it came back and went again
     */
    Recovery(Duration first, Duration most, Duration from, int tries, long now, long random) {
        this.first = first;
        this.most = most;
        this.tries = tries;
        Duration next = next();
        wait(from.compareTo(next) > 0 ? from : next, now, random);
    }

    /** How often it was tried in vain. */
    int tries() {
        return tries;
    }

    private Duration next() {
        Duration longer = first.multipliedBy(1L << Math.min(tries, MOST_DOUBLINGS));
        return longer.compareTo(most) > 0 ? most : longer;
    }

    Phase phase() {
        return phase;
    }

    /** When it is tried next; only while it waits. */
    long dueNanos() {
        return dueNanos;
    }

    boolean isDue(long now) {
        return phase == Phase.WAITING && dueNanos - now <= 0;
    }

    /** A human wants it tried at once. */
    void atOnce(long now) {
        if (phase == Phase.WAITING) {
            dueNanos = now;
        }
    }

    void enter(Phase next) {
        phase = next;
    }

    /** It could not be tried. */
    void again(long now, long random) {
        phase = Phase.WAITING;
        wait(first, now, random);
    }

    /** It does not work yet. */
    void failed(long now, long random) {
        tries++;
        phase = Phase.WAITING;
        wait(next(), now, random);
    }

    /** A quarter of it at random: accounts that died together do not come back together. */
    private void wait(Duration pause, long now, long random) {
        dueNanos = now + pause.toNanos() / WHOLE * (WHOLE + Math.floorMod(random, JITTER + 1));
    }
}
