package io.sluice.store;

import io.sluice.config.StoreUse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger in PostgreSQL. Made before anything runs, opened once, by {@link #open}; until then, and while the server is
 * away, everything fails at once. One attempt at a time is made to reach it again, with growing pauses.
 *
 * <pre>
 *   away ──connected, schema right──▶ up ──closed, no answer──▶ away ──close──▶ closed
 *    ▲ └── pause 0.2 s … 10 s ──┘      └───────────────────────────▲
 * </pre>
 */
public final class PgDatabase implements Database {
    private static final Logger LOG = LoggerFactory.getLogger("store");
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final StoreUse use;
    private final LongSupplier nanoClock;
    private final DoubleSupplier random;
    private final List<Consumer<Boolean>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable PgLink link;
    private volatile String reason = "it was not asked yet";
    private volatile boolean closed;
    private volatile long lastFailureNanos;
    private volatile boolean hasFailed;

    /**
     * Closed, until it is opened.
     *
     * @param use how it is used
     * @param nanoClock for the age of failures
     * @param random 0 to 1, so that nodes do not come back all at once
     */
    public PgDatabase(StoreUse use, LongSupplier nanoClock, DoubleSupplier random) {
        this.use = use;
        this.nanoClock = nanoClock;
        this.random = random;
    }

    /**
     * Connects, and from then on again whenever the server was away, until it is closed. Called once, on an event loop, whose
     * context becomes the database's own.
     *
     * @param vertx where it runs
     * @param target where the server is; asked at each attempt
     * @param prepare what is done on the first connection each time: {@link Migrations#apply}
     * @return the end of the first attempt: fails with {@link SchemaMismatch} when the node must not go on, with anything else
     *     while the server is away; others follow until it is closed
     */
    public Future<Void> open(
            Vertx vertx, Supplier<PgConnectOptions> target, Function<SqlConnection, Future<Void>> prepare) {
        Attempts attempts = new Attempts(vertx, vertx.getOrCreateContext(), target, prepare);
        return attempts.next();
    }

    /** Ends it; nothing is tried any more. */
    public void close() {
        closed = true;
        PgLink open = link;
        if (open != null) {
            open.close("the node stops");
        }
    }

    @Override
    public boolean isUp() {
        return link != null;
    }

    @Override
    public <T> Future<T> use(Function<SqlConnection, Future<T>> work) {
        PgLink open = link;
        return open == null ? away() : noted(open.use(longest(), work));
    }

    @Override
    public <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
        PgLink open = link;
        return open == null ? away() : noted(open.transaction(longest(), work));
    }

    @Override
    public <T> Future<T> transaction(Duration atMost, Function<SqlConnection, Future<T>> work) {
        PgLink open = link;
        return open == null
                ? away()
                : noted(open.transaction(atMost, connection -> connection
                        .query("SET LOCAL statement_timeout = " + atMost.toMillis())
                        .execute()
                        .compose(set -> work.apply(connection))));
    }

    @Override
    public void whenChanged(Consumer<Boolean> listener) {
        listeners.add(listener);
    }

    /** Why it is away; of the last time when it is not. */
    public String reason() {
        return reason;
    }

    /** How long ago it last was away or did not answer, in seconds; not a number when it never was. */
    public double secondsSinceFailure() {
        return hasFailed ? (nanoClock.getAsLong() - lastFailureNanos) / 1e9 : Double.NaN;
    }

    /** Two long statements, and the wait for a connection. */
    private Duration longest() {
        return use.connectTimeout().plus(use.statementTimeout().multipliedBy(2));
    }

    private <T> Future<T> away() {
        return Future.failedFuture(new StoreUnavailable("the database is away: " + reason));
    }

    private <T> Future<T> noted(Future<T> future) {
        return future.onFailure(failure -> {
            if (failure instanceof StoreUnavailable) {
                failed();
            }
        });
    }

    private void failed() {
        lastFailureNanos = nanoClock.getAsLong();
        hasFailed = true;
    }

    /** The one who tries; on the database's context. */
    private final class Attempts {
        private final Vertx vertx;
        private final Context context;
        private final Supplier<PgConnectOptions> target;
        private final Function<SqlConnection, Future<Void>> prepare;
        private Duration pause = FIRST_PAUSE;

        Attempts(
                Vertx vertx,
                Context context,
                Supplier<PgConnectOptions> target,
                Function<SqlConnection, Future<Void>> prepare) {
            this.vertx = vertx;
            this.context = context;
            this.target = target;
            this.prepare = prepare;
        }

        Future<Void> next() {
            PgConnectOptions now = target.get();
            return PgGreeting.check(vertx, now, use.connectTimeout())
                    .compose(harmless -> PgLink.open(vertx, now, use, prepare))
                    .onSuccess(this::up)
                    .<Void>mapEmpty()
                    .onFailure(this::unreachable);
        }

        private void up(PgLink opened) {
            if (closed) {
                opened.close("the node stops");
                return;
            }
            pause = FIRST_PAUSE;
            if (hasFailed) {
                LOG.info("the database is there again");
            }
            link = opened;
            listeners.forEach(listener -> listener.accept(true));
            opened.lost().onFailure(failure -> context.runOnContext(any -> down(failure)));
        }

        private void down(Throwable failure) {
            link = null;
            if (!closed) {
                failed();
                reason = String.valueOf(failure.getMessage());
                LOG.warn("the database is away: {}", reason);
                listeners.forEach(listener -> listener.accept(false));
                again();
            }
        }

        private void unreachable(Throwable failure) {
            failed();
            String text = failure instanceof StoreUnavailable || failure instanceof SchemaMismatch
                    ? String.valueOf(failure.getMessage())
                    : StoreFailures.text(failure);
            if (!text.equals(reason)) {
                LOG.warn("the database cannot be used: {}", text);
                reason = text;
            }
            again();
        }

        /** Between half of the pause and one and a half. */
        private void again() {
            if (!closed) {
                long millis = (long) (pause.toMillis() * (0.5 + random.getAsDouble()));
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
                vertx.setTimer(Math.max(1, millis), id -> {
                    if (!closed) {
                        next();
                    }
                });
            }
        }
    }
}
