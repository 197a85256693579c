package io.sluice.simulator;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What one account has used in an exact rolling window, and whether more fits. Refused requests use nothing. Not
 * thread-safe: the owner locks.
 */
final class RollingLimit {
    private final long windowNanos;
    private final ArrayDeque<Use> uses = new ArrayDeque<>();
    private CredentialScript.Limits limits = CredentialScript.Limits.NONE;
    private long requests;
    private long tokens;

    RollingLimit(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** One request that was let in. */
    static final class Use {
        private final long at;
        private long tokens;
        private boolean returned;
        private boolean passed;

        private Use(long at) {
            this.at = at;
        }
    }

    /** Changes the limits; what was used stays used. */
    void set(CredentialScript.Limits value) {
        limits = value;
    }

    /**
     * Counts a request.
     *
     * @param now nanoseconds, never less than at the call before
     * @return the use, or null when the window holds as many requests as are allowed
     */
    @Nullable
    Use enter(long now) {
        moveTo(now);
        if (limits.requests() > 0 && requests >= limits.requests()) {
            return null;
        }
        Use use = new Use(now);
        if (limits.requests() > 0 || limits.tokens() > 0) {
            uses.addLast(use);
            requests++;
        } else {
            use.passed = true;
        }
        return use;
    }

    /** Charges a request's tokens, or gives its place back and says false when they do not fit. */
    boolean charge(Use use, long wanted, long now) {
        moveTo(now);
        if (limits.tokens() > 0 && tokens + wanted > limits.tokens()) {
            if (!use.passed) {
                use.returned = true;
                requests--;
            }
            return false;
        }
        settle(use, wanted);
        return true;
    }

    /** Replaces what a request was charged by what it used. */
    void settle(Use use, long used) {
        if (!use.passed) {
            tokens += used - use.tokens;
            use.tokens = used;
        }
    }

    /** Lets time pass. */
    void moveTo(long now) {
        for (Use use = uses.peekFirst(); use != null && use.at <= now - windowNanos; use = uses.peekFirst()) {
            uses.removeFirst();
            use.passed = true;
            requests -= use.returned ? 0 : 1;
            tokens -= use.tokens;
        }
    }

    /** Nanoseconds until one more request fits. */
    long requestWait(long now) {
        long excess = requests + 1 - limits.requests();
        for (Use use : uses) {
            if (!use.returned && --excess <= 0) {
                return use.at + windowNanos - now;
            }
        }
        return 0;
    }

    /** Nanoseconds until so many tokens fit; a whole window when they never do. */
    long tokenWait(long wanted, long now) {
        long excess = tokens + wanted - limits.tokens();
        for (Use use : uses) {
            excess -= use.tokens;
            if (excess <= 0) {
                return use.at + windowNanos - now;
            }
        }
        return windowNanos;
    }

    /** Nanoseconds until the account is unused; 0 when it is. */
    long untilUnused(long now) {
        for (Iterator<Use> newest = uses.descendingIterator(); newest.hasNext(); ) {
            Use use = newest.next();
            if (!use.returned) {
                return use.at + windowNanos - now;
            }
        }
        return 0;
    }

    CredentialScript.Limits limits() {
        return limits;
    }

    long requests() {
        return requests;
    }

    long tokens() {
        return tokens;
    }
}
