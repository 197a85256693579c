package io.sluice.testkit;

import io.sluice.config.TransitConfig;
import io.sluice.domain.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A transit engine on loopback, with one key named {@code sluice}. Its ciphertexts are numbers of what it keeps. */
public final class FakeTransit {
    private static final String TOKEN = "hvs.a-token-of-a-test";

    private final boolean tls;
    private final HttpServer server;
    private final Map<String, String> plaintexts = new ConcurrentHashMap<>();
    private final AtomicInteger encrypted = new AtomicInteger();
    private final AtomicInteger decrypted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile int version = 1;
    private volatile int status = 200;
    private volatile @Nullable String answer;

    private FakeTransit(Vertx vertx, @Nullable Certificates certificates) {
        this.tls = certificates != null;
        HttpServerOptions options = new HttpServerOptions().setHost("localhost").setPort(0);
        if (certificates != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(certificates.tls().cert().toString())
                            .setKeyPath(certificates.tls().key().toString()));
        }
        this.server = vertx.createHttpServer(options).requestHandler(this::handle);
        TestNode.await(server.listen());
    }

    /** One in clear text. */
    public static FakeTransit start(Vertx vertx) {
        return new FakeTransit(vertx, null);
    }

    /** One with a certificate. */
    public static FakeTransit start(Vertx vertx, Certificates certificates) {
        return new FakeTransit(vertx, certificates);
    }

    /** Settings of a node that uses it. */
    public TransitConfig config() {
        return config(TOKEN, null);
    }

    /** Settings of a node that comes with a token, and trusts these authorities. */
    public TransitConfig config(String token, @Nullable Path ca) {
        return new TransitConfig(
                (tls ? "https" : "http") + "://localhost:" + server.actualPort(),
                "a/transit",
                "sluice",
                Secret.of(token),
                "ops",
                true,
                ca);
    }

    /** The right token. */
    public static String token() {
        return TOKEN;
    }

    /** Makes a new version of the key. */
    public void rotate() {
        version++;
    }

    /** What it answers with; 200 when it works. */
    public void status(int other) {
        status = other;
    }

    /** Answers with a text whatever is asked; null when it works. */
    public void answer(@Nullable String text) {
        answer = text;
    }

    /** How often it has encrypted. */
    public int encrypted() {
        return encrypted.get();
    }

    /** How often it has decrypted. */
    public int decrypted() {
        return decrypted.get();
    }

    /** How often it has refused. */
    public int refused() {
        return refused.get();
    }

    private void handle(HttpServerRequest request) {
        request.body().onSuccess(body -> answer(request, body));
    }

    private void answer(HttpServerRequest request, Buffer body) {
        boolean known = TOKEN.equals(request.getHeader("X-Vault-Token"))
                && "ops".equals(request.getHeader("X-Vault-Namespace"));
        if (status != 200 || !known) {
            refused.incrementAndGet();
            error(request, status != 200 ? status : 403);
        } else if (answer != null) {
            request.response().end(answer);
        } else if (request.method().equals(HttpMethod.POST) && request.path().equals("/v1/a/transit/encrypt/sluice")) {
            String ciphertext = "vault:v" + version + ":" + encrypted.incrementAndGet();
            plaintexts.put(ciphertext, body.toJsonObject().getString("plaintext"));
            data(request, "ciphertext", ciphertext);
        } else if (request.method().equals(HttpMethod.POST) && request.path().equals("/v1/a/transit/decrypt/sluice")) {
            String plaintext = plaintexts.get(body.toJsonObject().getString("ciphertext"));
            if (plaintext == null) {
                error(request, 400);
                return;
            }
            decrypted.incrementAndGet();
            data(request, "plaintext", plaintext);
        } else {
            error(request, 404);
        }
    }

    private static void data(HttpServerRequest request, String name, String value) {
        request.response()
                .putHeader("content-type", "application/json")
                .end(new JsonObject()
                        .put("data", new JsonObject().put(name, value))
                        .encode());
    }

    private static void error(HttpServerRequest request, int status) {
        request.response().setStatusCode(status).end("{\"errors\":[\"canary\"]}");
    }
}
