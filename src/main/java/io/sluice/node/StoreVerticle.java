package io.sluice.node;

import io.sluice.config.NodeConfig;
import io.sluice.config.StoreConfig;
import io.sluice.config.StoreServer;
import io.sluice.config.StoreUse;
import io.sluice.store.LedgerMaintenance;
import io.sluice.store.Migrations;
import io.sluice.store.PgDatabase;
import io.sluice.store.PgTargets;
import io.sluice.store.SchemaMismatch;
import io.sluice.store.embedded.EmbeddedPostgres;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger's database as a part of a node: the first to start and the last to stop. Where it is the node's own, its server is
 * started and stopped with it. It is deployed when its start has begun, for other parts start meanwhile; those that need it
 * come after {@link #gate()}.
 */
final class StoreVerticle extends VerticleBase {
    /** PostgreSQL's directory in the data directory. */
    static final String DIRECTORY = "postgres";

    /** In the data directory, while there is something to start from without the database. */
    static final String SNAPSHOT = "keys.snapshot";

    private static final Logger LOG = LoggerFactory.getLogger("store");

    /** For a database that starts at the same time. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NodeConfig config;
    private final PgDatabase database;
    private final LedgerMaintenance maintenance;
    private final Promise<Void> opened = Promise.promise();
    private @Nullable EmbeddedPostgres embedded;

    StoreVerticle(NodeConfig config, PgDatabase database) {
        this.config = config;
        this.database = database;
        this.maintenance = new LedgerMaintenance(database, config.store().keep(), InstantSource.system());
    }

    @Override
    public Future<?> start() {
        server().compose(this::open).onSuccess(open -> maintenance.start(vertx)).onComplete(opened);
        return Future.succeededFuture();
    }

    /** A part that stands when the database can be used; fails to start when it cannot, and the node may not be without. */
    Deployable gate() {
        return new VerticleBase() {
            @Override
            public Future<?> start() {
                return opened.future();
            }
        };
    }

    /** Not before its start has come to an end. */
    @Override
    public Future<Void> stop() {
        return opened.future().transform(any -> end());
    }

    private Future<Void> end() {
        maintenance.stop();
        database.close();
        EmbeddedPostgres running = embedded;
        embedded = null;
        return running == null
                ? Future.succeededFuture()
                : vertx.executeBlocking(() -> {
                    running.close();
                    return null;
                });
    }

    /** Where the server is; the embedded one stands by then. */
    private Future<Supplier<StoreServer>> server() {
        StoreServer server = config.store().server();
        if (server != null) {
            return Future.succeededFuture(() -> server);
        }
        Path directory = config.data().resolve(DIRECTORY);
        return vertx.executeBlocking(() -> EmbeddedPostgres.start(directory, 0, List.of()))
                .map((EmbeddedPostgres started) -> {
                    embedded = started;
                    return (Supplier<StoreServer>) started::server;
                })
                .recover(failure -> Future.failedFuture(
                        failure instanceof IOException
                                ? new StartFailure(String.valueOf(failure.getMessage()))
                                : failure));
    }

    private Future<Void> open(Supplier<StoreServer> server) {
        Promise<Void> up = Promise.promise();
        database.whenChanged(isUp -> {
            if (isUp) {
                up.tryComplete();
            }
        });
        database.open(
                        vertx,
                        () -> PgTargets.of(server.get(), config.store().use(), config.name()),
                        Migrations.load()::apply)
                .onFailure(failure -> {
                    if (failure instanceof SchemaMismatch) {
                        up.tryFail(new StartFailure("the ledger on " + server.get() + ": " + failure.getMessage()));
                    } else if (mayStartWithout()) {
                        LOG.warn("the node starts without its ledger, which it goes on trying to reach");
                        up.tryComplete();
                    }
                });
        vertx.setTimer(
                PATIENCE.toMillis(),
                id -> up.tryFail(
                        new StartFailure(
                                "the ledger on " + server.get() + " cannot be used: " + database.reason()
                                        + "; nothing is kept of it to start from (store.start-without: always starts all the same)")));
        return up.future();
    }

    private boolean mayStartWithout() {
        StoreUse.StartWithout rule = config.store().use().startWithout();
        return rule == StoreUse.StartWithout.ALWAYS
                || (rule == StoreUse.StartWithout.SNAPSHOT
                        && Files.exists(config.data().resolve(SNAPSHOT)));
    }

    /** For people: where the ledger is. */
    static String describe(NodeConfig config) {
        StoreConfig store = config.store();
        return switch (store.kind()) {
            case NONE -> "none: usage goes to the access log alone";
            case EMBEDDED -> "embedded PostgreSQL in " + config.data().resolve(DIRECTORY) + ", for trying out";
            case SERVER -> "PostgreSQL " + store.server();
        };
    }
}
