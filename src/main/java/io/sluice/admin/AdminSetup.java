package io.sluice.admin;

import io.sluice.admin.api.KeyServices;
import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.managed.ManagedSecrets;
import io.sluice.store.Database;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What the admin port is made with.
 *
 * @param dir the configuration directory
 * @param secrets seals and opens secrets that come through the API
 * @param node the node's own settings
 * @param initial the revision it starts with
 * @param version of the program
 * @param token the node's own, which may do everything
 * @param database the ledger's; {@link io.sluice.store.NoDatabase} when there is none
 * @param scrape gives the meters in Prometheus' text format; called on a worker thread
 * @param wallClock for what is shown, and for the end of tokens
 * @param nanoClock for waits
 * @param keys what the node knows of stored keys
 * @param door by which it sends requests to the node's own traffic port
 * @param models asks providers for their models, on an event loop of its own
 * @param now what the node does at this moment
 */
public record AdminSetup(
        Path dir,
        ManagedSecrets secrets,
        NodeConfig node,
        GatewayRevision initial,
        String version,
        Secret token,
        Database database,
        Supplier<String> scrape,
        InstantSource wallClock,
        LongSupplier nanoClock,
        KeyServices keys,
        SideDoor door,
        Function<Vertx, ModelSource> models,
        Supplier<NodeNow> now) {}
