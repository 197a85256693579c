package io.sluice.admin.oidc;

import io.sluice.config.OidcConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the provider: read at start and every ten minutes, after a failure again and again with longer waits
 * between, and when a token names a key that is not known, once in some seconds at most. While it does not answer, the last
 * keys stay good. Used on the admin verticle's event loop.
 */
final class ProviderKeys {
    private static final Logger LOG = LoggerFactory.getLogger(ProviderKeys.class);
    private static final Duration REFRESH = Duration.ofMinutes(10);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 6;

    /** Whoever makes up names of keys makes the node ask no more often. */
    static final Duration BETWEEN = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final OidcConfig config;
    private final ProviderClient client;
    private final LongSupplier nanoClock;
    private @Nullable Discovered discovered;
    private @Nullable KeySet keys;
    private @Nullable Future<Void> asking;
    private long askedNanos;
    private int failures;
    private long timer = -1;
    private boolean closed;

    ProviderKeys(Vertx vertx, OidcConfig config, ProviderClient client, LongSupplier nanoClock) {
        this.vertx = vertx;
        this.config = config;
        this.client = client;
        this.nanoClock = nanoClock;
    }

    /** The last keys; null until the provider has answered. */
    @Nullable
    KeySet keys() {
        return keys;
    }

    /** What the provider last said of itself; null until it has answered. */
    @Nullable
    Discovered discovered() {
        return discovered;
    }

    /** Begins to ask. */
    void open() {
        refresh();
    }

    void close() {
        closed = true;
        vertx.cancelTimer(timer);
    }

    private void refresh() {
        ask(true).onComplete(done -> {
            if (!closed) {
                timer = vertx.setTimer(next(done.cause()).toMillis(), late -> refresh());
            }
        });
    }

    private Duration next(@Nullable Throwable cause) {
        if (cause == null) {
            if (failures > 0) {
                LOG.info("the OpenID provider {} answers", config.issuer());
            }
            failures = 0;
            return REFRESH;
        }
        int doublings = Math.min(failures++, MOST_DOUBLINGS);
        Duration wait = FIRST_WAIT.multipliedBy(1L << doublings);
        Duration bounded = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        String message = "the OpenID provider {} cannot be used: {}; {}, and it is asked again in {} s";
        String meanwhile = keys == null ? "its tokens are refused with 503" : "the keys of before stay good";
        if (failures == 1) {
            LOG.warn(message, config.issuer(), cause.getMessage(), meanwhile, bounded.toSeconds());
        } else {
            LOG.debug(message, config.issuer(), cause.getMessage(), meanwhile, bounded.toSeconds());
        }
        return bounded;
    }

    /**
     * Reads the keys once more because a token's is not among them, unless they were read a moment ago.
     *
     * @return when the answer is there, at once when nobody is asked; fails with a {@link ProviderFailure}
     */
    Future<Void> again() {
        Future<Void> under = asking;
        if (under != null) {
            return under;
        }
        return nanoClock.getAsLong() - askedNanos < BETWEEN.toNanos() ? Future.succeededFuture() : ask(false);
    }

    /** One at a time. */
    private Future<Void> ask(boolean anew) {
        Future<Void> under = asking;
        if (under != null) {
            return under;
        }
        askedNanos = nanoClock.getAsLong();
        Discovered known = anew ? null : discovered;
        Future<Discovered> place = known != null
                ? Future.succeededFuture(known)
                : client.get(Endpoint.discovery(config.issuer()), "its description")
                        .compose(this::described);
        Future<Void> started = place.compose(found -> client.get(found.keys(), "its set of keys"))
                .compose(this::take);
        asking = started;
        started.onComplete(done -> asking = null);
        // It may have been over at once.
        if (started.isComplete()) {
            asking = null;
        }
        return started;
    }

    private Future<Discovered> described(JsonObject document) {
        try {
            Discovered found = Discovered.of(document, config.issuer());
            discovered = found;
            return Future.succeededFuture(found);
        } catch (ProviderFailure e) {
            return Future.failedFuture(e);
        }
    }

    private Future<Void> take(JsonObject jwks) {
        try {
            if (keys == null || !keys.isOf(jwks)) {
                KeySet fresh = KeySet.of(vertx, config, jwks);
                keys = fresh;
                LOG.info("keys of the OpenID provider {}: {}", config.issuer(), fresh.size());
            }
            return Future.succeededFuture();
        } catch (ProviderFailure e) {
            return Future.failedFuture(e);
        }
    }
}
