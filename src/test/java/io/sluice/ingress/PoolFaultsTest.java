package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every class of fault, of streams and of whole answers, before and after the first byte that the client sees: what the
 * client gets, how the account stands after, what is settled and recorded. Real verticles, and the simulated provider.
 */
class PoolFaultsTest {
    private static final String KEY = "sk-test-faults-0123456789";
    private static final Timeouts IMPATIENT = new Timeouts(
            Duration.ofMillis(500),
            Duration.ofMillis(400),
            Duration.ofMillis(400),
            Duration.ofMillis(300),
            Duration.ofSeconds(5));

    @TempDir
    private Path directory;

    private SimulatedProvider provider;
    private TestNode node;
    private GatewayRevision revision;

    /** What the client is left with. */
    private enum Client {
        WHOLE,
        REFUSED,
        CUT
    }

    /**
     * One fault of the first account; the second is well.
     *
     * @param fault as the simulator's scripts have it
     * @param stream whether a stream is asked for
     * @param client what the client is left with
     * @param standing how the account stands after
     * @param attempts how many there are
     */
    private record Case(String fault, boolean stream, Client client, byte standing, int attempts) {}

    private static String status(int status, String body) {
        return "{\"kind\":\"status\",\"status\":" + status + ",\"body\":\"" + body.replace("\"", "\\\"") + "\"}";
    }

    private static String error(String type, String code) {
        return "{\"error\":{\"message\":\"no\",\"type\":\"" + type + "\",\"code\":\"" + code + "\"}}";
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        byte up = PoolSnapshot.UP;
        for (boolean stream : new boolean[] {false, true}) {
            // Somebody else serves, and the client sees nothing of it.
            cases.add(new Case(
                    status(401, error("invalid_request_error", "invalid_api_key")),
                    stream,
                    Client.WHOLE,
                    PoolSnapshot.DEAD,
                    2));
            cases.add(new Case(
                    status(429, error("insufficient_quota", "insufficient_quota")),
                    stream,
                    Client.WHOLE,
                    PoolSnapshot.DEAD,
                    2));
            cases.add(new Case(
                    status(429, error("requests", "rate_limit_exceeded")),
                    stream,
                    Client.WHOLE,
                    PoolSnapshot.COOLING,
                    2));
            cases.add(new Case(
                    status(404, error("invalid_request_error", "model_not_found")),
                    stream,
                    Client.WHOLE,
                    PoolSnapshot.DEAD,
                    2));
            cases.add(new Case(status(500, "<html>oops</html>"), stream, Client.WHOLE, up, 2));
            cases.add(new Case(status(503, ""), stream, Client.WHOLE, up, 2));
            // The client's own fault.
            cases.add(new Case(
                    status(400, error("invalid_request_error", "invalid_value")), stream, Client.REFUSED, up, 1));
            cases.add(new Case(
                    status(400, error("invalid_request_error", "content_policy_violation")),
                    stream,
                    Client.REFUSED,
                    up,
                    1));
        }
        // Before the first byte.
        cases.add(new Case("{\"kind\":\"reset\"}", true, Client.WHOLE, up, 2));
        cases.add(new Case("{\"kind\":\"stall\"}", true, Client.WHOLE, up, 2));
        cases.add(new Case("{\"kind\":\"cut\",\"after-events\":0}", true, Client.WHOLE, up, 2));
        cases.add(new Case("{\"kind\":\"error-event\",\"after-events\":0}", true, Client.WHOLE, up, 2));
        // A provider that was silent may have acted, and a whole answer would be paid twice.
        cases.add(new Case("{\"kind\":\"stall\"}", false, Client.REFUSED, up, 1));
        // After the first byte.
        cases.add(new Case("{\"kind\":\"cut\",\"after-events\":8}", true, Client.CUT, up, 1));
        cases.add(new Case("{\"kind\":\"stall\",\"after-events\":8}", true, Client.CUT, up, 1));
        cases.add(new Case("{\"kind\":\"error-event\",\"after-events\":8}", true, Client.CUT, up, 1));
        return cases;
    }

    @BeforeEach
    void start() {
        provider = SimulatedProvider.start(SimulatorOptions.onPort(0).withWindow(Duration.ofSeconds(1)));
        revision = new RevisionBuilder()
                .channel("c", c -> c.port(provider.port())
                        .timeouts(IMPATIENT)
                        .accounts("a", "b")
                        .serves("gpt-4o-mini"))
                .key("k", KEY)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(5))
                .build();
        node = TestNode.of(revision)
                .keepsQuota(directory)
                .keepsHealth(directory)
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        provider.close();
    }

    private Client ask(boolean stream) throws InterruptedException {
        String body = "{\"model\":\"gpt-4o-mini\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.port() + "/v1/chat/completions"))
                .header("authorization", "Bearer " + KEY)
                .header("content-type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(BodyPublishers.ofString(body))
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            var answer = client.send(request, BodyHandlers.ofString());
            boolean whole = stream
                    ? answer.body().endsWith("data: [DONE]\n\n")
                    : answer.body().endsWith("}");
            return answer.statusCode() != 200 ? Client.REFUSED : whole ? Client.WHOLE : Client.CUT;
        } catch (IOException e) {
            return Client.CUT;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyFaultHasItsEnd(Case given) throws InterruptedException {
        String script = "{\"first-token\":\"1ms\",\"tokens-per-second\":100,\"answer-tokens\":20,\"faults\":["
                + given.fault + "]}";
        provider.script("CANARY-c-a", script);
        provider.script("CANARY-c-b", "{\"first-token\":\"1ms\",\"tokens-per-second\":2000,\"answer-tokens\":20}");
        Candidate first = revision.models().get("gpt-4o-mini").candidates().getFirst();

        Client seen = ask(given.stream);

        assertThat(seen).isEqualTo(given.client);
        Await.until(() -> node.records().size() == 1
                && node.audit().open() == 0
                && node.audit().isIdle());
        UsageRecord usage = node.records().element();
        Ending ending =
                switch (given.client) {
                    case WHOLE -> Ending.COMPLETED;
                    case REFUSED -> Ending.FAILED;
                    case CUT -> Ending.CUT;
                };
        assertThat(usage.outcome().ending()).isEqualTo(ending);
        assertThat(usage.served().attempts()).isEqualTo(given.attempts);
        assertThat(node.audit().faults()).isEmpty();
        assertThat(node.attempts()).hasSize(given.attempts);
        Await.until(() -> node.pool().standing(first.slot(), System.nanoTime()) == given.standing);
    }
}
