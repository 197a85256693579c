package io.sluice.node;

import io.sluice.config.ConfigError;
import io.sluice.config.ConfigState;
import io.sluice.config.ConfigWatch;
import io.sluice.config.StoredEntry;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.managed.ResourceFeed;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ConfigReloaded;
import io.sluice.message.ReloadFailed;
import io.sluice.message.ReloadFailed.Fault;
import io.sluice.message.RevisionChanged;
import io.sluice.store.ResourceRepository;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch over the files and over what is managed by API: a good change is published as the node's new revision, a bad one
 * of the files as its errors. The store is asked at the start, when a change is announced, and every other second.
 */
final class WatchVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger("reload");
    private static final long POLL_MILLIS = 2_000;

    /** For the store, at the start; what it says later comes later. */
    private static final long PATIENCE_SECONDS = 5;

    private final NodeSetup setup;
    private final Managed managed;
    private final @Nullable ResourceRepository resources;
    private GatewayRevision live;
    private @Nullable ConfigWatch watch;
    private boolean isAsking;
    private boolean isAskedAgain;
    private boolean isAway;

    /**
     * Not started yet.
     *
     * @param setup what the node began with
     * @param managed what of it is managed by API
     * @param resources the store; null when there is none
     */
    WatchVerticle(NodeSetup setup, Managed managed, @Nullable ResourceRepository resources) {
        this.setup = setup;
        this.managed = managed;
        this.resources = resources;
        this.live = setup.revision();
    }

    /** The watch of a node. */
    static WatchVerticle of(NodeShared node) {
        return new WatchVerticle(
                node.setup, node.managed, node.database == null ? null : new ResourceRepository(node.database));
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        List<StoredEntry> known = managed.start().entries();
        ConfigWatch started = new ConfigWatch(
                        vertx, setup.dir(), setup.overrides(), setup.config(), live, known, InstantSource.system())
                .onRevision(next -> take(next, bus))
                .onErrors(errors -> refuse(errors, bus))
                .onRestartNeeded(LOG::warn);
        watch = started;
        bus.serve(Address.CONFIG_RELOAD, asked -> started.reload().map(WatchVerticle::reloaded));
        ResourceRepository stored = resources;
        return started.start()
                .compose(looked -> stored == null ? Future.succeededFuture() : follow(stored, bus, started));
    }

    @Override
    public Future<?> stop() {
        return watch == null ? Future.succeededFuture() : watch.close();
    }

    /** Keeps up with the store. The first answer is waited for, so that requests find what was there before. */
    private Future<Void> follow(ResourceRepository stored, Bus bus, ConfigWatch files) {
        ResourceFeed feed = new ResourceFeed(vertx, stored, managed.secrets(), managed.start());
        bus.hear(Address.STORE_CHANGED, change -> ask(feed, files));
        vertx.setPeriodic(POLL_MILLIS, timer -> ask(feed, files));
        return ask(feed, files).timeout(PATIENCE_SECONDS, TimeUnit.SECONDS).otherwiseEmpty();
    }

    /** One question at a time; what is announced meanwhile is asked for again. */
    private Future<Void> ask(ResourceFeed feed, ConfigWatch files) {
        if (isAsking) {
            isAskedAgain = true;
            return Future.succeededFuture();
        }
        isAsking = true;
        return feed.refresh()
                .compose(changed -> changed.isEmpty() ? Future.<Void>succeededFuture() : files.stored(changed.get()))
                .onComplete(answer -> {
                    isAsking = false;
                    if (answer.failed() != isAway) {
                        isAway = answer.failed();
                        told(answer.cause());
                    }
                    if (isAskedAgain) {
                        isAskedAgain = false;
                        ask(feed, files);
                    }
                });
    }

    private static void told(@Nullable Throwable failure) {
        if (failure == null) {
            LOG.info("what is managed by API is followed again");
        } else {
            LOG.warn("what is managed by API stays as it was last known: {}", String.valueOf(failure.getMessage()));
        }
    }

    private void take(GatewayRevision next, Bus bus) {
        LOG.info("revision {} is live, after {}", next.id(), live.id());
        next.warnings().forEach(warning -> LOG.warn("{}", warning));
        live = next;
        bus.publish(Address.REVISION_CHANGED, new RevisionChanged(next));
    }

    private void refuse(List<ConfigError> errors, Bus bus) {
        if (errors.isEmpty()) {
            LOG.info("the files are those of revision {} again", live.id());
        } else {
            LOG.error("the files have {} errors; revision {} stays", errors.size(), live.id());
            errors.forEach(error -> LOG.error("{}", error));
        }
        bus.publish(
                Address.RELOAD_FAILED,
                new ReloadFailed(
                        errors.stream().map(ConfigError::toString).toList(),
                        errors.stream().map(ConfigError::where).toList(),
                        errors.stream().map(WatchVerticle::fault).toList()));
    }

    private static ConfigReloaded reloaded(ConfigState state) {
        String restart = state.needsRestart() == null ? "" : state.needsRestart();
        return new ConfigReloaded(state.revision(), state.errors().size(), restart);
    }

    private static Fault fault(ConfigError error) {
        return new Fault(error.file(), error.line(), error.column(), error.path(), error.message());
    }
}
