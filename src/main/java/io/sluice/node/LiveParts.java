package io.sluice.node;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.admin.AdminSetup;
import io.sluice.admin.AdminVerticle;
import io.sluice.admin.api.KeyServices;
import io.sluice.budget.BudgetVerticle;
import io.sluice.cluster.group.GroupVerticle;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.cluster.link.TcpLink;
import io.sluice.cluster.member.MemberVerticle;
import io.sluice.config.NodeConfig;
import io.sluice.config.NodeConfig.SimulatorConfig;
import io.sluice.config.StoreConfig;
import io.sluice.config.TlsConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.notice.Pace;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.health.HealthSetup;
import io.sluice.health.HealthVerticle;
import io.sluice.ingress.EdgeLimits;
import io.sluice.ingress.EdgeShared;
import io.sluice.ingress.IngressVerticle;
import io.sluice.keys.KeysVerticle;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.metrics.MetricsVerticle;
import io.sluice.notify.Clocks;
import io.sluice.notify.Identity;
import io.sluice.notify.NoticeWatchVerticle;
import io.sluice.notify.NotifyVerticle;
import io.sluice.provider.ProviderClientVerticle;
import io.sluice.provider.fetch.PublicInternet;
import io.sluice.quota.LocalGroupVerticle;
import io.sluice.quota.QuotaVerticle;
import io.sluice.router.RouterVerticle;
import io.sluice.simulator.InvalidScriptException;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.simulator.SimulatorScript;
import io.sluice.store.BudgetRepository;
import io.sluice.store.BudgetSpend;
import io.sluice.store.Database;
import io.sluice.store.NoDatabase;
import io.sluice.store.PgDatabase;
import io.sluice.store.ResourceRepository;
import io.sluice.store.UsageWriter;
import io.sluice.usage.KeptRequests;
import io.sluice.usage.LedgerSetup;
import io.sluice.usage.StandingVerticle;
import io.sluice.usage.UsageVerticle;
import io.vertx.core.Deployable;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parts of a real node: the one place where every verticle is made. */
final class LiveParts implements Parts {
    private final NodeSetup setup;
    private final NodeConfig config;
    private final GatewayRevision initial;
    private final LongSupplier nanoClock = System::nanoTime;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final GatewayMetrics metrics = new GatewayMetrics(registry);
    private final KeptRequests openRequests = new KeptRequests();
    private final @Nullable PgDatabase database;
    private final Managed managed;
    private final StoredKeys storedKeys = new StoredKeys();
    private final EdgeShared edge;
    private final AdminTokenFile.Kept adminToken;
    private final AdminVerticle admin;
    private final @Nullable SimulatorOptions simulator;
    private final @Nullable Membership membership;

    /**
     * Makes nothing yet but what the parts share.
     *
     * @param setup what the node begins with
     * @param membership its place in a cluster; null when it is alone
     * @throws StartFailure when the simulator's script, the node's secret or its admin token cannot be read
     */
    LiveParts(NodeSetup setup, @Nullable Membership membership) throws StartFailure {
        this.setup = setup;
        this.membership = membership;
        this.config = setup.config();
        this.initial = setup.revision();
        this.database = config.store().kind() == StoreConfig.Kind.NONE
                ? null
                : new PgDatabase(config.store().use(), nanoClock, new SecureRandom()::nextDouble);
        this.managed = setup.managed() == null ? Managed.of(config) : setup.managed();
        this.simulator = config.simulator() == null ? null : simulator(config.simulator());
        StoredIds ownIds = membership == null ? NodeSecret.ids(config.data(), new SecureRandom()) : null;
        this.edge = new EdgeShared(new EdgeLimits(config.http().bounds()), storedKeys, openRequests, ownIds);
        this.adminToken = AdminTokenFile.keep(config, new SecureRandom());
        this.admin = new AdminVerticle(new AdminSetup(
                setup.dir(),
                managed.secrets(),
                config,
                initial,
                Version.text(),
                adminToken.token(),
                database == null ? new NoDatabase() : database,
                registry::scrape,
                InstantSource.system(),
                nanoClock,
                new KeyServices(storedKeys, ownIds)));
        bindProcessMeters();
    }

    @Override
    public List<Deployable> services() {
        List<Deployable> services = new ArrayList<>();
        StorePart store = null;
        // It takes longest, so it begins first.
        if (database != null) {
            metrics.store().watch(database::isUp, database::secondsSinceFailure);
            store = new StorePart(config, database);
            services.add(store);
        }
        if (simulator != null) {
            services.add(new SimulatorPart(simulator));
        }
        services.add(admin);
        services.add(new MetricsVerticle(metrics, initial));
        // Before whoever has something to tell.
        services.addAll(telling());
        services.add(new HealthVerticle(health()));
        if (membership == null) {
            services.addAll(alone());
        }
        // What follows uses the ledger.
        if (store != null) {
            services.add(store.gate());
        }
        services.add(new StandingVerticle(database, config.store().keep(), InstantSource.system()));
        // Before it is known how many nodes there are, for each spends its share while the database is away.
        if (database != null) {
            services.add(budgets(database));
        }
        services.add(new UsageVerticle(metrics, initial, storedKeys, database == null ? null : ledger(database)));
        if (membership != null) {
            services.addAll(member(membership));
        }
        services.add(new QuotaVerticle(
                initial,
                config.name(),
                config.queue(),
                nanoClock,
                InstantSource.system(),
                new SecureRandom(),
                metrics));
        if (database != null) {
            services.add(new KeysVerticle(
                    database,
                    storedKeys,
                    initial,
                    config.data(),
                    config.store().use().snapshotMaxAge(),
                    InstantSource.system(),
                    metrics.keys()));
        }
        services.add(new CertificateWatch(certificates()));
        return services;
    }

