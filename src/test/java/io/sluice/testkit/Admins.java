package io.sluice.testkit;

import io.sluice.admin.AdminSetup;
import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.store.Database;
import io.sluice.store.NoDatabase;
import java.time.Instant;
import java.time.InstantSource;

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
        Secret token = node.admin().token();
        return new AdminSetup(
                node,
                initial,
                "1.2.3",
                token == null ? TOKEN : token,
                database,
                () -> "a_meter 1\n",
                clock,
                System::nanoTime);
    }
}
