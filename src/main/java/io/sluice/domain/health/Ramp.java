package io.sluice.domain.health;

import java.time.Duration;

/** The growing share of requests of an account that came back. Used by one thread; times are monotonic nanoseconds. */
final class Ramp {
    /** Share at the beginning, permille. */
    static final int FIRST = 100;

    private long since;
    private long length;

    /** It came back now. */
    void start(Duration time, long now) {
        since = now;
        length = time.toNanos();
    }

    /** Whether its share still grows. */
    boolean isOn(long now) {
        if (length > 0 && now - since >= length) {
            length = 0;
        }
        return length > 0;
    }

    /** Its share, permille: from {@link #FIRST} to the whole in equal steps of time. */
    int share(long now) {
        return isOn(now)
                ? FIRST + (int) ((PoolSnapshot.WHOLE - FIRST) * ((double) (now - since) / length))
                : PoolSnapshot.WHOLE;
    }
}