    /** Where usage is kept. */
    private LedgerSetup ledger(Database store) {
        return new LedgerSetup(
                config.data(),
                config.name(),
                config.journal(),
                new UsageWriter(
                        store,
                        config.name(),
                        List.of(new BudgetSpend(config.name())),
                        metrics.store()::written,
                        nanoClock),
                nanoClock,
                InstantSource.system(),
                new SecureRandom()::nextLong,
                openRequests,
                config.http().bounds().requests());
    }

    /** What keys and teams may spend. */
    private Deployable budgets(PgDatabase ledger) {
        long run = new SecureRandom().nextLong() | 1;
        return new BudgetVerticle(
                config.budget(),
                new BudgetRepository(ledger, config.name(), run),
                nanoClock,
                InstantSource.system(),
                metrics.budgets());
    }

    /** Operators are told. */
    private List<Deployable> telling() {
        Identity node = new Identity(config.name(), origin());
        Clocks clocks = new Clocks(nanoClock, InstantSource.system());
        return List.of(
                new NotifyVerticle(
                        node, initial, Pace.USUAL, clocks, metrics.notices(), new SecureRandom()::nextDouble),
                new NoticeWatchVerticle(node, initial, ending(), clocks));
    }

    /** The run of this node. */
    private String origin() {
        Peer self = membership == null ? null : membership.self();
        return self == null ? config.name() : self.name() + "/" + Long.toHexString(self.incarnation());
    }

    private HealthSetup health() {
        return new HealthSetup(
                initial,
                config.name(),
                origin(),
                config.lanes(),
                config.data(),
                nanoClock,
                InstantSource.system(),
                new SplittableRandom());
    }

    /** Limits are kept by this node. */
    private List<Deployable> alone() {
        return List.of(new LocalGroupVerticle(config.data(), nanoClock, InstantSource.system(), metrics));
    }

    /** Limits are kept by a group of nodes. */
    private List<Deployable> member(Membership member) {
        return List.of(
                new MemberVerticle(
                        member.clustered(),
                        member.config(),
                        member.self(),
                        Version.text(),
                        initial,
                        InstantSource.system()),
                new GroupVerticle(
                        member.config(),
                        TcpLink.opener(member.config(), member.self(), Version.text()),
                        config.data(),
                        nanoClock,
                        InstantSource.system(),
                        new SecureRandom()));
    }

    @Override
    public Lane lane(int number) {
        return new Lane(
                new RouterVerticle(number, nanoClock),
                new ProviderClientVerticle(
                        number, config.http().bounds().upstreamQueue(), nanoClock, PublicInternet::new),
                new IngressVerticle(number, config.http(), initial, edge, metrics, nanoClock));
    }

    @Override
    public Deployable watch() {
        return new WatchPart(setup, managed, database == null ? null : new ResourceRepository(database));
    }

    @Override
    public @Nullable Secret firstAdminToken() {
        return adminToken.fresh() ? adminToken.token() : null;
    }

    @Override
    public int adminPort() {
        return admin.port();
    }

    /** Certificates whose end is told. */
    private List<Path> ending() {
        List<Path> files = new ArrayList<>();
        Stream.of(config.http().tls(), config.admin().tls())
                .filter(Objects::nonNull)
                .map(TlsConfig::cert)
                .forEach(files::add);
        if (config.cluster() != null && config.cluster().tls() != null) {
            files.add(config.cluster().tls().cert());
        }
        return files.stream().distinct().toList();
    }

    private List<Path> certificates() {
        return Stream.of(config.http().tls(), config.admin().tls())
                .filter(Objects::nonNull)
                .flatMap((TlsConfig tls) -> Stream.of(tls.cert(), tls.key()))
                .distinct()
                .toList();
    }

    private static SimulatorOptions simulator(SimulatorConfig config) throws StartFailure {
        SimulatorOptions options = SimulatorOptions.onPort(config.port());
        Path script = config.script();
        if (script == null) {
            return options;
        }
        try {
            return options.withScript(SimulatorScript.load(script));
        } catch (InvalidScriptException e) {
            throw new StartFailure(String.valueOf(e.getMessage()));
        }
    }

    // The binders live as long as the process; JvmGcMetrics alone is closeable, and only to stop listening.
    @SuppressWarnings("resource")
    private void bindProcessMeters() {
        Stream.of(
                        new JvmMemoryMetrics(),
                        new JvmGcMetrics(),
                        new JvmThreadMetrics(),
                        new ClassLoaderMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }
}
