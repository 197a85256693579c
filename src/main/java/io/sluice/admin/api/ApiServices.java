package io.sluice.admin.api;

import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.managed.ManagedEditor;
import io.sluice.message.Bus;
import io.sluice.store.Changes;
import io.sluice.store.Database;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/**
 * What areas of the API work with.
 *
 * @param bus of the admin verticle's context
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
        KeyServices keys) {
    /**
     * Marks of a request, by the installation's secrets, else the node's own, else the master keys. Without any of them no
     * secret gets into the store, so what is asked for holds none.
     *
     * @param request all of it
     */
    List<byte[]> marks(String request) {
        StoredIds named = revision.get().storedIds();
        if (named == null) {
            named = keys.ownIds();
        }
        List<Secret> masters = node.store().masterKeys();
        if (named == null && !masters.isEmpty()) {
            named = new StoredIds(masters.subList(0, Math.min(masters.size(), StoredIds.MAX_SECRETS)));
        }
        return named == null ? List.of(Secret.sha256(request)) : named.requestMarks(request);
    }
}
