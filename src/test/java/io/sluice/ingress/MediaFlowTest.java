package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.quota.Estimate;
import io.sluice.message.ReserveQuota;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RawHttp.Conversation;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.RevisionBuilder.ChannelBuilder;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures, sound, moderations and rankings, through one lane to a scripted upstream and to the simulated provider. */
class MediaFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String SPEECH = "{\"model\":\"m\",\"input\":\"Hello\",\"voice\":\"alloy\"}";
    private static final String SOUND_HEAD =
            "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ntransfer-encoding: chunked\r\n\r\n";

    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        if (node != null) {
            Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
            Await.until(() -> node.meter("sluice.streams.open") == 0);
            node.close();
        }
        upstream.close();
    }

    private void node(UnaryOperator<ChannelBuilder> channel) {
        node = TestNode.of(revision(channel)).start();
    }

    private GatewayRevision revision(UnaryOperator<ChannelBuilder> channel) {
        return new RevisionBuilder()
                .channel("one", c -> channel.apply(c.port(upstream.port()).accounts("a")))
                .key("app", KEY)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .build();
    }

    private static String request(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private Conversation ask(String path, String body) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(request(path, body)).read(SOON, 1);
        }
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).as("a usage record").isNotNull();
        return usage;
    }

    private static Script sound(String... pieces) {
        Script script = Script.bytes(SOUND_HEAD);
        for (String piece : pieces) {
            script = script.write(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
        }
        return script;
    }

    @Test
    void theFirstPieceOfSoundIsNotHeldBack() throws Exception {
        node(c -> c.serves("m"));
        upstream.otherwise(sound("ID3abc").silence());

        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request("/v1/audio/speech", SPEECH));

            Await.until(() -> text(client.read(Duration.ofMillis(50), 1)).endsWith("ID3abc"));
        }
        FakeUpstream.Request sent = upstream.take(SOON);
        assertThat(sent.line()).startsWith("POST /v1/audio/speech ");
        assertThat(sent.header("accept")).containsExactly("*/*");
        // The client has left, and so does the gateway.
        Await.until(() -> upstream.openConnections() == 0);
        assertThat(recorded())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending());
    }

    private static String text(Conversation conversation) {
        return conversation.answers().isEmpty() ? "" : conversation.last().text();
    }

    @Test
    void wholeSoundEndsAsASuccess() throws Exception {
        node(c -> c.redirect("m", "tts-up"));
        upstream.otherwise(sound("ID3", "abc").lastChunk());

        Answer answer = ask("/v1/audio/speech", SPEECH).last();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.whole()).isTrue();
        assertThat(answer.text()).isEqualTo("ID3abc");
        assertThat(answer.header("content-type")).isEqualTo("audio/mpeg");
        assertThat(upstream.take(SOON).text()).isEqualTo(SPEECH.replace("\"m\"", "\"tts-up\""));
        assertThat(recorded())
                .returns(Endpoint.SPEECH, usage -> usage.asked().endpoint())
                .returns(Ending.COMPLETED, usage -> usage.outcome().ending())
                .returns(true, usage -> usage.used().isEstimated());
    }

    @Test
    void soundThatIsCutIsNeverEndedAsASuccess() throws Exception {
        node(c -> c.serves("m"));
        String length = "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 9\r\n\r\nID3";
        String closed = "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\nconnection: close\r\n\r\nID3abcdef";
        for (Script script : new Script[] {
            sound("ID3").fin(), Script.bytes(length).fin(), Script.bytes(closed).fin()
        }) {
            upstream.next(script);

            Answer answer = ask("/v1/audio/speech", SPEECH).last();

            assertThat(answer.text()).startsWith("ID3");
            assertThat(answer.whole()).isFalse();
            assertThat(recorded()).returns(Ending.CUT, usage -> usage.outcome().ending());
        }
    }

    @Test
    void anAnswerThatIsNoSoundFallsBack() throws Exception {
        node(c -> c.accounts("b", "c").serves("m"));
        upstream.next(
                Script.json(200, "{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}"),
                Script.bytes("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p>x"),
                sound("ID3").lastChunk());

        assertThat(ask("/v1/audio/speech", SPEECH).last().text()).isEqualTo("ID3");
        assertThat(recorded()).returns(3, usage -> usage.served().attempts());
    }

    @Test
    void speechAsEventsTellsItsUsage() throws Exception {
        node(c -> c.serves("m"));
        String done =
                "{\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":2,\"output_tokens\":30,\"total_tokens\":32}}";
        upstream.otherwise(Script.events()
                .event("{\"type\":\"speech.audio.delta\",\"audio\":\"QUJD\"}")
                .event(done)
                .lastChunk());

        Answer answer = ask("/v1/audio/speech", SPEECH.replace("}", ",\"stream_format\":\"sse\"}"))
                .last();

        assertThat(answer.whole()).isTrue();
        assertThat(answer.text()).contains("QUJD").endsWith("data: " + done + "\n\n");
        assertThat(upstream.take(SOON).header("accept")).containsExactly("text/event-stream");
        assertThat(recorded())
                .returns(true, usage -> usage.asked().stream())
                .returns(false, usage -> usage.used().isEstimated())
                .returns(30L, u -> u.used().tokens().output());
    }

    @Test
    void eventsThatStopBeforeTheLastEndWithAnError() throws Exception {
        node(c -> c.serves("m"));
        upstream.otherwise(Script.events()
                .event("{\"type\":\"image_generation.partial_image\",\"b64_json\":\"QUJD\"}")
                .lastChunk());

        Answer answer = ask("/v1/images/generations", "{\"model\":\"m\",\"prompt\":\"a cat\",\"stream\":true}")
                .last();

        assertThat(answer.whole()).isFalse();
        assertThat(answer.text()).contains("partial_image").contains("\"error\"");
        assertThat(recorded()).returns(Ending.CUT, usage -> usage.outcome().ending());
    }

    @Test
    void imagesAreCharged() throws Exception {
        BlockingQueue<ReserveQuota> questions = new LinkedBlockingQueue<>();
        GatewayRevision revision = revision(c -> c.serves("m"));
        TestNode[] self = new TestNode[1];
        self[0] = TestNode.of(revision).quota(question -> {
            questions.add(question);
            return self[0].grantFirst(question);
        });
        node = self[0].start();
        upstream.otherwise(
                Script.json(
                        200,
                        "{\"created\":1,\"data\":[{\"b64_json\":\"QUJD\"}],\"usage\":{\"input_tokens\":13,\"output_tokens\":4160,\"total_tokens\":4173}}"));

        Answer answer = ask("/v1/images/generations", "{\"model\":\"m\",\"prompt\":\"a cat\",\"n\":3}")
                .last();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(questions.element().estimate().images()).isEqualTo(3);
        assertThat(node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS).actual())
                .isEqualTo(new Estimate(13, 4160).withImages(3));
        assertThat(recorded()).returns(4160L, u -> u.used().tokens().output());
    }

    @Test
    void moderationsWithoutAModelGoToTheDefault() throws Exception {
        node(c -> c.redirect("omni-moderation-latest", "omni-2024"));
        upstream.otherwise(Script.json(200, "{\"id\":\"modr-1\",\"model\":\"omni-2024\",\"results\":[]}"));

        Answer answer = ask("/v1/moderations", "{\"input\":[\"one\",\"two\"]}").last();

        assertThat(answer.text()).isEqualTo("{\"id\":\"modr-1\",\"model\":\"omni-moderation-latest\",\"results\":[]}");
        assertThat(upstream.take(SOON).text()).isEqualTo("{\"input\":[\"one\",\"two\"],\"model\":\"omni-2024\"}");
    }

    @Test
    void aDefaultThatIsNotServedIsNamed() {
        node(c -> c.serves("m"));

        Answer answer = ask("/v1/moderations", "{\"input\":\"x\"}").last();

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text())
                .contains("omni-moderation-latest", "names no model", "model_not_found", "\"param\":\"model\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANTHROPIC", "GEMINI", "BEDROCK", "OLLAMA"})
    void aChannelWithoutTheEndpointIsPassedOver(ProviderType type) throws Exception {
        node = TestNode.of(new RevisionBuilder()
                        .channel("other", c -> c.type(type)
                                .port(upstream.port())
                                .accounts("a")
                                .serves("m", "only-there"))
                        .channel(
                                "one",
                                c -> c.port(upstream.port()).accounts("a").serves("m"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, Duration.ofSeconds(10))
                        .build())
                .start();
        upstream.otherwise(Script.json(200, "{\"results\":[],\"meta\":{\"tokens\":{\"input_tokens\":31}}}"));
        String body = "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\",\"b\"]}";

        assertThat(ask("/v1/rerank", body).last().status()).isEqualTo(200);
        assertThat(recorded())
                .returns("one/a", usage -> usage.served().account())
                .returns(31L, u -> u.used().tokens().input());

        Answer refused =
                ask("/v1/rerank", body.replace("\"m\"", "\"only-there\"")).last();

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("'only-there'", "/v1/rerank", "unsupported_endpoint");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404|{\"detail\":\"Not Found\"}",
                "404|{\"error\":{\"message\":\"Invalid URL (POST /v1/rerank)\",\"type\":\"invalid_request_error\"}}",
                "404|<html>",
                "405|{\"detail\":\"Method Not Allowed\"}"
            })
    void aPathThatAProviderLacksTakesNoModelAway(int status, String body) throws Exception {
        node(c -> c.serves("m"));
        upstream.next(
                Script.json(status, body),
                Script.json(200, "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hi\"}}]}"));

        Answer refused = ask("/v1/rerank", "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"a\"]}")
                .last();

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("'m'", "unsupported_endpoint");
        assertThat(ask("/v1/chat/completions", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}")
                        .last()
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/moderations|{\"model\":\"omni-moderation-latest\",\"input\":\"violence\"}|\"flagged\":true",
                "/v1/rerank|{\"model\":\"bge-reranker\",\"query\":\"red\",\"documents\":[\"blue\",\"red car\"],\"top_n\":1}|\"index\":1",
                "/v1/images/generations|{\"model\":\"gpt-image-1\",\"prompt\":\"a cat\",\"n\":2}|b64_json",
                "/v1/images/generations|{\"model\":\"gpt-image-1\",\"prompt\":\"a cat\",\"stream\":true,\"partial_images\":2}|image_generation.completed",
                "/v1/audio/speech|{\"model\":\"tts-1\",\"input\":\"Hello there\",\"voice\":\"alloy\"}|",
                "/v1/audio/speech|{\"model\":\"tts-1\",\"input\":\"Hello there\",\"voice\":\"alloy\",\"stream_format\":\"sse\"}|speech.audio.done"
            })
    void reachesTheSimulatedProvider(String path, String body, String expected) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(SimulatorOptions.onPort(0))) {
            node(c -> c.port(provider.port()).serves("omni-moderation-latest", "bge-reranker", "gpt-image-1", "tts-1"));

            Answer answer = ask(path, body).last();

            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.whole()).isTrue();
            assertThat(answer.text()).contains(expected == null ? "" : expected);
            assertThat(recorded())
                    .returns(Ending.COMPLETED, usage -> usage.outcome().ending());
        }
    }
}
