package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** Lets few questions at a time through, so that they cannot take the ledger's connections. On one event loop. */
final class UsageGate {
    private static final int MOST_AT_ONCE = 2;
    private static final int MOST_WAITING = 32;

    private final Deque<Promise<Void>> waiting = new ArrayDeque<>();
    private int running;

    /** Does something when it is its turn; fails with {@link UsageTooMuch} when too many wait. */
    <T> Future<T> pass(Supplier<Future<T>> work) {
        if (running < MOST_AT_ONCE) {
            running++;
            return work.get().onComplete(done -> next());
        }
        if (waiting.size() >= MOST_WAITING) {
            return Future.failedFuture(new UsageTooMuch(true));
        }
        Promise<Void> turn = Promise.promise();
        waiting.add(turn);
        return turn.future().compose(mine -> work.get().onComplete(done -> next()));
    }

    private void next() {
        Promise<Void> turn = waiting.poll();
        if (turn == null) {
            running--;
        } else {
            turn.complete();
        }
    }
}
