package io.sluice.node;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.domain.Secret;
import io.vertx.core.Deployable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a real node. A new part is a new line of the list here, and a class beside it. */
final class LiveParts implements Parts {
    private final StorePart store = new StorePart();
    private final AdminPart admin = new AdminPart();

    /** In the order of their start; they stop in reverse. */
    private final List<Part> order = List.of(
            // It takes longest, so it begins first.
            store,
            SimulatorPart::verticles,
            admin,
            MetricsPart::verticles,
            TracePart::verticles,
            // Before whoever has something to tell.
            NoticePart::verticles,
            // What follows uses the ledger.
            store::gate,
            // Before it is known how many nodes there are, for each spends its share while the database is away.
            BudgetPart::verticles,
            // It takes the data directory's lock, which a second process is told of.
            UsagePart::verticles,
            HealthPart::verticles,
            LimitPart::verticles,
            KeyPart::verticles,
            CertificatePart::verticles);

    private final List<Deployable> services = new ArrayList<>();
    private final LanePart lanes;
    private final WatchVerticle watch;

    /**
     * Makes the parts; nothing of them runs yet. Blocks.
     *
     * @param setup what the node begins with
     * @param membership its place in a cluster; null when it is alone
     * @param registry where its Vert.x has its meters
     * @throws StartFailure when a part misses something without which the node does not start
     */
    LiveParts(NodeSetup setup, @Nullable Membership membership, PrometheusMeterRegistry registry) throws StartFailure {
        NodeShared node = new NodeShared(setup, membership, registry);
        for (Part part : order) {
            services.addAll(part.verticles(node));
        }
        lanes = new LanePart(node);
        watch = WatchVerticle.of(node);
    }

    @Override
    public List<Deployable> services() {
        return List.copyOf(services);
    }

    @Override
    public Lane lane(int number) {
        return lanes.lane(number);
    }

    @Override
    public Deployable watch() {
        return watch;
    }

    @Override
    public @Nullable Secret firstAdminToken() {
        return admin.firstToken();
    }

    @Override
    public int adminPort() {
        return admin.port();
    }
}
