package io.sluice.admin;

import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiRouter;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.live.LiveFeed;
import io.sluice.admin.oidc.OidcProvider;
import io.sluice.config.AdminConfig;
import io.sluice.config.OidcConfig;
import io.sluice.domain.seal.Entropy;
import io.sluice.domain.stored.StoredIds;
import io.sluice.managed.ManagedEditor;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.store.AuditRepository;
import io.sluice.store.Changes;
import io.sluice.store.ResourceHistory;
import io.sluice.store.ResourceRepository;
import io.sluice.store.TokenRepository;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.ext.web.Router;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin API with those who may use it. Used on the admin verticle's event loop only. */
final class AdminAccess {
    private static final Logger LOG = LoggerFactory.getLogger(AdminAccess.class);
    private static final int READ_MILLIS = 2_000;

    /** Compiling the API takes more than a second of a processor: not while the node starts, unless somebody asks for it. */
    private static final int COMPILE_MILLIS = 10_000;

    private static final int USES_MILLIS = 60_000;
    private static final int FIRST_FORGET_MILLIS = 600_000;
    private static final int DAY_MILLIS = 86_400_000;
    private static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Vertx vertx;
    private final Bus bus;
    private final AdminTokens tokens;
    private final AuditRepository audit;
    private final ResourceHistory history;
    private final Duration keepAudit;
    private final ApiRouter router;
    private final LiveSources live;
    private final LiveFeed feed;
    private final @Nullable OidcProvider provider;

    AdminAccess(Vertx vertx, Bus bus, AdminSetup setup, NodeViews views) {
        this.vertx = vertx;
        this.bus = bus;
        this.tokens = new AdminTokens(new TokenRepository(setup.database()), setup.wallClock());
        ApiServices services = new ApiServices(
                bus,
                setup.database(),
                new Changes(setup.database(), change -> bus.announce(Address.STORE_CHANGED, change)),
                views.configuration()::live,
                new ManagedEditor(
                        vertx,
                        setup.dir(),
                        setup.node(),
                        new ResourceRepository(setup.database()),
                        new ResourceHistory(setup.database()),
                        setup.secrets()),
                setup.node(),
                setup.wallClock(),
                setup.keys());
        this.audit = new AuditRepository(setup.database());
        this.history = new ResourceHistory(setup.database());
        this.keepAudit = setup.node().store().keep().audit();
        List<ApiArea> areas = new ArrayList<>(Areas.of(services));
        Deeds deeds = new Deeds(audit);
        areas.add(new TrialApi(
                services,
                setup.door(),
                new SideCalls(vertx, setup.node().http(), setup.door()),
                deeds,
                setup.nanoClock()));
        areas.add(new UpstreamModelsApi(services, setup.models().apply(vertx), deeds));
        areas.add(new StoryApi(services, views.refusals()));
        areas.add(new OverviewApi(services, setup.now(), setup.nanoClock()));
        areas.add(new AttentionApi(services, views, setup.nanoClock()));
        areas.add(new ConfigTrialApi(services, deeds));
        areas.add(
                new NodeApi(vertx, setup.dir(), views, new PoolActions(bus, deeds), new NotificationTests(bus, deeds)));
        Sessions sessions = sessions(setup, services);
        OidcConfig oidc = setup.node().admin().oidc();
        this.provider = oidc == null ? null : new OidcProvider(vertx, oidc, setup.wallClock(), setup.nanoClock());
        Authenticator authenticator = new Authenticator(
                setup.token(),
                setup.node().admin().clientCa() != null,
                tokens,
                new GuessLimit(setup.nanoClock()),
                audit,
                sessions,
                provider);
        areas.add(new SessionApi(sessions, authenticator, setup.node(), setup.version(), deeds));
        this.live = new LiveSources(bus, views, setup.nanoClock());
        this.feed = live.feed(vertx);
        areas.add(new LiveApi(feed, authenticator));
        this.router = new ApiRouter(areas, authenticator);
    }

    private static Sessions sessions(AdminSetup setup, ApiServices services) {
        Entropy entropy = count -> {
            byte[] bytes = new byte[count];
            RANDOM.nextBytes(bytes);
            return bytes;
        };
        // A cluster without secrets has nothing that its nodes share and nobody can guess.
        List<byte[]> forThisNode = List.of(entropy.bytes(KEY_BYTES));
        Supplier<List<byte[]>> keys = () -> {
            StoredIds configured = services.revision().get().storedIds();
            StoredIds ids = configured == null ? setup.keys().ownIds() : configured;
            return ids == null ? forThisNode : ids.sessionKeys();
        };
        AdminConfig config = setup.node().admin();
        return new Sessions(keys, config.session(), config.tls() != null, setup.wallClock(), entropy);
    }

    /** Begins to keep up with tokens; the API is compiled when somebody asks for it, or a little later. */
    List<MessageConsumer<?>> open() {
        vertx.setPeriodic(0, READ_MILLIS, timer -> read());
        vertx.setPeriodic(USES_MILLIS, timer -> tokens.writeUses());
        vertx.setPeriodic(FIRST_FORGET_MILLIS, DAY_MILLIS, timer -> audit.forget(keepAudit)
                .compose(done -> history.forget(keepAudit))
                .onFailure(cause -> LOG.debug("the audit log is not cut: {}", cause.toString())));
        if (provider != null) {
            provider.open();
        }
        vertx.setTimer(COMPILE_MILLIS, timer -> router.open(vertx));
        return List.of(live.open(), bus.hear(Address.STORE_CHANGED, change -> {
            if (change.kind().equals(TokensApi.KIND)) {
                read();
            }
        }));
    }

    /** When it can be ended: what compiles the document needs the event loop. */
    Future<Void> close() {
        feed.close();
        Future<Void> asked = provider == null ? Future.succeededFuture() : provider.close();
        return router.settled().eventually(() -> asked);
    }

    private void read() {
        tokens.read().onFailure(cause -> LOG.debug("admin tokens cannot be read: {}", cause.toString()));
    }

    /** Puts the API among the other paths. */
    void mount(Router among) {
        router.mount(among);
    }
}
