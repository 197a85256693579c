package io.sluice.keys;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** How old what is known is. Used by one thread. */
final class KeyAge {
    private final Duration most;
    private final InstantSource clock;
    private @Nullable Instant confirmed;

    KeyAge(Duration most, InstantSource clock) {
        this.most = most;
        this.clock = clock;
    }

    /** It is the database's now. */
    void confirm() {
        confirmed = clock.instant();
    }

    /** It was the database's then. */
    void confirm(Instant then) {
        confirmed = then;
    }

    /** When it last was the database's; null when nothing is known. */
    @Nullable
    Instant confirmed() {
        return confirmed;
    }

    /** How long ago that was; not a number when nothing is known. A clock that was set back makes nothing younger than new. */
    double seconds() {
        Instant last = confirmed;
        return last == null
                ? Double.NaN
                : Math.max(0, Duration.between(last, clock.instant()).toMillis() / 1e3);
    }

    /** Whether it may not be trusted any more. */
    boolean isTooOld() {
        Instant last = confirmed;
        return last == null || Duration.between(last, clock.instant()).compareTo(most) > 0;
    }
}
