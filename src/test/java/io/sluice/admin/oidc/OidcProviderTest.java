package io.sluice.admin.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.api.Role;
import io.sluice.config.OidcConfig;
import io.sluice.config.SignatureAlgorithm;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.FakeOpenId;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.LogLines;
import io.sluice.testkit.SignedTokens;
import io.sluice.testkit.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The provider's tokens and log-ins, over real sockets. */
class OidcProviderTest {
    private static final String BACK = "https://console.example.com/back";

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicLong nanos = new AtomicLong();
    private final List<OidcProvider> opened = new ArrayList<>();

    /** An answer, or why there is none. */
    private record Outcome(@Nullable Object value, @Nullable Throwable cause) {
        String said() {
            return cause instanceof OidcRefusal refusal
                    ? refusal.kind() + ": " + refusal.getMessage()
                    : this.toString();
        }
    }

    @AfterEach
    void close() {
        opened.forEach(provider -> outcome(provider::close));
        TestNode.await(vertx.close());
    }

    private Outcome outcome(Supplier<Future<?>> call) {
        Promise<Outcome> promise = Promise.promise();
        context.runOnContext(
                v -> call.get().onComplete(done -> promise.complete(new Outcome(done.result(), done.cause()))));
        return TestNode.await(promise.future());
    }

    private OidcProvider opened(OidcConfig config) {
        OidcProvider provider = new OidcProvider(vertx, config, Instant::now, nanos::get);
        opened.add(provider);
        context.runOnContext(v -> provider.open());
        return provider;
    }

    private OidcProvider ready(OidcConfig config) {
        OidcProvider provider = opened(config);
        Await.until(() -> !outcome(() -> provider.verify("a.b.c")).said().isEmpty()
                && !outcome(() -> provider.authorizeUrl("s", "n", "c", BACK))
                        .said()
                        .startsWith("UNREADY"));
        return provider;
    }

    private String verdict(OidcProvider provider, String token) {
        Outcome outcome = outcome(() -> provider.verify(token));
        return outcome.value instanceof OidcIdentity who ? who.name() + " " + who.role() : outcome.said();
    }

    private void awaitKeys(OidcProvider provider, String token) {
        Await.until(() -> !verdict(provider, token).startsWith("UNREADY"));
    }

    @ParameterizedTest
    @EnumSource
    void takesEveryAlgorithmThatIsAllowedAndNoOther(SignatureAlgorithm algorithm) {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        issuer.rotate(SignedTokens.of(algorithm, "k"));
        OidcProvider provider = opened(issuer.config(null, List.of(algorithm)));
        awaitKeys(provider, issuer.token("admins"));

        assertThat(verdict(provider, issuer.token("admins"))).isEqualTo("oidc:alice@example.com OWNER");
        assertThat(verdict(provider, issuer.token("staff"))).isEqualTo("oidc:alice@example.com VIEWER");
        assertThat(verdict(provider, issuer.token("x"))).startsWith("NOT_ALLOWED: The token is good");
        String stranger = SignedTokens.of(algorithm, "k").sign(issuer.alice());
        assertThat(verdict(provider, stranger)).isEqualTo("INVALID: The token is not signed by a key of the issuer.");

        SignatureAlgorithm other =
                algorithm == SignatureAlgorithm.RS512 ? SignatureAlgorithm.RS256 : SignatureAlgorithm.RS512;
        assertThat(verdict(provider, SignedTokens.of(other, "k").sign(issuer.alice())))
                .startsWith("INVALID: The token is signed in another way");
    }

