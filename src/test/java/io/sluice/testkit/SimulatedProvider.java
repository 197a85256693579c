package io.sluice.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.simulator.Simulator;
import io.sluice.simulator.SimulatorOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The product's simulated provider on a Vert.x of its own, which outlives nodes; and its control paths. */
public final class SimulatedProvider implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SAMPLE_MILLIS = 40;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Simulator simulator;
    private final HttpClient control;
    private final String base;

    private SimulatedProvider(SimulatorOptions options, @Nullable SSLContext trust) {
        simulator = TestNode.await(Simulator.start(vertx, options));
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
        control = trust == null
                ? client.version(HttpClient.Version.HTTP_1_1).build()
                : client.sslContext(trust).build();
        base = (trust == null ? "http" : "https") + "://127.0.0.1:" + simulator.port();
    }

    /** Starts one in clear text. */
    public static SimulatedProvider start(SimulatorOptions options) {
        return new SimulatedProvider(options, null);
    }

    /** Starts one with a certificate. */
    public static SimulatedProvider start(SimulatorOptions options, Certificates certificates) {
        SimulatorOptions.Tls tls = new SimulatorOptions.Tls(
                certificates.tls().cert(), certificates.tls().key());
        return new SimulatedProvider(options.withTls(tls), certificates.trusting());
    }

    /** Its port. */
    public int port() {
        return simulator.port();
    }

    /** Gives a credential a script, as JSON. */
    public SimulatedProvider script(String credential, String json) {
        ask("PUT", "/sim/credentials/" + credential, json);
        return this;
    }

    /** What the oracle says, by credential. */
    public JsonNode oracle() {
        return ask("GET", "/oracle", "").path("credentials");
    }

    /** Has the oracle forget all arrivals. */
    public void forget() {
        ask("DELETE", "/oracle", "");
    }

    /** Connections, streams and endings. */
    public JsonNode stats() {
        return ask("GET", "/sim/stats", "");
    }

    private JsonNode ask(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            HttpResponse<String> answer = control.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new AssertionError(path + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(path, e);
        }
    }

    /** Begins to look, again and again, how full each credential's present window is. */
    public Occupancy watch() {
        return new Occupancy();
    }

    /** How full the present windows were on average. */
    public final class Occupancy {
        private final Map<String, long[]> sums = new HashMap<>();
        private final CountDownLatch stopping = new CountDownLatch(1);
        private final Thread sampler;
        private long samples;

        private Occupancy() {
            sampler = Thread.ofVirtual().start(this::sample);
        }

        private void sample() {
            try {
                while (!stopping.await(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
                    oracle().properties().forEach(entry -> {
                        long[] sum = sums.computeIfAbsent(entry.getKey(), name -> new long[2]);
                        sum[0] += entry.getValue().path("requestsInWindow").asLong();
                        sum[1] += entry.getValue().path("tokensInWindow").asLong();
                    });
                    samples++;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Ends it. */
        public void stop() {
            stopping.countDown();
            try {
                sampler.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        /** Mean number of requests in a credential's window; to be asked after the stop. */
        public double requests(String credential) {
            return (double) sums.getOrDefault(credential, new long[2])[0] / samples;
        }

        /** Mean number of tokens in a credential's window; to be asked after the stop. */
        public double tokens(String credential) {
            return (double) sums.getOrDefault(credential, new long[2])[1] / samples;
        }
    }

    @Override
    public void close() {
        control.close();
        TestNode.await(simulator.stop());
        TestNode.await(vertx.close());
    }
}
