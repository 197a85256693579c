package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.OidcConfig;
import io.sluice.config.SignatureAlgorithm;
import io.sluice.domain.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An OpenID provider on loopback: its description, keys, log-in and token endpoint. Everybody who comes is Alice. */
public final class FakeOpenId {
    /** The client that it knows. */
    public static final String CLIENT = "sluice";

    /** The client's secret, which needs escapes in a header. */
    public static final String SECRET = "s e:c/r%et";

    private final boolean tls;
    private final HttpServer server;
    private final List<JsonObject> published = new CopyOnWriteArrayList<>();
    private final Map<String, LogIn> codes = new ConcurrentHashMap<>();
    private final AtomicInteger descriptions = new AtomicInteger();
    private final AtomicInteger keySets = new AtomicInteger();
    private volatile boolean down;
    private volatile boolean endless;
    private volatile UnaryOperator<JsonObject> description = UnaryOperator.identity();
    private volatile UnaryOperator<JsonObject> claims = UnaryOperator.identity();
    private volatile SignedTokens key;

    /** A log-in that waits for its code to be brought. */
    private record LogIn(String redirectUri, String challenge, String nonce) {}

    private FakeOpenId(Vertx vertx, @Nullable Certificates certificates, int port) {
        this.tls = certificates != null;
        HttpServerOptions options = new HttpServerOptions().setHost("localhost").setPort(port);
        if (certificates != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(certificates.tls().cert().toString())
                            .setKeyPath(certificates.tls().key().toString()));
        }
        this.key = SignedTokens.of(SignatureAlgorithm.RS256, "first");
        published.add(key.jwk());
        this.server = vertx.createHttpServer(options).requestHandler(this::handle);
        TestNode.await(server.listen());
    }

    /** One in clear text. */
    public static FakeOpenId start(Vertx vertx) {
        return new FakeOpenId(vertx, null, 0);
    }

    /** One in clear text on a port. */
    public static FakeOpenId start(Vertx vertx, int port) {
        return new FakeOpenId(vertx, null, port);
    }

    /** One with a certificate. */
    public static FakeOpenId start(Vertx vertx, Certificates certificates) {
        return new FakeOpenId(vertx, certificates, 0);
    }

    /** As it calls itself. */
    public String issuer() {
        return (tls ? "https" : "http") + "://localhost:" + server.actualPort() + "/realms/ops";
    }

    /** Settings of a node that trusts it. */
    public OidcConfig config() {
        return config(issuer(), null, List.of(SignatureAlgorithm.RS256));
    }

    /** Settings of a node that trusts it, by these algorithms and authorities. */
    public OidcConfig config(@Nullable Path ca, List<SignatureAlgorithm> algorithms) {
        return config(issuer(), ca, algorithms);
    }

    /** Settings of a node that trusts an issuer. */
    public static OidcConfig config(String issuer, @Nullable Path ca, List<SignatureAlgorithm> algorithms) {
        return new OidcConfig(
                issuer,
                new OidcConfig.Client(CLIENT, Secret.of(SECRET), List.of("openid", "profile")),
                List.of("sluice-admin", CLIENT),
                algorithms,
                new OidcConfig.Claims(
                        "email",
                        "realm_access.roles",
                        null,
                        Map.of("admins", "owner", "on-call", "operator", "staff", "viewer")),
                Duration.ofSeconds(30),
                ca);
    }

    /** Claims of Alice, an owner, for the next minutes. */
    public JsonObject alice() {
        long now = Instant.now().getEpochSecond();
        return new JsonObject()
                .put("iss", issuer())
                .put("sub", "1234")
                .put("aud", CLIENT)
                .put("iat", now)
                .put("exp", now + 300)
                .put("email", "alice@example.com")
                .put(
                        "realm_access",
                        new JsonObject()
                                .put("roles", new JsonArray().add("else").add("admins")));
    }

    /** A token of Alice with these roles. */
    public String token(String... roles) {
        return key.sign(alice().put("realm_access", new JsonObject().put("roles", new JsonArray(List.of(roles)))));
    }

    /** The key that it signs with now. */
    public SignedTokens key() {
        return key;
    }

    /** Signs with another key from now on, and publishes that alone. */
    public void rotate(SignedTokens other) {
        key = other;
        published.clear();
        published.add(other.jwk());
    }

    /** Publishes one more entry. */
    public void publish(JsonObject jwk) {
        published.add(jwk);
    }

    /** Whether it answers everything with 503. */
    public void down(boolean isDown) {
        down = isDown;
    }

    /** Whether its keys never end. */
    public void endless(boolean isEndless) {
        endless = isEndless;
    }

    /** Changes what it says of itself. */
    public void description(UnaryOperator<JsonObject> changed) {
        description = changed;
    }

    /** Changes what ID tokens say. */
    public void claims(UnaryOperator<JsonObject> changed) {
        claims = changed;
    }

    /** How often it was asked for its description. */
    public int descriptions() {
        return descriptions.get();
    }

    /** How often it was asked for its keys. */
    public int keySets() {
        return keySets.get();
    }

    private void handle(HttpServerRequest request) {
        if (down) {
            request.response().setStatusCode(503).end("down");
            return;
        }
        switch (request.path()) {
            case "/realms/ops/.well-known/openid-configuration" -> {
                descriptions.incrementAndGet();
                json(request, 200, description.apply(description()));
            }
            case "/keys" -> keys(request);
            case "/authorize" -> authorize(request);
            case "/token" -> request.setExpectMultipart(true).endHandler(end -> token(request));
            default -> request.response().setStatusCode(404).end();
        }
    }

    private JsonObject description() {
        String base = issuer().replace("/realms/ops", "");
        return new JsonObject()
                .put("issuer", issuer())
                .put("jwks_uri", base + "/keys")
                .put("authorization_endpoint", base + "/authorize?theme=dark")
                .put("token_endpoint", base + "/token");
    }

    private void keys(HttpServerRequest request) {
        keySets.incrementAndGet();
        if (endless) {
            request.response().setChunked(true);
            more(request);
            return;
        }
        json(request, 200, new JsonObject().put("keys", new JsonArray(List.copyOf(published))));
    }

    private void more(HttpServerRequest request) {
        request.response().write(" ".repeat(64 * 1024)).onSuccess(written -> more(request));
    }

    private void authorize(HttpServerRequest request) {
        MultiMap query = request.params();
        boolean good = request.method().equals(HttpMethod.GET)
                && CLIENT.equals(query.get("client_id"))
                && "code".equals(query.get("response_type"))
                && "openid profile".equals(query.get("scope"))
                && "S256".equals(query.get("code_challenge_method"))
                && "dark".equals(query.get("theme"));
        if (!good) {
            request.response().setStatusCode(400).end(query.toString());
            return;
        }
        String code = "code-" + codes.size();
        codes.put(code, new LogIn(query.get("redirect_uri"), query.get("code_challenge"), query.get("nonce")));
        request.response()
                .setStatusCode(302)
                .putHeader(
                        "location",
                        query.get("redirect_uri") + "?code=" + code + "&state="
                                + URLEncoder.encode(query.get("state"), UTF_8))
                .end();
    }

    private void token(HttpServerRequest request) {
        MultiMap form = request.formAttributes();
        String basic = Base64.getEncoder()
                .encodeToString(
                        (URLEncoder.encode(CLIENT, UTF_8) + ":" + URLEncoder.encode(SECRET, UTF_8)).getBytes(UTF_8));
        boolean byHeader = ("Basic " + basic).equals(request.getHeader("authorization"));
        boolean byForm = CLIENT.equals(form.get("client_id")) && SECRET.equals(form.get("client_secret"));
        if (byHeader == byForm) {
            json(request, 401, new JsonObject().put("error", "invalid_client"));
            return;
        }
        LogIn logIn = codes.remove(String.valueOf(form.get("code")));
        if (logIn == null
                || !"authorization_code".equals(form.get("grant_type"))
                || !logIn.redirectUri.equals(form.get("redirect_uri"))
                || !logIn.challenge.equals(challenge(String.valueOf(form.get("code_verifier"))))) {
            json(
                    request,
                    400,
                    new JsonObject().put("error", "invalid_grant").put("error_description", "no <b>way</b>"));
            return;
        }
        json(
                request,
                200,
                new JsonObject()
                        .put("access_token", "opaque")
                        .put("token_type", "Bearer")
                        .put("id_token", key.sign(claims.apply(alice().put("nonce", logIn.nonce)))));
    }

    /** The challenge of a verifier (RFC 7636). */
    public static String challenge(String verifier) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void json(HttpServerRequest request, int status, JsonObject json) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(json.encode());
    }

    /** Closes its port. */
    public void close() {
        TestNode.await(server.close());
    }
}
