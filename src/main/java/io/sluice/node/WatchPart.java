package io.sluice.node;

import io.sluice.config.ConfigError;
import io.sluice.config.ConfigWatch;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ReloadFailed;
import io.sluice.message.RevisionChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The watch over the files: a good change is published as the node's new revision, a bad one as its errors. */
final class WatchPart extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger("reload");

    private final NodeSetup setup;
    private GatewayRevision live;
    private @Nullable ConfigWatch watch;

    WatchPart(NodeSetup setup) {
        this.setup = setup;
        this.live = setup.revision();
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        ConfigWatch started = new ConfigWatch(
                        vertx, setup.dir(), setup.overrides(), setup.config(), live, List.of(), InstantSource.system())
                .onRevision(next -> take(next, bus))
                .onErrors(errors -> refuse(errors, bus))
                .onRestartNeeded(LOG::warn);
        watch = started;
        return started.start();
    }

    @Override
    public Future<?> stop() {
        return watch == null ? Future.succeededFuture() : watch.close();
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
                        errors.stream().map(ConfigError::where).toList()));
    }
}
