package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
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
}
