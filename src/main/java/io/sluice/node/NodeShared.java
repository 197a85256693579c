package io.sluice.node;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.config.NodeConfig;
import io.sluice.config.StoreConfig;
import io.sluice.config.TracingConfig;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.store.PgDatabase;
import io.sluice.trace.Tracing;
import io.sluice.usage.KeptRequests;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the parts of one node share; made before any of them, and safe on any thread. */
final class NodeShared {
    /** What the node begins with. */
    final NodeSetup setup;

    /** The node's own settings. */
    final NodeConfig config;

    /** The revision that the node begins with. */
    final GatewayRevision initial;

    /** Its place in a cluster; null when it is alone. */
    final @Nullable Membership membership;

    /** The part of its configuration that is managed by API. */
    final Managed managed;

    /** The ledger; null when there is none. */
    final @Nullable PgDatabase database;

    /** Ids of stored responses with a secret of this node alone; null in a cluster. */
    final @Nullable StoredIds ownIds;

    /** For durations. */
    final LongSupplier nanoClock = System::nanoTime;

    /** For records. */
    final InstantSource clock = InstantSource.system();

    /** For ids, secrets and spread. */
    final SecureRandom random = new SecureRandom();

    /** Where meters are read. */
    final PrometheusMeterRegistry registry;

    /** The gateway's own meters. */
    final GatewayMetrics metrics;

    /** Makes traces; null when they are off. */
    final @Nullable Tracing tracing;

    /** Virtual keys that are managed by API. */
    final StoredKeys storedKeys = new StoredKeys();

    /** By which the admin port sends requests to the traffic port. */
    final SideDoor door = new SideDoor(nanoClock, this::secret);

    /** Requests that providers are asked, for the journal. */
    final KeptRequests openRequests = new KeptRequests();

    /**
     * Reads or makes the secrets that the node keeps. Blocks.
     *
     * @param setup what the node begins with
     * @param membership its place in a cluster; null when it is alone
     * @param registry where its Vert.x has its meters
     * @throws StartFailure when a secret cannot be read or made
     */
    NodeShared(NodeSetup setup, @Nullable Membership membership, PrometheusMeterRegistry registry) throws StartFailure {
        this.setup = setup;
        this.config = setup.config();
        this.registry = registry;
        this.metrics = new GatewayMetrics(registry, config.observe().metrics(), nanoClock);
        TracingConfig traces = config.observe().tracing();
        this.tracing = traces == null
                ? null
                : new Tracing(traces, config.name(), Version.text(), metrics.runtime()::spansDropped);
        this.initial = setup.revision();
        this.membership = membership;
        this.database = config.store().kind() == StoreConfig.Kind.NONE
                ? null
                : new PgDatabase(config.store().use(), nanoClock, random::nextDouble);
        this.managed = setup.managed() == null ? Managed.of(config) : setup.managed();
        this.ownIds = membership == null ? NodeSecret.ids(config.data(), random) : null;
    }

    /** 32 bytes that nobody can guess. */
    private byte[] secret() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return bytes;
    }

    /** This run of the node, for what others hear of it. */
    String origin() {
        Peer self = membership == null ? null : membership.self();
        return self == null ? config.name() : self.name() + "/" + Long.toHexString(self.incarnation());
    }
}
