package io.sluice.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Function;

/** Stands where a node has no database: everything fails with {@link NoStore}. */
public final class NoDatabase implements Database {
    @Override
    public boolean isUp() {
        return false;
    }

    @Override
    public <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
        return Future.failedFuture(new NoStore());
    }

    @Override
    public <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
        return Future.failedFuture(new NoStore());
    }
}
