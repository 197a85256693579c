package io.sluice.domain.notice;

import java.time.Duration;

/** How many messages a sink takes: a bucket that a minute fills. For one thread. */
final class MessageRate {
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private int perMinute;
    private long stockNanos = MINUTE_NANOS;
    private long sinceNanos;
    private boolean begun;

    MessageRate(int perMinute) {
        this.perMinute = perMinute;
    }

    /** Another rate from now on. */
    void perMinute(int next) {
        perMinute = next;
    }

    /** Takes one message out, when there is one. */
    boolean take(long now) {
        if (begun) {
            stockNanos = Math.min(MINUTE_NANOS, stockNanos + Math.max(now - sinceNanos, 0));
        }
        begun = true;
        sinceNanos = now;
        long price = MINUTE_NANOS / perMinute;
        if (stockNanos < price) {
            return false;
        }
        stockNanos -= price;
        return true;
    }
}