    @Test
    void nobodyForgesAToken() {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        OidcProvider provider = opened(issuer.config());
        String good = issuer.token("admins");
        awaitKeys(provider, good);
        assertThat(verdict(provider, good)).endsWith("OWNER");
        String[] parts = good.split("\\.");
        String claims = SignedTokens.encoded(issuer.alice().put("sub", "5678").encode());
        JsonObject header = new JsonObject().put("alg", "RS256").put("kid", "first");

        for (String forged : List.of(
                parts[0] + "." + claims + "." + parts[2],
                parts[0] + "." + parts[1] + ".AAAA",
                parts[0] + "." + parts[1] + "." + parts[2].substring(4),
                SignedTokens.encoded("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2],
                SignedTokens.encoded("{\"alg\":\"none\"}") + "." + parts[1] + ".",
                SignedTokens.encoded("{\"alg\":\"none\"}") + "." + parts[1],
                SignedTokens.encoded("{\"alg\":\"HS256\",\"kid\":\"first\"}") + "." + parts[1] + "." + parts[2],
                SignedTokens.encoded("{\"alg\":[\"RS256\"]}") + "." + parts[1] + "." + parts[2],
                SignedTokens.encoded("[]") + "." + parts[1] + "." + parts[2],
                SignedTokens.encoded("{") + "." + parts[1] + "." + parts[2],
                issuer.key().sign(header.copy().put("typ", "logout+jwt"), issuer.alice()),
                issuer.key().sign(header.copy().put("typ", 1), issuer.alice()),
                issuer.key().sign(header.copy().put("crit", new JsonArray().add("b64")), issuer.alice()),
                issuer.key().sign(header.copy().put("kid", 7), issuer.alice()),
                issuer.key().sign(issuer.alice().put("exp", "x")),
                issuer.key().sign(issuer.alice().put("exp", 1)),
                issuer.key().sign(issuer.alice().put("aud", "x")),
                issuer.key().sign(issuer.alice().put("iss", "x")))) {
            assertThat(verdict(provider, forged)).as(forged).startsWith("INVALID: ");
        }
        assertThat(issuer.keySets()).isEqualTo(1);
        assertThat(verdict(provider, issuer.key().sign(header.copy().put("typ", "at+jwt"), issuer.alice())))
                .endsWith("OWNER");
    }

    @Test
    void keysThatAreNoneDoNotHarmTheOthers() {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        SignedTokens weak = new SignedTokens(SignatureAlgorithm.RS256, "weak", SignedTokens.rsa(1024));
        SignedTokens large = new SignedTokens(SignatureAlgorithm.RS256, "large", SignedTokens.rsa(3072));
        SignedTokens hidden = SignedTokens.of(SignatureAlgorithm.RS256, "hidden");
        issuer.publish(weak.jwk());
        issuer.publish(hidden.jwk().put("use", "enc"));
        issuer.publish(new JsonObject().put("kty", "oct").put("k", "AAAA").put("alg", "HS256"));
        issuer.publish(new JsonObject().put("kty", "RSA").put("n", "!").put("e", "AQAB"));
        issuer.publish(new JsonObject().put("kid", "first").put("kty", "RSA"));
        issuer.publish(new JsonObject());
        issuer.publish(large.jwk());
        OidcProvider provider = opened(issuer.config());
        awaitKeys(provider, issuer.token("admins"));
        JsonObject noKid = new JsonObject().put("alg", "RS256");

        assertThat(verdict(provider, issuer.token("admins"))).endsWith("OWNER");
        assertThat(verdict(provider, large.sign(issuer.alice()))).endsWith("OWNER");
        assertThat(verdict(provider, large.sign(noKid, issuer.alice()))).endsWith("OWNER");
        assertThat(verdict(provider, issuer.key().sign(noKid, issuer.alice()))).endsWith("OWNER");
        assertThat(verdict(provider, weak.sign(issuer.alice()))).startsWith("INVALID");
        assertThat(verdict(provider, hidden.sign(issuer.alice()))).startsWith("INVALID");
        assertThat(verdict(
                        provider,
                        large.sign(new JsonObject().put("alg", "RS256").put("kid", "first"), issuer.alice())))
                .startsWith("INVALID");
    }

    @Test
    void newKeysAreFoundAndMadeUpOnesAskForNothing() {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        OidcProvider provider = opened(issuer.config());
        String old = issuer.token("admins");
        awaitKeys(provider, old);
        issuer.rotate(SignedTokens.of(SignatureAlgorithm.RS256, "second"));
        String fresh = issuer.token("admins");

        assertThat(verdict(provider, fresh)).startsWith("INVALID");
        assertThat(issuer.keySets()).isEqualTo(1);
        nanos.addAndGet(ProviderKeys.BETWEEN.toNanos());
        assertThat(verdict(provider, fresh)).endsWith("OWNER");
        assertThat(verdict(provider, old)).startsWith("INVALID");
        assertThat(issuer.keySets()).isEqualTo(2);

        SignedTokens stranger = SignedTokens.of(SignatureAlgorithm.RS256, "third");
        for (int i = 0; i < 50; i++) {
            assertThat(verdict(provider, stranger.sign(issuer.alice()))).startsWith("INVALID");
        }
        assertThat(issuer.keySets()).isEqualTo(2);
        nanos.addAndGet(ProviderKeys.BETWEEN.toNanos());
        List<Future<Outcome>> asked = new ArrayList<>();
        Promise<Void> sent = Promise.promise();
        context.runOnContext(v -> {
            for (int i = 0; i < 50; i++) {
                asked.add(provider.verify(stranger.sign(issuer.alice()))
                        .transform(done -> Future.succeededFuture(new Outcome(done.result(), done.cause()))));
            }
            sent.complete();
        });
        TestNode.await(sent.future());
        TestNode.await(Future.all(asked));
        assertThat(issuer.keySets()).isEqualTo(3);
        assertThat(issuer.descriptions()).isEqualTo(1);
    }

    @Test
    void keysStayGoodWhileTheProviderIsAway() {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        OidcProvider provider = opened(issuer.config());
        String good = issuer.token("admins");
        awaitKeys(provider, good);
        issuer.down(true);
        nanos.addAndGet(ProviderKeys.BETWEEN.toNanos());

        assertThat(verdict(provider, good)).endsWith("OWNER");
        assertThat(verdict(
                        provider, SignedTokens.of(SignatureAlgorithm.RS256, "x").sign(issuer.alice())))
                .isEqualTo("UNREADY: The token's key is not known, and the OpenID provider does not answer.");
    }

    @Test
    void itIsAskedUntilItAnswers() {
        int port = FreePort.next();
        String issuer = "http://localhost:" + port + "/realms/ops";
        try (LogLines log = LogLines.of(OidcProvider.class)) {
            OidcProvider provider = opened(FakeOpenId.config(issuer, null, List.of(SignatureAlgorithm.RS256)));
            Await.until(() -> log.has("WARN the OpenID provider " + issuer
                    + " cannot be used: its description (" + issuer
                    + "/.well-known/openid-configuration) does not answer: "));
            assertThat(log.has("its tokens are refused with 503, and it is asked again in 1 s"))
                    .isTrue();
            assertThat(verdict(
                            provider,
                            SignedTokens.of(SignatureAlgorithm.RS256, "x").sign(new JsonObject())))
                    .startsWith("UNREADY");

            FakeOpenId late = FakeOpenId.start(vertx, port);
            awaitKeys(provider, late.token("admins"));

            assertThat(verdict(provider, late.token("admins"))).endsWith("OWNER");
            assertThat(log.has("INFO the OpenID provider " + issuer + " answers"))
                    .isTrue();
        }
    }

    @Test
    void whatItSaysOfItselfIsChecked() {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        for (List<String> wrong : List.of(
                List.of("issuer", "http://localhost/other", "it calls itself 'http://localhost/other', and"),
                List.of("issuer", "a\nb", "it calls itself something else"),
                List.of("jwks_uri", "http://192.0.2.1/keys", "its jwks_uri is no https URL"),
                List.of("jwks_uri", "file:///etc/passwd", "its jwks_uri is no https URL"),
                List.of("token_endpoint", "https://u:p@localhost/", "its token_endpoint is no https URL"),
                List.of("jwks_uri", issuer.issuer(), "answers with status 404"))) {
            issuer.description(document -> document.put(wrong.get(0), wrong.get(1)));
            try (LogLines log = LogLines.of(OidcProvider.class)) {
                opened(issuer.config());

                Await.until(() -> log.has(wrong.get(2)));
            }
        }
        issuer.description(document -> document);
        issuer.endless(true);
        try (LogLines log = LogLines.of(OidcProvider.class)) {
            opened(issuer.config());

            Await.until(() -> log.has("it answers with more than 262144 bytes"));
        }
    }

    @Test
    void certificatesAreVerified(@TempDir Path dir) {
        Certificates certificates = Certificates.in(dir);
        FakeOpenId issuer = FakeOpenId.start(vertx, certificates);
        List<SignatureAlgorithm> algorithms = List.of(SignatureAlgorithm.RS256);
        OidcProvider trusting = opened(issuer.config(certificates.tls().cert(), algorithms));
        awaitKeys(trusting, issuer.token("admins"));

        assertThat(verdict(trusting, issuer.token("admins"))).endsWith("OWNER");
        try (LogLines log = LogLines.of(OidcProvider.class)) {
            OidcProvider strict = opened(issuer.config(null, algorithms));
            Await.until(() -> log.has("does not answer: "));

            assertThat(verdict(strict, issuer.token("admins"))).startsWith("UNREADY");
        }
    }

    /** As a browser does it. */
    private static String logIn(String url) throws IOException, InterruptedException {
        try (HttpClient browser = HttpClient.newHttpClient()) {
            var answer = browser.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
            String place = answer.headers().firstValue("location").orElseThrow();
            assertThat(place).startsWith(BACK + "?code=").endsWith("&state=the+state");
            return place.replaceAll(".*code=|&.*", "");
        }
    }

    private String code(OidcProvider provider, String verifier) throws IOException, InterruptedException {
        Outcome url =
                outcome(() -> provider.authorizeUrl("the state", "the nonce", FakeOpenId.challenge(verifier), BACK));
        return logIn(String.valueOf(url.value));
    }

    @Test
    void aPersonLogsIn() throws Exception {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        OidcProvider provider = ready(issuer.config());
        String verifier = "v".repeat(43);
        String code = code(provider, verifier);

        Outcome outcome = outcome(() -> provider.exchange(code, verifier, "the nonce", BACK));

        assertThat(outcome.value).isInstanceOfSatisfying(OidcIdentity.class, who -> {
            assertThat(who.name()).isEqualTo("oidc:alice@example.com");
            assertThat(who.role()).isEqualTo(Role.OWNER);
            assertThat(who.team()).isNull();
            assertThat(who.expires())
                    .isAfter(Instant.now())
                    .isBefore(Instant.now().plusSeconds(301));
        });
        assertThat(outcome(() -> provider.exchange(code, verifier, "the nonce", BACK))
                        .said())
                .isEqualTo("INVALID: The OpenID provider did not take the log-in (400, invalid_grant); log in again.");
    }

    @Test
    void nobodyTakesAnothersLogIn() throws Exception {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        OidcProvider provider = ready(issuer.config());
        String verifier = "v".repeat(43);

        String first = code(provider, verifier);
        assertThat(outcome(() -> provider.exchange(first, "w".repeat(43), "the nonce", BACK))
                        .said())
                .startsWith("INVALID");
        String second = code(provider, verifier);
        assertThat(outcome(() -> provider.exchange(second, verifier, "other", BACK))
                        .said())
                .isEqualTo("INVALID: The ID token is of another log-in.");
        String third = code(provider, verifier);
        assertThat(outcome(() -> provider.exchange(third, verifier, "the nonce", "https://evil.example.com"))
                        .said())
                .startsWith("INVALID");
        issuer.claims(claims -> claims.put("aud", "sluice-admin"));
        String fourth = code(provider, verifier);
        assertThat(outcome(() -> provider.exchange(fourth, verifier, "the nonce", BACK))
                        .said())
                .startsWith("INVALID: The token is for somebody else");
    }

    @Test
    void theSecretGoesIntoTheFormWhereThatIsWanted() throws Exception {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        issuer.description(document ->
                document.put("token_endpoint_auth_methods_supported", new JsonArray().add("client_secret_post")));
        OidcProvider provider = ready(issuer.config());
        String verifier = "v".repeat(43);
        String code = code(provider, verifier);

        assertThat(outcome(() -> provider.exchange(code, verifier, "the nonce", BACK)).value)
                .isInstanceOf(OidcIdentity.class);
    }

    @Test
    void withoutALogInThereIsNone() {
        FakeOpenId issuer = FakeOpenId.start(vertx);
        issuer.description(document -> {
            document.remove("authorization_endpoint");
            document.remove("token_endpoint");
            return document;
        });
        OidcProvider provider = opened(issuer.config());
        awaitKeys(provider, issuer.token("admins"));

        assertThat(outcome(() -> provider.authorizeUrl("s", "n", "c", BACK)).said())
                .isEqualTo("INVALID: The OpenID provider has no log-in for browsers.");
        assertThat(outcome(() -> provider.exchange("c", "v", "n", BACK)).said()).startsWith("INVALID");
    }
}
