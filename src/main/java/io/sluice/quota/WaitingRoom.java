package io.sluice.quota;

import io.sluice.config.QueueConfig;
import io.sluice.domain.pool.Candidate;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReserveQuota;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait for room. Larger priority classes go first; inside a class virtual keys take turns, and the requests of
 * one key keep their order. A small request may pass one that does not fit yet, but not for longer than {@link #PASSING}:
 * after that, nothing that asks for the same model does.
 *
 * <p>Bounded in requests and bytes. Used on the quota verticle's event loop.
 */
final class WaitingRoom {
    /** How long smaller requests may pass one that waits. */
    static final Duration PASSING = Duration.ofSeconds(5);

    private static final Comparator<Waiting> TURN = Comparator.comparingInt(
                    (Waiting w) -> -w.request.waiter().priority())
            .thenComparingInt(w -> w.rank)
            .thenComparingLong(w -> w.sinceNanos);

    private final QueueConfig bounds;
    private final List<Waiting> waiting = new ArrayList<>();
    private long bytes;

    WaitingRoom(QueueConfig bounds) {
        this.bounds = bounds;
    }

    /** One who waits. */
    static final class Waiting {
        final ReserveQuota request;
        final long sinceNanos;
        final Promise<QuotaDecision> answer = Promise.promise();
        private int rank;

        private Waiting(ReserveQuota request, long sinceNanos) {
            this.request = request;
            this.sinceNanos = sinceNanos;
        }
    }

    /** Tries to serve one who waits. */
    @FunctionalInterface
    interface Service {
        /**
         * Tries.
         *
         * @return whether it was answered, granted or not
         */
        boolean serve(Waiting one);
    }

    /**
     * Lets a request wait.
     *
     * @return null when there is no room to wait in
     */
    @Nullable
    Waiting enter(ReserveQuota request, long now) {
        long size = request.waiter().bytes();
        if (waiting.size() >= bounds.requests() || bytes + size > bounds.bytes()) {
            return null;
        }
        Waiting one = new Waiting(request, now);
        waiting.add(one);
        bytes += size;
        return one;
    }

    /** Takes a request out; null when it does not wait. */
    @Nullable
    Waiting leave(long ticket) {
        for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
            Waiting one = each.next();
            if (one.request.waiter().ticket() == ticket) {
                each.remove();
                bytes -= one.request.waiter().bytes();
                return one;
            }
        }
        return null;
    }

    /** Lets everybody try in turn; who is answered leaves. */
    void serve(long now, Service service) {
        if (waiting.isEmpty()) {
            return;
        }
        rank();
        Set<String> closed = new HashSet<>();
        List<Waiting> left = new ArrayList<>(waiting.size());
        for (Waiting one : List.copyOf(waiting)) {
            String model = model(one.request.candidates());
            boolean late = now - one.request.deadlineNanos() >= 0;
            if ((late || !closed.contains(model)) && service.serve(one)) {
                bytes -= one.request.waiter().bytes();
                continue;
            }
            left.add(one);
            if (now - one.sinceNanos >= PASSING.toNanos()) {
                closed.add(model);
            }
        }
        waiting.clear();
        waiting.addAll(left);
    }

    private void rank() {
        Map<String, Integer> ofKey = new HashMap<>();
        waiting.sort(Comparator.comparingLong(one -> one.sinceNanos));
        waiting.forEach(one -> one.rank = ofKey.merge(one.request.waiter().key(), 1, Integer::sum));
        waiting.sort(TURN);
    }

    private static String model(List<Candidate> candidates) {
        return candidates.getFirst().model();
    }

    int size() {
        return waiting.size();
    }

    long bytes() {
        return bytes;
    }
}
