package io.sluice.admin;

import io.sluice.admin.api.Caller;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Role;
import io.sluice.domain.Secret;
import io.sluice.store.Actor;
import io.sluice.store.AuditRepository;
import io.sluice.store.NoStore;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who asks, by {@code Authorization: Bearer}: the node's own token, or a stored one. Whoever comes without one is told
 * so, from the same machine too. Used on the admin verticle's context only.
 */
final class Authenticator implements Function<RoutingContext, Future<Caller>> {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);
    private static final String SCHEME = "bearer ";
    private static final int MAX_TOKEN = 512;

    /** Name of the node's own token in the audit log; no stored one may have it. */
    static final String OWN = "bootstrap";

    private final byte[] own;
    private final boolean wantsCertificate;
    private final AdminTokens tokens;
    private final GuessLimit guesses;
    private final AuditRepository audit;

    Authenticator(Secret own, boolean wantsCertificate, AdminTokens tokens, GuessLimit guesses, AuditRepository audit) {
        this.wantsCertificate = wantsCertificate;
        this.own = Secret.sha256(own.reveal());
        this.tokens = tokens;
        this.guesses = guesses;
        this.audit = audit;
    }

    @Override
    public Future<Caller> apply(RoutingContext context) {
        String address = address(context);
        if (wantsCertificate && !hasCertificate(context)) {
            return Future.failedFuture(Problem.of(
                    403,
                    "client-certificate",
                    "This needs a client certificate of the authority of admin.tls.client-ca."));
        }
        String header = context.request().getHeader("authorization");
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return Future.failedFuture(Problem.of(
                    401,
                    "unauthenticated",
                    "This needs a token: Authorization: Bearer …. The first one is in the file admin.token of the node's"
                            + " data directory, unless node.yaml has admin.token."));
        }
        String token = header.substring(SCHEME.length()).strip();
        if (MessageDigest.isEqual(Secret.sha256(token), own)) {
            guesses.right(address);
            return Future.succeededFuture(new Caller(OWN, Role.OWNER, null, null, address));
        }
        Optional<Caller> known = token.length() > MAX_TOKEN ? Optional.empty() : find(token, address);
        if (known.isPresent()) {
            return Future.succeededFuture(known.get());
        }
        // Behind the look-up: others may come from the same address, and a right token is never refused for their
        // guesses.
        long wait = guesses.waitSeconds(address);
        if (wait > 0) {
            return Future.failedFuture(
                    Problem.of(429, "too-many-guesses", "Too many wrong tokens came from this address.")
                            .retryAfter(wait));
        }
        return token.length() > MAX_TOKEN ? wrong(address, guesses.wrong(address), null) : unknown(token, address);
    }

    /** It may have been made a moment ago, here or on another node. */
    private Future<Caller> unknown(String token, String address) {
        // Counted before it is sure, so that guesses side by side do not pass.
        int untold = guesses.wrong(address);
        return tokens.read().transform(read -> {
            Optional<Caller> fresh = find(token, address);
            return fresh.isPresent() ? Future.succeededFuture(fresh.get()) : wrong(address, untold, read.cause());
        });
    }

    private Optional<Caller> find(String token, String address) {
        return tokens.find(token).map(found -> {
            guesses.right(address);
            OffsetDateTime expires = found.expiresAt();
            return new Caller(
                    found.name(),
                    Role.of(found.role()).orElse(Role.VIEWER),
                    found.team(),
                    expires == null ? null : expires.toInstant(),
                    address);
        });
    }

    private Future<Caller> wrong(String address, int untold, @Nullable Throwable unread) {
        if (unread != null && !(unread instanceof NoStore) && !tokens.isKnown()) {
            return Future.failedFuture(Problem.of(
                            503,
                            "tokens-unknown",
                            "The database has not answered yet, so no token but the node's own is known.")
                    .retryAfter(2));
        }
        if (untold > 0) {
            LOG.warn("{} wrong admin tokens from {}", untold, address);
            audit.write(new Actor("unknown", "", address), "log-in", "", "", "refused: " + untold + " wrong tokens")
                    .onFailure(cause -> LOG.debug("wrong tokens are not in the audit log: {}", cause.toString()));
        }
        return Future.failedFuture(Problem.of(401, "unauthenticated", "This token is not known here, or has ended."));
    }

    /** Whether TLS has seen one that the authority has signed. */
    private static boolean hasCertificate(RoutingContext context) {
        SSLSession session = context.request().connection().sslSession();
        try {
            return session != null && session.getPeerCertificates().length > 0;
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    /** Without the port; never from a header, which anybody can write. */
    private static String address(RoutingContext context) {
        String address = context.request().remoteAddress().hostAddress();
        return address == null ? "unknown" : address;
    }
}
