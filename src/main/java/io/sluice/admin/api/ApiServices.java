package io.sluice.admin.api;

import io.sluice.config.NodeConfig;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.managed.ManagedEditor;
import io.sluice.message.Bus;
import io.sluice.store.Changes;
import io.sluice.store.Database;
import java.time.InstantSource;
import java.util.function.Supplier;

/**
 * What areas of the API work with.
 *
 * @param bus of the admin verticle's event loop
 * @param database for reading; fails when there is none
 * @param changes the way to change the store
 * @param revision gives the live configuration
 * @param editor changes configuration that is managed by API
 * @param node the node's own settings
 * @param clock wall clock
 * @param keys what the node knows of stored keys
 */
public record ApiServices(
        Bus bus,
        Database database,
        Changes changes,
        Supplier<GatewayRevision> revision,
        ManagedEditor editor,
        NodeConfig node,
        InstantSource clock,
        KeyServices keys) {}
