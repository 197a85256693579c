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
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
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
    private final Queue<Took> times = new ConcurrentLinkedQueue<>();
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();

    /** How long an answer took, nanoseconds. */
    private record Took(long began, long nanos) {}

    private String gateway(int size) {
        String accounts = IntStream.rangeClosed(1, size)
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
                notifications:
                  group-wait: 1s
                  sinks:
                    - { name: hook, type: webhook, url: "http://127.0.0.1:%d/hook", secret: the-secret-of-the-hook-0123 }
                keys:
                  - { name: k, key: %s }
                """.formatted(accounts, hook(), KEY);
    }

    /** A server that takes messages; its port. */
    private int hook() {
        return vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    messages.add(body.toString());
                    request.response().end();
                }))
                .listen(0, "127.0.0.1")
                .await()
                .actualPort();
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
        long began = System.nanoTime();
        http.request(options)
                .compose(request -> request.send(body()))
                .compose(PoolHealthIT::outcome)
                .onSuccess(outcome -> {
                    count(outcome);
                    times.add(new Took(began, System.nanoTime() - began));
                })
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
                .header("authorization", "Bearer " + node.adminToken())
                .build();
        return JSON.readTree(plain.send(request, BodyHandlers.ofString()).body());
    }

    /** How accounts stand, by name. */
    private Map<String, String> pool(NodeProcess node) throws Exception {
        Map<String, String> states = new TreeMap<>();
        for (JsonNode account : admin(node, "GET", "/admin/v1/pool?limit=1000").path("accounts")) {
            states.put(account.path("account").asText(), account.path("state").asText());
        }
        return states;
    }

    private void await(NodeProcess node, int from, int to, String... states) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            Map<String, String> now = pool(node);
            if (IntStream.rangeClosed(from, to).allMatch(i -> List.of(states).contains(now.get("pool/" + name(i))))) {
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
    @Tag("proof")
    void aSickAccountCostsNobodyAnAnswer() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway(20))) {
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
            assertThat(messages)
                    .as("one message for all that died together")
                    .filteredOn(message -> message.contains("account-disabled") && message.contains("pool/a01"))
                    .first()
                    .asString()
                    .contains("pool/a05");
            System.out.println("well: " + pool(node) + " " + outcomes + " " + messages.size() + " messages");

            admin(node, "POST", "/admin/v1/pool/pool/a01/disable");
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

    @Test
    @Tag("proof")
    void halfOfTwoHundredDieAtOnce() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway(200))) {
            script(node, 1, 200, WELL);
            load(node, Duration.ofSeconds(8));
            long died = System.nanoTime();
            Thread killer = Thread.ofVirtual().start(() -> {
                try {
                    script(node, 1, 100, """
                            {"faults":[{"kind":"status","status":401,"body":
                            "{\\"error\\":{\\"message\\":\\"no\\",\\"type\\":\\"invalid_request_error\\",\\"code\\":\\"invalid_api_key\\"}}"}]}
                            """);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            load(node, Duration.ofSeconds(10));
            killer.join();

            for (int second = -4; second < 10; second++) {
                long from = died + TimeUnit.SECONDS.toNanos(second);
                List<Long> millis = times.stream()
                        .filter(took -> took.began - from >= 0 && took.began - from < 1_000_000_000L)
                        .map(took -> took.nanos / 1_000_000)
                        .sorted()
                        .toList();
                System.out.printf(
                        "second %d: %d answers, p50 %d ms, p99 %d ms%n",
                        second,
                        millis.size(),
                        millis.isEmpty() ? 0 : millis.get(millis.size() / 2),
                        millis.isEmpty() ? 0 : millis.get(millis.size() * 99 / 100));
            }
            System.out.println(outcomes + " "
                    + pool(node).values().stream()
                            .collect(Collectors.groupingBy(state -> state, Collectors.counting())));
            assertThat(outcomes.keySet()).isSubsetOf("whole");
        }
    }
}
