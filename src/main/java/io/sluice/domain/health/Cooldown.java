package io.sluice.domain.health;

import java.time.Duration;

/**
 * When somebody comes back who was asked to slow down. A later end stands; an earlier one takes its place only when the
 * provider named it and what stands is a guess, and never goes before what it named earlier. Used by one thread; times are monotonic nanoseconds.
 *
 * <pre>
 *   free ─slow down─▶ cooling ─its instant─▶ free ─slow down─▶ cooling (a strike more: a guess is twice as long)
 *                                              └─success─▶ no strikes
 * </pre>
 */
final class Cooldown {
    /** The first guess; doubled with each strike. */
    static final Duration GUESS = Duration.ofSeconds(10);

    /** The longest guess. */
    static final Duration LONGEST_GUESS = Duration.ofMinutes(10);

    /** The longest of all, whatever the provider says. */
    static final Duration LONGEST = Duration.ofHours(24);

    /** The shortest: who names no time at all between two refusals would be asked in a tight loop. */
    static final Duration SHORTEST = Duration.ofMillis(250);

    /** The longest that strikes alone make a named time: a provider may refuse for ever, and say "now" each time. */
    static final Duration LONGEST_FLOOR = Duration.ofSeconds(30);

    private static final int PATIENCE = 2;
    private static final int MOST_DOUBLINGS = 10;
    private static final int JITTER_FROM = 50;
    private static final int JITTER_TO = 200;
    private static final int WHOLE = 1_000;

    private boolean on;
    private boolean isNamed;
    private long namedUntil;
    private long until;
    private long since;
    private int strikes;

    /**
     * The provider asks to slow down.
     *
     * @param pause what it named, or a rule's guess; zero for neither
     * @param exact whether it named the instant
     * @param random any number, for the jitter of guesses
     * @return whether that changed when it comes back
     */
    boolean slowDown(Duration pause, boolean exact, long now, long random) {
        boolean again = isOn(now);
        if (!again) {
            strikes++;
        }
        long nanos;
        if (exact) {
            nanos = Math.max(pause.toNanos(), floor().toNanos());
        } else {
            Duration first = pause.isPositive() ? pause : GUESS;
            Duration guess = doubled(first, Math.max(0, strikes - 1));
            nanos = guess.toNanos()
                    / WHOLE
                    * (WHOLE + JITTER_FROM + Math.floorMod(random, JITTER_TO - JITTER_FROM + 1));
        }
        return take(now + Math.min(nanos, LONGEST.toNanos()), exact, now);
    }

    /** An instant from another node. */
    boolean told(long untilNanos, boolean exact, long now) {
        long most = now + LONGEST.toNanos();
        return untilNanos - now > 0 && take(untilNanos - most > 0 ? most : untilNanos, exact, now);
    }

    private boolean take(long end, boolean exact, long now) {
        boolean cooling = isOn(now);
        boolean wasNamed = cooling && isNamed && namedUntil - now > 0;
        if (exact) {
            namedUntil = wasNamed && namedUntil - end > 0 ? namedUntil : end;
        }
        isNamed = exact || wasNamed;
        // What the provider names takes the place of a guess, but not of what it named before.
        long next = exact ? namedUntil : end;
        if (cooling && !exact && until - end >= 0 || cooling && next == until) {
            return false;
        }
        if (!cooling && (strikes <= 1 || now - since <= 0)) {
            since = now;
        }
        on = true;
        until = next;
        return true;
    }

    private Duration floor() {
        Duration floor = strikes <= PATIENCE ? SHORTEST : doubled(Duration.ofSeconds(1), strikes - PATIENCE - 1);
        return floor.compareTo(LONGEST_FLOOR) > 0 ? LONGEST_FLOOR : floor;
    }

    private static Duration doubled(Duration first, int times) {
        Duration longer = first.multipliedBy(1L << Math.min(times, MOST_DOUBLINGS));
        Duration most = first.compareTo(LONGEST_GUESS) > 0 ? first : LONGEST_GUESS;
        return longer.compareTo(most) > 0 ? most : longer;
    }

    /** It served a request. */
    void succeeded() {
        strikes = 0;
    }

    /** A human ends it. */
    void clear() {
        on = false;
        strikes = 0;
    }

    boolean isOn(long now) {
        if (on && until - now <= 0) {
            on = false;
        }
        return on;
    }

    /** When it comes back; only while {@link #isOn}. */
    long until() {
        return until;
    }

    /** Since when it cools without having served in between; only while {@link #isOn}. */
    long since() {
        return since;
    }

    /** Whether the provider named the instant. */
    boolean isNamed() {
        return isNamed && namedUntil == until;
    }
}
