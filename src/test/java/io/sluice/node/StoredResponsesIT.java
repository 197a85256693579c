package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.NodeProcess;
import io.sluice.testkit.SimulatedProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored responses of an installation of several processes. */
class StoredResponsesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "sk-it-0123456789abcdef";
    private static final String STRANGER = "sk-it-stranger-0123456";
    private static final String GATEWAY = """
            secrets: ["0123456789abcdef0123456789abcdef"]
            channels:
              - name: sim
                type: openai
                base-url: http://127.0.0.1:@PROVIDER@/v1
                responses: native
                accounts: [{ name: a, key: up-a }, { name: b, key: up-b }]
                models: { gpt-4o-mini: {} }
            keys:
              - { name: app, key: sk-it-0123456789abcdef }
              - { name: stranger, key: sk-it-stranger-0123456 }
            """;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path dir;

    private static SimulatedProvider provider() {
        String fast = "{\"tokens-per-second\":0,\"first-token\":\"0s\"}";
        return SimulatedProvider.start(SimulatorOptions.onPort(0))
                .script("up-a", fast)
                .script("up-b", fast);
    }

    private HttpResponse<String> send(NodeProcess node, String key, String method, String path, String body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.baseUrl() + path))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static String body(String more) {
        return "{\"model\":\"gpt-4o-mini\",\"input\":\"Say hello\"" + more + "}";
    }

    @Test
    void aResponseOfOneNodeGoesOnAtAnother() throws Exception {
        try (SimulatedProvider provider = provider()) {
            String gateway = GATEWAY.replace("@PROVIDER@", Integer.toString(provider.port()));
            try (NodeProcess a = NodeProcess.start(dir.resolve("a"), gateway);
                    NodeProcess b = NodeProcess.start(dir.resolve("b"), gateway)) {
                for (int talk = 0; talk < 4; talk++) {
                    String first = json(send(a, KEY, "POST", "/responses", body(",\"user\":\"" + talk + "\"")))
                            .path("id")
                            .asText();
                    String after = ",\"previous_response_id\":\"" + first + "\"";

                    JsonNode second = json(send(b, KEY, "POST", "/responses", body(after)));
                    assertThat(second.path("previous_response_id").asText()).isEqualTo(first);
                    assertThat(json(send(b, KEY, "GET", "/responses/" + first, ""))
                                    .path("id")
                                    .asText())
                            .isEqualTo(first);
                    assertThat(json(send(
                                            a,
                                            KEY,
                                            "GET",
                                            "/responses/" + second.path("id").asText(),
                                            ""))
                                    .path("previous_response_id")
                                    .asText())
                            .isEqualTo(first);
                    assertThat(send(b, STRANGER, "POST", "/responses", body(after))
                                    .statusCode())
                            .isEqualTo(400);
                    assertThat(send(b, STRANGER, "GET", "/responses/" + first, "")
                                    .statusCode())
                            .isEqualTo(404);
                    assertThat(json(send(b, KEY, "DELETE", "/responses/" + first, ""))
                                    .path("deleted")
                                    .asBoolean())
                            .isTrue();
                    assertThat(send(a, KEY, "GET", "/responses/" + first, "").statusCode())
                            .isEqualTo(404);
                }
            }
        }
    }

    @Test
    void aNodeAloneKeepsItsOwnSecretOverARestart() throws Exception {
        try (SimulatedProvider provider = provider()) {
            String gateway = GATEWAY.replace("@PROVIDER@", Integer.toString(provider.port()))
                    .replaceFirst("secrets:.*\n", "");
            try (NodeProcess node = NodeProcess.start(dir, gateway)) {
                String id = json(send(node, KEY, "POST", "/responses", body("")))
                        .path("id")
                        .asText();
                node.close();
                node.launch();
                node.awaitReady();

                assertThat(json(send(node, KEY, "GET", "/responses/" + id, ""))
                                .path("id")
                                .asText())
                        .isEqualTo(id);
                assertThat(Files.isRegularFile(dir.resolve("data").resolve(NodeSecret.FILE)))
                        .isTrue();
            }
        }
    }
}
