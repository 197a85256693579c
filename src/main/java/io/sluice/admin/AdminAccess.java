package io.sluice.admin;

import io.sluice.admin.api.ApiRouter;
import io.sluice.admin.api.ApiServices;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.managed.ManagedEditor;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.store.AuditRepository;
import io.sluice.store.Changes;
import io.sluice.store.ResourceRepository;
import io.sluice.store.TokenRepository;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.ext.web.Router;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The admin API with those who may use it. Used on the admin verticle's event loop only. */
final class AdminAccess {
    private static final Logger LOG = LoggerFactory.getLogger(AdminAccess.class);
    private static final int READ_MILLIS = 2_000;
    private static final int USES_MILLIS = 60_000;

    private final Vertx vertx;
    private final Bus bus;
    private final AdminTokens tokens;
    private final ApiRouter router;

    AdminAccess(Vertx vertx, Bus bus, AdminSetup setup, Supplier<GatewayRevision> revision) {
        this.vertx = vertx;
        this.bus = bus;
        this.tokens = new AdminTokens(new TokenRepository(setup.database()), setup.wallClock());
        ApiServices services = new ApiServices(
                bus,
                setup.database(),
                new Changes(setup.database(), change -> bus.announce(Address.STORE_CHANGED, change)),
                revision,
                new ManagedEditor(
                        vertx, setup.dir(), setup.node(), new ResourceRepository(setup.database()), setup.secrets()),
                setup.node(),
                setup.wallClock());
        this.router = new ApiRouter(
                Areas.of(services),
                new Authenticator(
                        setup.token(),
                        tokens,
                        new GuessLimit(setup.nanoClock()),
                        new AuditRepository(setup.database())));
    }

    /** Begins to keep up with tokens, and to compile the document, which nobody need wait for. */
    MessageConsumer<?> open() {
        vertx.setPeriodic(0, READ_MILLIS, timer -> read());
        vertx.setPeriodic(USES_MILLIS, timer -> tokens.writeUses());
        router.open(vertx).onFailure(cause -> LOG.error("the admin API cannot be used", cause));
        return bus.hear(Address.STORE_CHANGED, change -> {
            if (change.kind().equals(TokensApi.KIND)) {
                read();
            }
        });
    }

    private void read() {
        tokens.read().onFailure(cause -> LOG.debug("admin tokens cannot be read: {}", cause.toString()));
    }

    /** Puts the API among the other paths. */
    void mount(Router among) {
        router.mount(among);
    }
}
