package io.sluice.provider;

import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.SlidingWindow;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.WrittenLate;

/**
 * Watches how long a written request takes to leave, and has it charged again when that is too long. A provider may count
 * it at any moment between the write and the end of its body, and windows know the former only; they allow for half
 * their guard on the way here, and for the other half behind the socket.
 *
 * <p>A body that is long on its way is charged again twice a window, so that one of its charges counts at every moment.
 * Used on the lane's event loop.
 */
final class LateWrite {
    private static final long MINUTE = 60_000_000_000L;

    private final Bus bus;
    private final long reservation;
    private final long windowNanos;
    private long chargedAtNanos;
    private boolean over;

    /**
     * A request that was just written.
     *
     * @param bus to quota
     * @param candidate whose limits it was charged to
     * @param reservation its number
     * @param writtenAtNanos monotonic
     */
    LateWrite(Bus bus, Candidate candidate, long reservation, long writtenAtNanos) {
        this.bus = bus;
        this.reservation = reservation;
        this.windowNanos = shortestWindow(candidate);
        this.chargedAtNanos = writtenAtNanos;
    }

    private static long shortestWindow(Candidate candidate) {
        return candidate.scopes().stream()
                .flatMap(scope -> scope.limits().windows().stream())
                .mapToLong(limit -> limit.window().toNanos())
                .min()
                .orElse(MINUTE);
    }

    /** It is still on its way. */
    void check(long now) {
        if (!over && now - chargedAtNanos > windowNanos / 2) {
            charge(now);
        }
    }

    /** The network has all of it, or nothing more goes out. Only the first call counts. */
    void left(long now) {
        if (!over) {
            over = true;
            if (now - chargedAtNanos > SlidingWindow.guardNanos(windowNanos) / 2) {
                charge(now);
            }
        }
    }

    private void charge(long now) {
        chargedAtNanos = now;
        bus.send(Address.QUOTA_WRITTEN_LATE, new WrittenLate(reservation, now));
    }
}
