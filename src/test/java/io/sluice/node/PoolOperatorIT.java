package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.NodeProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator at the command line of a node that is killed. */
@Tag("proof")
class PoolOperatorIT {
    private static final String KEY = "sk-test-pool-0123456789abcdef";
    private static final String GATEWAY = """
            channels:
              - name: pool
                type: openai
                base-url: http://127.0.0.1:@SIM@/v1
                accounts:
                  - { name: a, key: key-of-a-0123456789 }
                  - { name: b, key: key-of-b-0123456789, state: disabled }
                models: { gpt-4o-mini: {} }
            keys:
              - { name: k, key: sk-test-pool-0123456789abcdef }
            """;

    @TempDir
    private Path dir;

    private final HttpClient client = HttpClient.newHttpClient();

    private String sluice(NodeProcess node, int exit, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("pool"));
        all.addAll(List.of(arguments));
        all.addAll(List.of(
                "--config", node.config().toString(),
                "--data", node.data().toString(),
                "--admin", "http://127.0.0.1:" + node.adminPort()));
        Process process = NodeProcess.java(all.toArray(String[]::new));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(exit);
        return output;
    }

    private int ask(NodeProcess node) throws IOException, InterruptedException {
        String body =
                "{\"model\":\"gpt-4o-mini\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.baseUrl() + "/chat/completions"))
                .header("authorization", "Bearer " + KEY)
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        return answer.statusCode();
    }

    private static void killAndStart(NodeProcess node) throws Exception {
        node.process().destroyForcibly().waitFor();
        node.launch();
        node.awaitReady();
    }

    @Test
    void whatAHumanDisabledStaysSoOverAKillAndAHalfWrittenLine() throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, GATEWAY)) {
            assertThat(ask(node)).isEqualTo(200);
            assertThat(sluice(node, 0, "disable", "pool/a", "--reason", "Ticket 4711"))
                    .contains("pool/a is disabled now");
            assertThat(ask(node)).isEqualTo(503);
            assertThat(sluice(node, 0, "probe", "pool/a")).contains("1 of 1 accounts answered well");
            assertThat(ask(node)).isEqualTo(503);

            killAndStart(node);

            assertThat(ask(node)).isEqualTo(503);
            assertThat(sluice(node, 0))
                    .contains(
                            "2 accounts: 2 disabled", "Ticket 4711 (bootstrap at 127.0.0.1)", "disabled in the files");
            node.process().destroyForcibly().waitFor();
            Files.writeString(dir.resolve("data/health.log"), "0badc0de\t1\tpool/a\tENAB", StandardOpenOption.APPEND);
            node.launch();
            node.awaitReady();

            assertThat(ask(node)).isEqualTo(503);
            assertThat(sluice(node, 1, "enable", "pool/b")).contains("disabled in the files");
            assertThat(sluice(node, 0, "enable", "pool/a")).contains("pool/a is enabled now");
            assertThat(ask(node)).isEqualTo(200);

            killAndStart(node);

            assertThat(ask(node)).isEqualTo(200);
        }
    }
}
