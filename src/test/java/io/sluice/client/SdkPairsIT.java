package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.client.Sdk.Said;
import io.sluice.client.Sdk.Used;
import io.sluice.testkit.NodeProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The providers' own client libraries at every provider type, through one node that runs as its users run it. */
@Tag("proof")
class SdkPairsIT {
    @TempDir
    static Path dir;

    private static NodeProcess node;
    private static List<Sdk> sdks;
    private static AnthropicSdk anthropic;

    @BeforeAll
    static void start() throws Exception {
        node = EveryProvider.start(dir);
        String base = "http://127.0.0.1:" + node.port();
        anthropic = new AnthropicSdk(base, EveryProvider.KEY);
        sdks = List.of(
                new OpenAiChatSdk(base, EveryProvider.KEY),
                new OpenAiResponsesSdk(base, EveryProvider.KEY),
                anthropic,
                new GeminiSdk(base, EveryProvider.KEY));
    }

    @AfterAll
    static void stop() throws Exception {
        sdks.forEach(Sdk::close);
        node.close();
    }

    static Stream<Arguments> pairs() {
        return sdks.stream().flatMap(sdk -> EveryProvider.TYPES.stream().map(type -> Arguments.of(sdk, "on-" + type)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void answersWhole(Sdk sdk, String model) {
        Said said = sdk.ask(model);

        assertThat(said.text()).startsWith("Hello from the simulated provider");
        assertThat(said.outputTokens()).isPositive();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void answersInPieces(Sdk sdk, String model) {
        Said said = sdk.stream(model);

        assertThat(said.text()).startsWith("Hello from the simulated provider");
        assertThat(said.pieces()).isGreaterThan(3);
        assertThat(said.outputTokens()).isPositive();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void usesATool(Sdk sdk, String model) {
        assertUsed(sdk.useTool(model, false, false));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void usesAToolWhoseCallIsStreamed(Sdk sdk, String model) {
        assertUsed(sdk.useTool(model, false, true));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void mustUseATool(Sdk sdk, String model) {
        if (model.equals("on-ollama")) {
            // No model there can be made to call: that is said, in the words of the client's dialect.
            assertThatThrownBy(() -> sdk.useTool(model, true, false))
                    .hasMessageStartingWith("400")
                    .hasMessageMatching("(?s).*(tool_choice|toolConfig).*");
        } else {
            assertUsed(sdk.useTool(model, true, false));
        }
    }

    private static void assertUsed(Used used) {
        assertThat(used.call().name()).isEqualTo(Sdk.TOOL);
        assertThat(used.call().arguments()).isEqualToIgnoringWhitespace("{\"city\":\"example\"}");
        assertThat(used.said().text()).isEqualTo("The tool says: " + Sdk.TOOL_RESULT);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void showsAnImage(Sdk sdk, String model) {
        Said said = sdk.look(model.equals("on-dashscope") ? "on-dashscope-vl" : model);

        assertThat(said.text()).startsWith("I see 1 image.");
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void getsAnAnswerInItsForm(Sdk sdk, String model) {
        assertThat(sdk.fill(model)).isEqualTo("example");
    }

    /** Other services would be right to refuse the headers of this one. */
    @Test
    void keepsTheHeadersOfAnthropicFromOtherProviders() throws Exception {
        simulator("PUT", "/sim/capture", "{\"enabled\":true}");
        for (String type : EveryProvider.TYPES) {
            assertThat(anthropic.tryOut("on-" + type, "trial-2026-09-09").text())
                    .isNotBlank();
        }

        JsonNode captures = new ObjectMapper().readTree(simulator("GET", "/sim/captures", ""));
        assertThat(captures).hasSize(EveryProvider.TYPES.size());
        for (JsonNode capture : captures) {
            boolean own = capture.path("credential").asText().equals("simulated-anthropic");
            String headers = capture.path("headers").toString();
            assertThat(headers.contains("trial-2026-09-09")).as(headers).isEqualTo(own);
            assertThat(headers.contains("anthropic-version")).as(headers).isEqualTo(own);
        }
        simulator("PUT", "/sim/capture", "{\"enabled\":false}");
    }

    private static String simulator(String method, String path, String body) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.simulatorPort() + path))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.body();
        }
    }
}
