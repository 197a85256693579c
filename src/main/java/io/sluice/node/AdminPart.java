package io.sluice.node;

import io.sluice.admin.AdminSetup;
import io.sluice.admin.AdminVerticle;
import io.sluice.admin.NodeNow;
import io.sluice.admin.api.KeyServices;
import io.sluice.domain.Secret;
import io.sluice.provider.ModelListing;
import io.sluice.store.NoDatabase;
import io.vertx.core.Deployable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators use: the admin port and its first token. */
final class AdminPart implements Part {
    private AdminTokenFile.@Nullable Kept token;
    private @Nullable AdminVerticle verticle;

    @Override
    public List<Deployable> verticles(NodeShared node) throws StartFailure {
        AdminTokenFile.Kept kept = AdminTokenFile.keep(node.config, node.random);
        AdminVerticle made = new AdminVerticle(new AdminSetup(
                node.setup.dir(),
                node.managed.secrets(),
                node.config,
                node.initial,
                Version.text(),
                kept.token(),
                node.database == null ? new NoDatabase() : node.database,
                node.registry::scrape,
                node.clock,
                node.nanoClock,
                new KeyServices(node.storedKeys, node.ownIds),
                node.door,
                vertx -> new ModelListing(vertx)::of,
                () -> new NodeNow(
                        node.metrics.quota().waiting(), node.metrics.requestsInFlight(), node.metrics.streamsOpen())));
        token = kept;
        verticle = made;
        return List.of(made);
    }

    /** The token that was made at this start; null when it was there before. */
    @Nullable
    Secret firstToken() {
        return token != null && token.fresh() ? token.token() : null;
    }

    /** The port that it listens on; 0 until it stands. */
    int port() {
        return verticle == null ? 0 : verticle.port();
    }
}
