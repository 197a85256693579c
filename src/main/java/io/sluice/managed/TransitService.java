package io.sluice.managed;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.config.TransitConfig;
import io.sluice.domain.seal.KeyService;
import io.sluice.domain.seal.SealFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The transit engine of HashiCorp Vault and OpenBao ({@code POST /v1/MOUNT/encrypt/KEY} and {@code …/decrypt/KEY}; API pages of
 * both, 2026). Certificates are verified, no redirect is followed, answers have at most 64 KiB. When it did not answer it is not asked again
 * for two seconds, so that a start with many secrets does not wait for each. Blocks, and is not for several threads at once.
 */
public final class TransitService implements KeyService {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(2);
    private static final int MOST_BYTES = 64 * 1024;
    private static final Pattern WRAPPED = Pattern.compile("[a-z]+:v[0-9]{1,9}:[A-Za-z0-9+/=]{1,900}");

    private final TransitConfig config;
    private final HttpClient client;
    private final LongSupplier nanoClock;
    private @Nullable SealFailure away;
    private long awayNanos;

    /**
     * Asks nothing yet.
     *
     * @param config where and by which key
     * @param nanoClock for the rest after a failure
     * @throws IOException when the file of authorities cannot be read, or holds none
     */
    public TransitService(TransitConfig config, LongSupplier nanoClock) throws IOException {
        this.config = config;
        this.nanoClock = nanoClock;
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT).followRedirects(Redirect.NEVER);
        if (config.ca() != null) {
            builder.sslContext(trusting(config.ca()));
        }
        this.client = builder.build();
    }

    private static SSLContext trusting(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + number++, certificate);
            }
            if (number == 0) {
                throw new IOException(file + " holds no certificate");
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " holds no certificates: " + e.getMessage(), e);
        }
    }

    @Override
    public String wrap(byte[] key) throws SealFailure {
        String wrapped = ask("encrypt", "plaintext", Base64.getEncoder().encodeToString(key), "ciphertext");
        if (!WRAPPED.matcher(wrapped).matches()) {
            throw failure("answers with something that is no ciphertext");
        }
        return wrapped;
    }

    @Override
    public byte[] unwrap(String wrapped) throws SealFailure {
        if (!WRAPPED.matcher(wrapped).matches()) {
            throw new SealFailure("it is not in the form of something sealed");
        }
        try {
            return Base64.getDecoder().decode(ask("decrypt", "ciphertext", wrapped, "plaintext"));
        } catch (IllegalArgumentException e) {
            throw failure("answers with something that is no base64");
        }
    }

    private String ask(String action, String name, String value, String wanted) throws SealFailure {
        if (away != null && nanoClock.getAsLong() - awayNanos < REST.toNanos()) {
            throw away;
        }
        try {
            String answer = sent(action, name, value, wanted);
            away = null;
            return answer;
        } catch (IOException e) {
            throw rest(
                    "does not answer: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SealFailure("the node is stopped", true);
        }
    }

    private String sent(String action, String name, String value, String wanted)
            throws IOException, InterruptedException, SealFailure {
        ObjectNode body = JSON.createObjectNode().put(name, value);
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(config.address() + "/v1/" + config.mount() + "/" + action + "/" + config.key()))
                .timeout(ANSWER)
                .header("content-type", "application/json")
                .header("x-vault-request", "true")
                .header("x-vault-token", config.token().reveal())
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
        if (config.namespace() != null) {
            request.header("x-vault-namespace", config.namespace());
        }
        Body text = new Body();
        HttpResponse<Void> response =
                whole(client.sendAsync(request.build(), BodyHandlers.ofByteArrayConsumer(text::take)));
        if (response.statusCode() != 200) {
            throw refusal(response.statusCode(), action);
        }
        JsonNode found = read(text.bytes()).path("data").path(wanted);
        if (!found.isTextual()) {
            throw failure("answers without " + wanted);
        }
        return found.textValue();
    }

    /** Head and body: an answer that dribbles must end too. */
    private static <T> T whole(CompletableFuture<T> answer) throws IOException, InterruptedException {
        try {
            return answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("no whole answer within " + ANSWER.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(String.valueOf(e.getCause()), e);
        }
    }

    /** What came of a body; of one that is too long, nothing. Written by one thread at a time. */
    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean tooLong;

        synchronized void take(Optional<byte[]> piece) {
            byte[] more = piece.orElse(new byte[0]);
            tooLong |= bytes.size() + more.length > MOST_BYTES;
            if (!tooLong) {
                bytes.writeBytes(more);
            }
        }

        synchronized byte[] bytes() {
            return tooLong ? new byte[0] : bytes.toByteArray();
        }
    }

    private static JsonNode read(byte[] text) {
        try {
            return JSON.readTree(new String(text, UTF_8));
        } catch (IOException e) {
            return JSON.createObjectNode();
        }
    }

    /** Its own words are left out: they may name what was sent. */
    private SealFailure refusal(int status, String action) {
        return switch (status) {
            case 400 ->
                failure("refuses to " + action + " with the key " + config.key() + " (400): it is of another key");
            case 403 ->
                rest("refuses the token of store.transit.token (403), which has ended or may not " + action + " with "
                        + config.key());
            case 404 -> rest("knows no key " + config.key() + " at " + config.mount() + " (404)");
            case 429 -> rest("is asked too often (429)");
            case 503 -> rest("is sealed (503)");
            default -> rest("answers with status " + status);
        };
    }

    /** What may be mended without a change of what is sealed. */
    private SealFailure rest(String message) {
        SealFailure failure = new SealFailure(named(message), true);
        away = failure;
        awayNanos = nanoClock.getAsLong();
        return failure;
    }

    private SealFailure failure(String message) {
        return new SealFailure(named(message));
    }

    private String named(String message) {
        return "the key service " + config.address() + " " + message;
    }
}
