package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.ChatClient;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.NodeProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator does to a running node: limits, reloads, kills, stops. */
class NodeLifecycleIT {
    private static final String KEY = "sk-test-of-the-node-0001";

    @TempDir
    Path dir;

    private static String gateway(String accounts) {
        return """
                channels:
                  - name: sim
                    type: openai
                    base-url: http://127.0.0.1:@SIM@/v1
                    accounts:
                %s
                    models: { gpt-4o-mini: {} }
                keys:
                  - { name: app, key: %s }
                """.formatted(accounts.indent(6).stripTrailing(), KEY);
    }

    private static String account(String name, String limits) {
        return "- { name: %s, key: upstream-credential-%s, limits: %s }".formatted(name, name, limits);
    }

    @Test
    void answersSixOfSevenWhenTwoAccountsTakeThreeAMinuteEach() throws Exception {
        String accounts = account("a", "{ rpm: 3 }") + "\n" + account("b", "{ rpm: 3 }");
        try (NodeProcess node = NodeProcess.start(dir, gateway(accounts))) {
            ChatClient client = new ChatClient(node.baseUrl(), KEY);

            List<Integer> statuses = new ArrayList<>();
            HttpResponse<String> last = null;
            for (int i = 0; i < 7; i++) {
                last = client.chat("gpt-4o-mini", 3);
                statuses.add(last.statusCode());
            }

            assertThat(statuses).containsExactly(200, 200, 200, 200, 200, 200, 429);
            assertThat(last.body()).contains("pool_exhausted");
            assertThat(Integer.parseInt(last.headers().firstValue("retry-after").orElseThrow()))
                    .isBetween(50, 61);
        }
    }

    @Test
    void keepsItsWindowsOverAKill() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway(account("a", "{ rpm: 3 }")))) {
            ChatClient client = new ChatClient(node.baseUrl(), KEY);
            assertThat(client.chat("gpt-4o-mini", 3).statusCode()).isEqualTo(200);
            assertThat(client.chat("gpt-4o-mini", 3).statusCode()).isEqualTo(200);

            node.process().destroyForcibly().waitFor();
            node.launch();
            node.awaitReady();

            assertThat(client.chat("gpt-4o-mini", 3).statusCode()).isEqualTo(200);
            assertThat(client.chat("gpt-4o-mini", 3).statusCode()).isEqualTo(429);
        }
    }

    @Test
    void takesANewAccountWhileAStreamRunsAndRefusesABrokenFile() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway(account("a", "{ rpm: 2 }")))) {
            ChatClient client = new ChatClient(node.baseUrl(), KEY);
            HttpResponse<InputStream> stream = client.stream("gpt-4o-mini", 40);
            assertThat(client.chat("gpt-4o-mini", 3).statusCode()).isEqualTo(200);
            assertThat(client.chat("gpt-4o-mini", 3).statusCode()).isEqualTo(429);

            node.writeGateway(gateway(account("a", "{ rpm: 2 }") + "\n" + account("b", "{ rpm: 1 }")));
            NodeProcess.await(Duration.ofSeconds(5), () -> succeeds(client));

            node.writeGateway(gateway(account("a", "{ rpm: 2, rmp: 3 }")));
            NodeProcess.await(Duration.ofSeconds(5), () -> node.output().contains("rmp"));
            assertThat(client.chat("gpt-4o-mini", 3).statusCode()).isEqualTo(429);

            node.writeGateway(gateway(account("a", "{ rpm: 9 }")));
            NodeProcess.await(Duration.ofSeconds(5), () -> succeeds(client));

            assertThat(lines(stream.body())).endsWith("data: [DONE]", "");
        }
    }

    private static boolean succeeds(ChatClient client) {
        try {
            return client.chat("gpt-4o-mini", 3).statusCode() == 200;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> lines(InputStream body) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    @Test
    void finishesAStreamBeforeItStops() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway(account("a", "{}")))) {
            ChatClient client = new ChatClient(node.baseUrl(), KEY);
            HttpResponse<InputStream> stream = client.stream("gpt-4o-mini", 30);

            node.process().destroy();

            assertThat(lines(stream.body())).endsWith("data: [DONE]", "");
            assertThat(node.process().waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(node.process().exitValue()).isZero();
        }
    }

    @Test
    void endsAtOnceAtTheSecondSignal() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway(account("a", "{}")))) {
            new ChatClient(node.baseUrl(), KEY).stream("gpt-4o-mini", 200);
            node.process().destroy();
            NodeProcess.await(Duration.ofSeconds(5), () -> node.output().contains("drain"));

            long before = System.nanoTime();
            node.process().destroy();

            assertThat(node.process().waitFor(15, TimeUnit.SECONDS)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
            assertThat(node.process().exitValue()).isNotZero();
        }
    }

    @Test
    void saysInOneLineThatItsPortIsTaken(@TempDir Path other) throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, gateway(account("a", "{}")))) {
            Process second = NodeProcess.java(
                    "--config",
                    node.config().toString(),
                    "--data",
                    other.toString(),
                    "--port",
                    Integer.toString(node.port()),
                    "--admin-port",
                    "0");

            String output = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(second.waitFor()).isNotZero();
            assertThat(output).contains("in use").doesNotContain("\tat ");
        }
    }

    @Test
    void theSimulatorEndsAtItsFirstSignal() throws Exception {
        Process simulator = NodeProcess.java("simulate", "--port", Integer.toString(FreePort.next()));
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(simulator.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).startsWith("simulated provider at ");

            simulator.destroy();

            assertThat(simulator.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(simulator.exitValue()).isZero();
        } finally {
            simulator.destroyForcibly();
        }
    }
}
