package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.NodeProcess;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pool of twenty under load, in a node as its users run it: five accounts die, five are exhausted, five become slow, the
 * streams of five break; then they are well again. Clients see errors only in streams that had begun.
 */
class PoolHealthIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "sk-test-pool-0123456789abcdef";
    private static final String WELL = "{\"first-token\":\"20ms\",\"tokens-per-second\":200,\"answer-tokens\":20}";
    private static final long A_SECOND = 50;

    private int asked;

    @TempDir
    private Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http =
            vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(500));
    private final java.net.http.HttpClient plain = java.net.http.HttpClient.newHttpClient();
    private final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();

    private static String gateway() {
        String accounts = IntStream.rangeClosed(1, 20)
                .mapToObj(i -> "      - { name: %s, key: key-of-%s-0123456789 }".formatted(name(i), name(i)))
                .collect(Collectors.joining("\n"));
        return """
                channels:
                  - name: pool
                    type: openai
                    base-url: http://127.0.0.1:@SIM@/v1
                    health: { probe-after: 500ms, probe-every: 2s, ramp: 1s, breaker: { open-for: 1s, window: 10s } }
                    accounts:
                %s
                    models: { gpt-4o-mini: {} }
                keys:
                  - { name: k, key: %s }
                """.formatted(accounts, KEY);
    }

    private static String name(int number) {
        return "a%02d".formatted(number);
    }

    private void script(NodeProcess node, int from, int to, String json) throws Exception {
        for (int i = from; i <= to; i++) {
            HttpRequest put = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.simulatorPort()
                            + "/sim/credentials/key-of-" + name(i) + "-0123456789"))
                    .PUT(BodyPublishers.ofString(json))
                    .build();
            assertThat(plain.send(put, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
    }

    private void count(String outcome) {
        outcomes.computeIfAbsent(outcome, o -> new LongAdder()).increment();
    }

    private long counted(String outcome) {
        LongAdder adder = outcomes.get(outcome);
        return adder == null ? 0 : adder.sum();
    }

    /** Each a conversation of its own, so that no account keeps them together. */
    private Buffer body() {
        return Buffer.buffer("{\"model\":\"gpt-4o-mini\",\"stream\":true,\"max_tokens\":20,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"question " + ++asked + "\"}]}");
    }

    private void ask(int port) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setPort(port)
                .setHost("127.0.0.1")
                .setURI("/v1/chat/completions")
                .putHeader("authorization", "Bearer " + KEY)
                .putHeader("content-type", "application/json");
        http.request(options)
                .compose(request -> request.send(body()))
                .compose(PoolHealthIT::outcome)
                .onSuccess(this::count)
                .onFailure(cause -> count("broken before its head"));
    }

    private static Future<String> outcome(HttpClientResponse answer) {
        Buffer seen = Buffer.buffer();
        answer.handler(seen::appendBuffer);
        return answer.end().transform(ended -> {
            String text = seen.toString();
            boolean told = text.contains("event: error") || text.contains("{\"error\"");
            if (answer.statusCode() != 200) {
                return Future.succeededFuture("refused " + answer.statusCode() + " " + text);
            }
            return Future.succeededFuture(text.endsWith("data: [DONE]\n\n") ? "whole" : told ? "told" : "silent");
        });
    }

    /** Offers load for a while. */
    private void load(NodeProcess node, Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            ask(node.port());
            TimeUnit.MILLISECONDS.sleep(1_000 / A_SECOND);
        }
    }

    private JsonNode admin(NodeProcess node, String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.adminPort() + path))
                .method(method, BodyPublishers.ofString(method.equals("GET") ? "" : "{}"))
                .header("content-type", "application/json")
                .build();
        return JSON.readTree(plain.send(request, BodyHandlers.ofString()).body());
    }

    /** How accounts stand, by name. */
    private Map<String, String> pool(NodeProcess node) throws Exception {
        Map<String, String> states = new TreeMap<>();
        for (JsonNode account : admin(node, "GET", "/admin/pool?limit=100").path("accounts")) {
            states.put(account.path("account").asText(), account.path("state").asText());
        }
        return states;
    }

    private void await(NodeProcess node, int from, int to, String... states) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            Map<String, String> now = pool(node);
            if (IntStream.rangeClosed(from, to)
                    .allMatch(i -> java.util.List.of(states).contains(now.get("pool/" + name(i))))) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not so: " + now + " " + outcomes);
            }
            load(node, Duration.ofMillis(200));
        }
    }

    @AfterEach
    void close() {
        vertx.close();
        plain.close();
    }

    @Test
    void aSickAccountCostsNobodyAnAnswer() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway())) {
            script(node, 1, 20, WELL);
            load(node, Duration.ofSeconds(3));

            script(node, 1, 5, """
                    {"faults":[{"kind":"status","status":401,"body":
                    "{\\"error\\":{\\"message\\":\\"no\\",\\"type\\":\\"invalid_request_error\\",\\"code\\":\\"invalid_api_key\\"}}"}]}
                    """);
            script(node, 6, 10, """
                    {"faults":[{"kind":"status","status":429,"headers":{"retry-after":"20"}}]}
                    """);
            script(node, 11, 15, "{\"first-token\":\"1500ms\",\"tokens-per-second\":200,\"answer-tokens\":20}");
            script(node, 16, 20, """
                    {"first-token":"20ms","tokens-per-second":200,"answer-tokens":20,
                    "faults":[{"kind":"cut","after-events":8,"probability":0.5}]}
                    """);
            load(node, Duration.ofSeconds(4));
            await(node, 1, 5, "dead");
            await(node, 6, 10, "cooling");
            Map<String, String> ill = pool(node);
            System.out.println("ill: " + ill + " " + outcomes);

            script(node, 1, 20, WELL);
            await(node, 1, 5, "up");
            await(node, 16, 20, "up");
            System.out.println("well: " + pool(node) + " " + outcomes);

            admin(node, "POST", "/admin/pool/pool/a01/disable");
            await(node, 1, 1, "disabled");
            load(node, Duration.ofSeconds(2));
            assertThat(pool(node)).containsEntry("pool/a01", "disabled");

            String failed = node.output()
                    .lines()
                    .filter(line -> line.contains("status=502"))
                    .collect(Collectors.joining("\n"));
            assertThat(outcomes.keySet()).as(outcomes + "\n" + failed).isSubsetOf("whole", "told");
            assertThat(counted("whole")).isGreaterThan(counted("told"));
        }
    }
}
