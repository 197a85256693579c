package io.sluice.store;

import io.sluice.config.StoreUse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to a database from when it was found to be there until it is found to be away; then all of them are thrown
 * away with it. One is kept apart and asks each second whether the server is still there, so that a server that is frozen, or
 * whose host is gone, is noticed whatever else happens.
 */
final class PgLink {
    private static final Logger LOG = LoggerFactory.getLogger(PgLink.class);
    private static final Duration ASK_EVERY = Duration.ofSeconds(1);
    private static final Duration LONGEST_PREPARATION = Duration.ofMinutes(30);
    private static final int MOST_WAITING = 1_000;
    private static final int IDLE_MINUTES = 5;

    private final Vertx vertx;
    private final StoreUse use;
    private final Pool pool;
    private final Promise<Void> lost = Promise.promise();
    private volatile @Nullable SqlConnection watch;

    private PgLink(Vertx vertx, PgConnectOptions target, StoreUse use) {
        this.vertx = vertx;
        this.use = use;
        this.pool = PgBuilder.pool()
                .with(new PoolOptions()
                        .setMaxSize(use.connections() + 1)
                        .setMaxWaitQueueSize(MOST_WAITING)
                        .setIdleTimeout(IDLE_MINUTES)
                        .setIdleTimeoutUnit(TimeUnit.MINUTES)
                        // The library's own timer fails in a closed pool; there are ours.
                        .setConnectionTimeout(0))
                .with(new NetClientOptions()
                        .setConnectTimeout((int) use.connectTimeout().toMillis())
                        .setTcpKeepAlive(true)
                        .setTcpNoDelay(true))
                .connectingTo(target)
                .using(vertx)
                .build();
    }

    /**
     * Connects. Called on the context that is to watch.
     *
     * @param prepare what is done on the first connection before anything else is
     * @return the open link; fails with {@link StoreUnavailable} or what the preparation fails with
     */
    static Future<PgLink> open(
            Vertx vertx, PgConnectOptions target, StoreUse use, Function<SqlConnection, Future<Void>> prepare) {
        PgLink link = new PgLink(vertx, target, use);
        return link.within(use.connectTimeout(), "no connection", link.pool.getConnection())
                .compose(connection -> link.within(
                                LONGEST_PREPARATION, "no end of the migration", prepare.apply(connection))
                        .map(done -> link.watch(connection)))
                .recover(failure -> {
                    link.close("it was not opened");
                    return Future.failedFuture(StoreFailures.of(failure));
                });
    }

    private <T> Future<T> within(Duration atMost, String otherwise, Future<T> future) {
        Promise<T> promise = Promise.promise();
        long timer = vertx.setTimer(
                atMost.toMillis(),
                id -> promise.tryFail(new StoreUnavailable(otherwise + " within " + atMost.toMillis() + " ms")));
        future.onComplete((value, failure) -> {
            vertx.cancelTimer(timer);
            if (failure == null) {
                promise.tryComplete(value);
            } else {
                promise.tryFail(failure);
            }
        });
        return promise.future();
    }

    /** Fails, with the reason, when the database is found to be away or the link is closed. */
    Future<Void> lost() {
        return lost.future();
    }

    /** Ends all its connections, whatever they are doing. */
    void close(String reason) {
        if (lost.tryFail(new StoreUnavailable(reason))) {
            pool.close().onFailure(failure -> LOG.debug("while closing", failure));
        }
    }

    // --- watching --------------------------------------------------------------------------------------------------

    private PgLink watch(SqlConnection connection) {
        watch = connection;
        connection.closeHandler(closed -> close("the server closed the connection"));
        connection.exceptionHandler(failure -> close(StoreFailures.text(failure)));
        ask(connection);
        return this;
    }

    private void ask(SqlConnection connection) {
        if (!lost.future().isComplete()) {
            within(
                            use.connectTimeout(),
                            "no answer",
                            connection.query("SELECT 1").execute())
                    .onSuccess(answer -> vertx.setTimer(ASK_EVERY.toMillis(), id -> ask(connection)))
                    .onFailure(failure -> close(StoreFailures.text(failure)));
        }
    }

    // --- using -----------------------------------------------------------------------------------------------------

    <T> Future<T> use(Duration atMost, Function<SqlConnection, Future<T>> work) {
        Promise<T> result = Promise.promise();
        AtomicReference<@Nullable SqlConnection> used = new AtomicReference<>();
        long timer = vertx.setTimer(atMost.toMillis(), id -> {
            if (result.tryFail(new StoreUnavailable("no answer within " + atMost.toMillis() + " ms"))) {
                end(used.get());
            }
        });
        long patience = vertx.setTimer(use.connectTimeout().toMillis(), id -> {
            vertx.cancelTimer(timer);
            result.tryFail(new StoreUnavailable(
                    "no free connection within " + use.connectTimeout().toMillis() + " ms"));
        });
        pool.getConnection().onComplete((connection, failure) -> {
            vertx.cancelTimer(patience);
            if (failure != null) {
                vertx.cancelTimer(timer);
                // Whatever keeps a connection from being made, nothing has happened yet.
                result.tryFail(new StoreUnavailable(StoreFailures.text(failure)));
            } else if (result.future().isComplete()) {
                connection.close();
            } else {
                used.set(connection);
                // Told by whatever it breaks; without a handler the library would write to the terminal.
                connection.exceptionHandler(lostOne -> LOG.debug("a connection failed", lostOne));
                work(connection, work).onComplete((value, cause) -> {
                    vertx.cancelTimer(timer);
                    connection.close();
                    if (cause == null) {
                        result.tryComplete(value);
                    } else {
                        result.tryFail(StoreFailures.of(cause));
                    }
                });
            }
        });
        return result.future();
    }

    private static <T> Future<T> work(SqlConnection connection, Function<SqlConnection, Future<T>> work) {
        try {
            return work.apply(connection);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    <T> Future<T> transaction(Duration atMost, Function<SqlConnection, Future<T>> work) {
        return use(atMost, connection -> connection.begin().compose(transaction -> work(connection, work)
                .compose(value -> transaction.commit().map(done -> value), failure -> rollback(transaction, failure))));
    }

    private static <T> Future<T> rollback(Transaction transaction, Throwable failure) {
        return transaction.rollback().transform(any -> Future.failedFuture(failure));
    }

    /** A connection that nobody waits for any more keeps its place until the server has let it go. */
    private void end(@Nullable SqlConnection connection) {
        SqlConnection watching = watch;
        if (connection != null && watching != null) {
            watching.preparedQuery("SELECT pg_terminate_backend($1)")
                    .execute(Tuple.of(PgConnection.cast(connection).processId()))
                    .onFailure(failure -> LOG.debug("a statement was not ended", failure));
        }
    }
}
