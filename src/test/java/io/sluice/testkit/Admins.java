package io.sluice.testkit;

import io.sluice.admin.AdminSetup;
import io.sluice.admin.NodeNow;
import io.sluice.admin.api.KeyServices;
import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.managed.ManagedSecrets;
import io.sluice.store.Database;
import io.sluice.store.NoDatabase;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What admin ports of tests are made with. */
public final class Admins {
    /** The node's own token, which may do everything. */
    public static final Secret TOKEN = Secret.of("sluice-admin-of-a-test-0123456789abcdef");

    private Admins() {}

    /** An admin port without a database, at the beginning of time. */
    public static AdminSetup setup(NodeConfig node, GatewayRevision initial) {
        return setup(node, initial, new NoDatabase(), () -> Instant.EPOCH);
    }

    /** An admin port over a database. */
    public static AdminSetup setup(NodeConfig node, GatewayRevision initial, Database database, InstantSource clock) {
        return setup(node, initial, database, clock, new StoredKeys(), null);
    }

    /** An admin port over a database, whose node has these stored keys in force and this secret of its own. */
    public static AdminSetup setup(
            NodeConfig node,
            GatewayRevision initial,
            Database database,
            InstantSource clock,
            StoredKeys storedKeys,
            @Nullable StoredIds ownIds) {
        SideDoor nowhere = new SideDoor(System::nanoTime, () -> new byte[32]);
        return setup(node, initial, database, clock, new KeyServices(storedKeys, ownIds), nowhere);
    }

    /** An admin port beside a traffic port. */
    public static AdminSetup setup(
            NodeConfig node,
            GatewayRevision initial,
            Database database,
            InstantSource clock,
            KeyServices keys,
            SideDoor door) {
        Secret token = node.admin().token();
        return new AdminSetup(
                Path.of("config"),
                new ManagedSecrets(null),
                node,
                initial,
                "1.2.3",
                token == null ? TOKEN : token,
                database,
                () -> "a_meter 1\n",
                clock,
                System::nanoTime,
                keys,
                door,
                vertx -> (channel, account) -> Future.succeededFuture(List.of("m-1", "of-" + account.name())),
                () -> new NodeNow(1, 2, 3));
    }
}
