package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The ledger's database as the node's parts see it. Safe to use from any context; a future completes on the context of its
 * caller. While the database does not answer, everything fails at once with {@link StoreUnavailable}, and nothing piles up.
 */
public interface Database {
    /** Whether it answered when it was last asked. */
    boolean isUp();

    /**
     * Works on one connection, each statement by itself.
     *
     * @param work what is done; its connection goes back when its future completes
     * @return what the work gives; fails with {@link StoreUnavailable} or what the work fails with
     */
    <T> Future<T> use(Function<SqlConnection, Future<T>> work);

    /**
     * Works in one transaction: committed when the work succeeds, rolled back when it fails.
     *
     * @param work what is done
     * @return what the work gives, after the commit; fails with {@link StoreUnavailable} or what the work fails with
     */
    <T> Future<T> transaction(Function<SqlConnection, Future<T>> work);

    /**
     * The same for work that takes longer than others: exports, maintenance.
     *
     * @param atMost the most that the work, and each of its statements, may take
     * @param work what is done
     */
    default <T> Future<T> transaction(Duration atMost, Function<SqlConnection, Future<T>> work) {
        return transaction(work);
    }

    /**
     * Tells when it goes and when it comes back.
     *
     * @param listener told true or false at each change, on a context of the database's own; must not block
     */
    default void whenChanged(Consumer<Boolean> listener) {}
}
