package io.sluice.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiRouter;
import io.sluice.admin.api.Caller;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Role;
import io.sluice.admin.api.Session;
import io.sluice.admin.oidc.OidcIdentity;
import io.sluice.admin.oidc.OidcProvider;
import io.sluice.admin.oidc.OidcRefusal;
import io.sluice.domain.Secret;
import io.sluice.store.Actor;
import io.sluice.store.AuditRepository;
import io.sluice.store.NoStore;
import io.sluice.store.TokenRepository;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.security.MessageDigest;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says who asks, by {@code Authorization: Bearer}: the node's own token, a stored one, or one of the OpenID provider; or by the
 * cookie that a browser got for one of ours. Whoever comes without is told so, from the same machine too. Used on the admin
 * verticle's event loop only.
 */
final class Authenticator implements Function<RoutingContext, Future<Caller>> {
    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);
    private static final String SUBJECT = "token:";
    private static final String CSRF = "x-sluice-csrf";
    private static final String BACKGROUND = "x-sluice-background";
    private static final int MAX_TOKEN = 512;

    /** Name of the node's own token in the audit log; no stored one may have it. */
    static final String OWN = "bootstrap";

    private final byte[] own;
    private final boolean wantsCertificate;
    private final AdminTokens tokens;
    private final GuessLimit guesses;
    private final AuditRepository audit;
    private final @Nullable OidcProvider provider;
    private final Sessions sessions;

    Authenticator(
            Secret own,
            boolean wantsCertificate,
            AdminTokens tokens,
            GuessLimit guesses,
            AuditRepository audit,
            Sessions sessions,
            @Nullable OidcProvider provider) {
        this.provider = provider;
        this.wantsCertificate = wantsCertificate;
        this.own = Secret.sha256(own.reveal());
        this.tokens = tokens;
        this.guesses = guesses;
        this.audit = audit;
        this.sessions = sessions;
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
        String token = ApiRouter.bearer(context);
        if (token == null && sessions.isIn(context.request())) {
            return bySession(context, address);
        }
        if (token == null) {
            return Future.failedFuture(Problem.of(
                    401,
                    "unauthenticated",
                    "This needs a token: Authorization: Bearer …. The first one is in the file admin.token of the node's"
                            + " data directory, unless node.yaml has admin.token."));
        }
        if (MessageDigest.isEqual(Secret.sha256(token), own)) {
            guesses.right(address);
            return Future.succeededFuture(new Caller(OWN, Role.OWNER, null, null, address));
        }
        Optional<Caller> known = token.length() > MAX_TOKEN ? Optional.empty() : right(token, address);
        if (known.isPresent()) {
            return Future.succeededFuture(known.get());
        }
        // Behind the look-up: others may come from the same address, and a right token is never refused for their
        // guesses.
        long wait = guesses.waitSeconds(address);
        if (provider != null && OidcProvider.isToken(token)) {
            return ofProvider(provider, token, address, wait);
        }
        if (wait > 0) {
            return Future.failedFuture(tooMany(wait));
        }
        return token.length() > MAX_TOKEN ? wrong(address, guesses.wrong(address), null) : unknown(token, address);
    }

    private static Problem tooMany(long wait) {
        return Problem.of(429, "too-many-guesses", "Too many wrong tokens came from this address.")
                .retryAfter(wait);
    }

    /** While its address waits, the provider is not asked for keys. */
    private Future<Caller> ofProvider(OidcProvider asked, String token, String address, long wait) {
        Future<OidcIdentity> answer = wait > 0 ? asked.verifyKnown(token) : asked.verify(token);
        // The provider is asked: counted before it is sure, as for a stored one.
        int early = answer.isComplete() ? -1 : guesses.wrong(address);
        return answer.transform(verified -> {
            if (verified.succeeded()) {
                guesses.right(address);
                OidcIdentity who = verified.result();
                return Future.succeededFuture(new Caller(who.name(), who.role(), who.team(), who.expires(), address));
            }
            return Future.failedFuture(
                    verified.cause() instanceof OidcRefusal refusal
                            ? refused(refusal, address, wait, early)
                            : verified.cause());
        });
    }

    private Problem refused(OidcRefusal refusal, String address, long wait, int early) {
        String why = String.valueOf(refusal.getMessage());
        return switch (refusal.kind()) {
            case INVALID -> {
                if (wait > 0) {
                    yield tooMany(wait);
                }
                tell(address, early >= 0 ? early : guesses.wrong(address));
                yield Problem.of(401, "unauthenticated", why);
            }
            case NOT_ALLOWED -> {
                guesses.right(address);
                yield Problem.forbidden(why);
            }
            case UNREADY -> Problem.of(503, "provider-unknown", why).retryAfter(2);
        };
    }

    /** Names whom a token belongs to without telling it; found again as long as the token is good. */
    String subject(String token, Caller caller) {
        if (provider != null && OidcProvider.isToken(token)) {
            return OidcSubject.of(caller, provider.issuer());
        }
        return SUBJECT + HexFormat.of().formatHex(Secret.sha256(token));
    }

    private Future<Caller> bySession(RoutingContext context, String address) {
        HttpServerRequest request = context.request();
        Session session = sessions.of(request).orElse(null);
        if (session == null) {
            return Future.failedFuture(sessionEnded());
        }
        if (!isOfOurPage(request, session)) {
            return Future.failedFuture(Problem.of(
                    403,
                    "not-our-page",
                    "A browser's session changes things for pages of this port only: " + CSRF
                            + " must be the csrf of GET /admin/v1/session."));
        }
        return bySubject(session.subject(), address).map(caller -> {
            context.put(ApiRouter.SESSION, session);
            String cookie = isBackground(request) ? null : sessions.renewed(session);
            if (cookie != null) {
                context.response().putHeader("set-cookie", cookie);
            }
            return caller;
        });
    }

    /** Whether a page asks by itself. A page that listens can send no header of its own. */
    private static boolean isBackground(HttpServerRequest request) {
        return request.getHeader(BACKGROUND) != null || "text/event-stream".equals(request.getHeader("accept"));
    }

    /** Whether whoever has asked may still ask: asked again and again by what goes on after its answer began. */
    BooleanSupplier goesOn(ApiRequest request) {
        Session session = request.session();
        String token = request.bearer();
        Caller caller = request.caller();
        String subject = session != null ? session.subject() : token == null ? "" : subject(token, caller);
        return () -> (session == null || sessions.isGood(session))
                && find(subject, caller.address()).isPresent();
    }

    private static boolean isOfOurPage(HttpServerRequest request, Session session) {
        String site = request.getHeader("sec-fetch-site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return false;
        }
        if (request.method().equals(HttpMethod.GET)) {
            return true;
        }
        String csrf = request.getHeader(CSRF);
        return csrf != null
                && MessageDigest.isEqual(csrf.getBytes(UTF_8), session.csrf().getBytes(UTF_8));
    }

    /** Whoever signed in may do now what their token may do now. */
    private Future<Caller> bySubject(String subject, String address) {
        Optional<Caller> known = find(subject, address);
        return known.isPresent()
                ? Future.succeededFuture(known.get())
                : tokens.read().transform(read -> {
                    if (read.failed() && !(read.cause() instanceof NoStore) && !tokens.isKnown()) {
                        return Future.failedFuture(unread());
                    }
                    return find(subject, address)
                            .map(Future::succeededFuture)
                            .orElseGet(() -> Future.failedFuture(sessionEnded()));
                });
    }

    /** Who is meant by the subject of a session; empty when their right to ask has ended. */
    Optional<Caller> find(String subject, String address) {
        if (!subject.startsWith(SUBJECT)) {
            return provider == null
                    ? Optional.empty()
                    : OidcSubject.find(subject, provider.issuer(), provider.now(), address);
        }
        String hash = subject.substring(SUBJECT.length());
        return MessageDigest.isEqual(
                        hash.getBytes(UTF_8), HexFormat.of().formatHex(own).getBytes(UTF_8))
                ? Optional.of(new Caller(OWN, Role.OWNER, null, null, address))
                : tokens.byHash(hash).map(found -> caller(found, address));
    }

    private static Problem sessionEnded() {
        return Problem.of(401, "session-ended", "You are signed in no more. Sign in again.");
    }

    private static Problem unread() {
        return Problem.of(
                        503,
                        "tokens-unknown",
                        "The database has not answered yet, so no token but the node's own is known.")
                .retryAfter(2);
    }

    private static Caller caller(TokenRepository.Token found, String address) {
        OffsetDateTime expires = found.expiresAt();
        return new Caller(
                found.name(),
                Role.of(found.role()).orElse(Role.VIEWER),
                found.team(),
                expires == null ? null : expires.toInstant(),
                address);
    }

    /** It may have been made a moment ago, here or on another node. */
    private Future<Caller> unknown(String token, String address) {
        // Counted before it is sure, so that guesses side by side do not pass.
        int untold = guesses.wrong(address);
        return tokens.read().transform(read -> {
            Optional<Caller> fresh = right(token, address);
            return fresh.isPresent() ? Future.succeededFuture(fresh.get()) : wrong(address, untold, read.cause());
        });
    }

    private Optional<Caller> right(String token, String address) {
        return tokens.find(token).map(found -> {
            guesses.right(address);
            return caller(found, address);
        });
    }

    private Future<Caller> wrong(String address, int untold, @Nullable Throwable unread) {
        if (unread != null && !(unread instanceof NoStore) && !tokens.isKnown()) {
            return Future.failedFuture(unread());
        }
        tell(address, untold);
        return Future.failedFuture(Problem.of(401, "unauthenticated", "This token is not known here, or has ended."));
    }

    private void tell(String address, int untold) {
        if (untold > 0) {
            LOG.warn("{} wrong admin tokens from {}", untold, address);
            audit.write(new Actor("unknown", "", address), "log-in", "", "", "refused: " + untold + " wrong tokens")
                    .onFailure(cause -> LOG.debug("wrong tokens are not in the audit log: {}", cause.toString()));
        }
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
