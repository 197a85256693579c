package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.NodeProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every client dialect at every provider type, over real HTTP: whole answers, streams, and tools over two turns. */
@Tag("proof")
class PairsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path dir;

    private static NodeProcess node;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        node = EveryProvider.start(dir);
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    static Stream<Arguments> pairs() {
        return Stream.of(ClientDialect.values())
                .flatMap(client -> EveryProvider.TYPES.stream().map(type -> Arguments.of(client, "on-" + type)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void answersWhole(ClientDialect client, String model) throws Exception {
        HttpResponse<String> answer = ask(client, model, false, client.question(model, false, "Say hello"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("application/json");
        JsonNode json = JSON.readTree(answer.body());
        assertThat(client.text(json)).as(answer.body()).isNotBlank();
        assertThat(client.outputTokens(json)).as(answer.body()).isPositive();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void answersInPieces(ClientDialect client, String model) throws Exception {
        HttpResponse<String> answer = ask(client, model, true, client.question(model, true, "Say hello"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        List<JsonNode> events = events(answer.body());
        assertThat(events).hasSizeGreaterThan(3);
        assertThat(client.textOf(events)).as(answer.body()).isNotBlank();
        assertThat(client.isComplete(answer.body(), events)).as(answer.body()).isTrue();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pairs")
    void callsAToolAndTakesItsResult(ClientDialect client, String model) throws Exception {
        HttpResponse<String> first = ask(client, model, false, client.toolQuestion(model, !model.endsWith("ollama")));
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        JsonNode call = JSON.readTree(first.body());
        assertThat(client.calledTool(call)).as(first.body()).isEqualTo("get_weather");

        HttpResponse<String> second = ask(client, model, false, client.toolResult(model, call, "19 degrees, sunny"));

        assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
        assertThat(client.text(JSON.readTree(second.body()))).as(second.body()).isNotBlank();
    }

    /** What a model thought before its call goes back to its maker, and to nobody else, who would refuse it. */
    @ParameterizedTest(name = "{0} {1} then {2}")
    @MethodSource("moves")
    void thinkingGoesBackToItsMakerAlone(ClientDialect client, String first, String then) throws Exception {
        HttpResponse<String> called = ask(client, first, false, client.thinking(client.toolQuestion(first, false)));
        assertThat(called.statusCode()).as(called.body()).isEqualTo(200);
        JsonNode call = JSON.readTree(called.body());
        assertThat(client.calledTool(call)).as(called.body()).isEqualTo("get_weather");

        HttpResponse<String> answer =
                ask(client, then, false, client.thinking(client.toolResult(then, call, "19 degrees, sunny")));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(client.text(JSON.readTree(answer.body()))).isNotBlank();
        String dropped = answer.headers().firstValue("x-sluice-dropped").orElse("");
        if (maker(first).equals(maker(then))) {
            assertThat(dropped).isEmpty();
        } else {
            assertThat(dropped).matches(".*(reasoning_details|encrypted_content|signature|thoughtSignature).*");
        }
    }

    static Stream<Arguments> moves() {
        List<String> thinkers = List.of("on-anthropic", "on-bedrock", "on-gemini");
        List<String> targets = List.of("on-anthropic", "on-bedrock", "on-gemini", "on-dashscope", "on-ollama");
        return Stream.of(ClientDialect.values()).flatMap(client -> thinkers.stream()
                .flatMap(first -> targets.stream().map(then -> Arguments.of(client, first, then))));
    }

    private static String maker(String model) {
        return model.equals("on-bedrock") ? "on-anthropic" : model;
    }

    private static HttpResponse<String> ask(ClientDialect client, String model, boolean stream, String body)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.port() + client.path(model, stream)))
                .timeout(Duration.ofSeconds(30))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        client.authorize(request, EveryProvider.KEY);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonNode> events(String body) throws Exception {
        List<JsonNode> events = new ArrayList<>();
        for (String line : body.split("\n")) {
            if (line.startsWith("data:") && !line.contains("[DONE]")) {
                events.add(JSON.readTree(line.substring(5)));
            }
        }
        return events;
    }
}
