package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.AttemptFinished;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import io.sluice.testkit.ClientSample;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.ProviderSample;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients of every dialect before providers of every type that answer in the form that was not asked for, break off, or
 * answer with what is none of their dialect (HARDENING ST-02, ST-03 and U-02 for every pair).
 */
class OtherFormTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String KEY = "sk-test-0123456789abcdef";

    private static FakeUpstream upstream;
    private static TestNode node;

    @BeforeAll
    static void start() {
        upstream = FakeUpstream.start();
        RevisionBuilder revision = new RevisionBuilder();
        for (ProviderSample provider : ProviderSample.values()) {
            revision.channel(provider.name(), c -> c.type(provider.type())
                    .url(new BaseUrl(false, "127.0.0.1", upstream.port(), provider.path()))
                    .timeouts(Timeouts.DEFAULT)
                    .redirect(model(provider), "up"));
        }
        node = TestNode.of(revision.key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .bounds(Bounds.defaults().ping(Duration.ofMillis(100)).build())
                .start();
    }

    @AfterAll
    static void stop() {
        node.close();
        upstream.close();
    }

    private static String model(ProviderSample provider) {
        return "m-" + provider.name().toLowerCase(Locale.ROOT);
    }

    /** Every client with every provider; what Azure is for stands here for responses that pass alone. */
    static Stream<Arguments> pairs() {
        return Stream.of(ClientSample.values()).flatMap(client -> Stream.of(ProviderSample.values())
                .filter(provider -> provider != ProviderSample.RESPONSES || client == ClientSample.RESPONSES)
                .map(provider -> Arguments.of(client, provider)));
    }

    private static Answer ask(ClientSample client, ProviderSample provider, boolean stream, Script script) {
        node.records().clear();
        node.attempts().clear();
        upstream.next(script);
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection
                    .send(client.request(KEY, model(provider), stream))
                    .read(SOON, 1)
                    .last();
        }
    }

    private static UsageRecord recorded() throws InterruptedException {
        return Objects.requireNonNull(node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS));
    }

    private static void assertStream(ClientSample client, Answer answer) throws Exception {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.whole()).isTrue();
        assertThat(answer.text()).contains(client.end());
        if (client.events()) {
            assertThat(answer.header("content-type")).startsWith("text/event-stream");
        } else {
            assertThat(answer.header("content-type")).startsWith("application/json");
            JsonNode array = JSON.readTree(answer.text());
            assertThat(array.isArray()).isTrue();
        }
        assertThat(answer.text().replaceAll("[^A-Za-z]", "")).containsAnyOf("Hello", "Hel");
    }

    private static void assertWhole(ClientSample client, Answer answer) throws Exception {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("application/json");
        assertThat(JSON.readTree(answer.text()).at(client.pointer()).asText())
                .as(answer.text())
                .isEqualTo("Hello");
    }

    private static void assertCounted() throws InterruptedException {
        UsageRecord usage = recorded();
        assertThat(usage.outcome().ending()).isEqualTo(Ending.COMPLETED);
        assertThat(usage.used().tokens()).isEqualTo(new TokenUsage(3, 0, 2, 0));
        assertThat(usage.used().isEstimated()).isFalse();
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void streamComesAsAsked(ClientSample client, ProviderSample provider) throws Exception {
        assertStream(
                client,
                ask(
                        client,
                        provider,
                        true,
                        provider.stream(provider.pieces().size()).lastChunk()));
        assertCounted();
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void wholeAnswerBecomesTheStreamThatWasAskedFor(ClientSample client, ProviderSample provider) throws Exception {
        assertStream(client, ask(client, provider, true, Script.json(200, provider.whole())));
        assertCounted();
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void streamBecomesTheWholeAnswerThatWasAskedFor(ClientSample client, ProviderSample provider) throws Exception {
        assertWhole(
                client,
                ask(
                        client,
                        provider,
                        false,
                        provider.stream(provider.pieces().size()).lastChunk()));
        assertCounted();
    }

    /** Pings are the client's dialect's: passed and translated answers, with and without events of their own for it. */
    static Stream<Arguments> speakers() {
        return pairs().filter(pair -> pair.get()[1] == ProviderSample.OPENAI
                || pair.get()[1] == ProviderSample.ANTHROPIC
                || pair.get()[1] == ProviderSample.GEMINI
                || pair.get()[1] == ProviderSample.RESPONSES);
    }

    /** What a client sees while its provider says nothing; a JSON array has no place for it. */
    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("speakers")
    void silentProviderIsBridgedByPings(ClientSample client, ProviderSample provider) throws Exception {
        List<byte[]> pieces = provider.pieces();
        int spoken = provider == ProviderSample.GEMINI ? 1 : pieces.size() / 2;
        Script script = provider.stream(spoken).pause(Duration.ofMillis(500));
        for (byte[] piece : pieces.subList(spoken, pieces.size())) {
            script = script.write(Integer.toHexString(piece.length) + "\r\n")
                    .write(piece)
                    .write("\r\n");
        }

        Answer answer = ask(client, provider, true, script.lastChunk());

        assertStream(client, answer);
        switch (client) {
            case OPENAI, RESPONSES -> assertThat(answer.text()).contains("\n\n: ping\n\n: ping\n\n");
            case ANTHROPIC ->
                assertThat(answer.text())
                        .contains(
                                "\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n");
            case GEMINI -> assertThat(answer.text()).containsPattern("\n\r?\n\r\n\r\n\r\n\r\n");
            case GEMINI_ARRAY -> assertThat(answer.text()).doesNotContain("ping");
        }
        assertCounted();
    }

    /** After so many whole events, or in the middle of the next one, by FIN and by RST: never a made-up end. */
    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void streamThatBreaksHasNoEnd(ClientSample client, ProviderSample provider) throws Exception {
        // The last event that says how the answer ended.
        int most = provider == ProviderSample.OPENAI || provider == ProviderSample.BEDROCK
                ? 2
                : provider.pieces().size() - 1;
        for (int events : new int[] {0, 1, most}) {
            for (boolean reset : new boolean[] {false, true}) {
                byte[] next = provider.pieces().get(events);
                Script script = provider.stream(events)
                        .write(Integer.toHexString(next.length) + "\r\n")
                        .write(Arrays.copyOf(next, next.length / 2));
                Answer answer = ask(client, provider, true, reset ? script.reset() : script.fin());

                String as = events + " events, reset " + reset + ": " + answer.text();
                if (answer.status() == 200) {
                    assertThat(answer.whole()).as(as).isFalse();
                    assertThat(answer.text()).as(as).doesNotContain(client.end());
                    assertThat(answer.text()).as(as).contains(client.error());
                } else {
                    assertThat(answer.status()).as(as).isEqualTo(502);
                }
                UsageRecord usage = recorded();
                assertThat(usage.outcome().ending()).as(as).isIn(Ending.CUT, Ending.FAILED);
                assertFaultOfTheEndpoint(as);
            }
        }
    }

    private static void assertFaultOfTheEndpoint(String as) throws InterruptedException {
        AttemptFinished attempt = Objects.requireNonNull(node.attempts().poll(Await.MOST_SECONDS, TimeUnit.SECONDS));
        assertThat(attempt.failure()).as(as).isInstanceOf(GatewayFailure.UpstreamFailure.class);
    }

    /** What is no answer of the provider's dialect, under its content type and under others. */
    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void whatIsNoAnswerIsAFault(ClientSample client, ProviderSample provider) throws Exception {
        String json = "application/json";
        String[][] answers = {
            {"text/html", "<html>Bad gateway</html>"},
            {json, "<html>Bad gateway</html>"},
            {json, ""},
            {json, "null"},
            {json, "[]"},
            {json, "\"text\""},
            {json, "{"},
            {json, provider.whole().substring(0, provider.whole().length() / 2)},
            {json, "{\"error\":{\"message\":\"broken\",\"type\":\"server_error\"}}"},
            {provider.streamType(), "<html>Bad gateway</html>"},
            {provider.streamType(), ""},
            {provider.streamType(), "data: {\"error\":{\"message\":\"broken\",\"type\":\"server_error\"}}\n\n"}
        };
        for (String[] one : answers) {
            for (boolean stream : new boolean[] {false, true}) {
                Answer answer = ask(
                        client,
                        provider,
                        stream,
                        Script.bytes("HTTP/1.1 200 OK\r\ncontent-type: " + one[0] + "\r\ncontent-length: "
                                + one[1].length() + "\r\n\r\n" + one[1]));

                String as = one[0] + " " + one[1] + ", stream " + stream + ": " + answer.status() + " " + answer.text();
                assertThat(answer.text()).as(as).doesNotContain(client.end()).doesNotContain("<html>");
                if (answer.status() == 200) {
                    assertThat(answer.whole()).as(as).isFalse();
                } else {
                    assertThat(answer.status()).as(as).isBetween(400, 599);
                    JSON.readTree(answer.text());
                }
                assertThat(recorded().outcome().ending()).as(as).isIn(Ending.CUT, Ending.FAILED);
                assertFaultOfTheEndpoint(as);
            }
        }
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("pairs")
    void compressionThatNobodyAskedForIsAFault(ClientSample client, ProviderSample provider) throws Exception {
        Answer answer = ask(client, provider, true, Script.json(200, provider.whole(), "content-encoding: gzip"));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.FAILED);
        assertFaultOfTheEndpoint("gzip");
    }
}
