package io.sluice.domain.dialect.bedrock;

import static io.sluice.testkit.AnswerFeeding.events;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.testkit.AnswerFeeding;
import io.sluice.testkit.EventStreamFrames;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads answers of Converse and ConverseStream. */
class BedrockAnswerTest {
    private static final String WHOLE = """
            {"metrics":{"latencyMs":321},
             "output":{"message":{"role":"assistant","content":[
               {"reasoningContent":{"reasoningText":{"text":"Let me see.","signature":"c2ln"}}},
               {"reasoningContent":{"redactedContent":"aGlkZGVu"}},
               {"text":"Grüße"},
               {"citationsContent":{"content":[{"text":"As it says."}],"citations":[{"title":"Manual"}]}},
               {"toolUse":{"toolUseId":"tooluse_1","name":"weather","input":{"city":"Bonn","days":1.50}}},
               {"toolUse":{"toolUseId":"tooluse_2","name":"now","input":{}}},
               {"somethingNew":{"x":1}}]}},
             "stopReason":"tool_use",
             "usage":{"inputTokens":10,"outputTokens":7,"totalTokens":42,"cacheReadInputTokens":20,"cacheWriteInputTokens":5}}
            """;

    private static byte[] stream() {
        return new EventStreamFrames()
                .event("messageStart", "{\"role\":\"assistant\",\"p\":\"abcdefgh\"}")
                .event(
                        "contentBlockDelta",
                        "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"Hm\"}}}")
                .event(
                        "contentBlockDelta",
                        "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"c2ln\"}}}")
                .event("contentBlockStop", "{\"contentBlockIndex\":0}")
                .event(
                        "contentBlockDelta",
                        "{\"contentBlockIndex\":1,\"delta\":{\"reasoningContent\":{\"redactedContent\":\"aGk=\"}}}")
                .event("contentBlockStop", "{\"contentBlockIndex\":1}")
                .event("contentBlockDelta", "{\"contentBlockIndex\":2,\"delta\":{\"text\":\"Grü\"},\"p\":\"a\"}")
                .event("contentBlockDelta", "{\"contentBlockIndex\":2,\"delta\":{\"text\":\"ße\"}}")
                .event("contentBlockDelta", "{\"contentBlockIndex\":2,\"delta\":{\"citation\":{\"title\":\"T\"}}}")
                .event("contentBlockStop", "{\"contentBlockIndex\":2}")
                .event(
                        "contentBlockStart",
                        "{\"contentBlockIndex\":3,\"start\":{\"toolUse\":{\"toolUseId\":\"tooluse_1\",\"name\":\"f\"}}}")
                .event("contentBlockDelta", "{\"contentBlockIndex\":3,\"delta\":{\"toolUse\":{\"input\":\"\"}}}")
                .event("contentBlockDelta", "{\"contentBlockIndex\":3,\"delta\":{\"toolUse\":{\"input\":\"{\\\"x\"}}}")
                .event("contentBlockDelta", "{\"contentBlockIndex\":3,\"delta\":{\"toolUse\":{\"input\":\"\\\":1}\"}}}")
                .event("contentBlockStop", "{\"contentBlockIndex\":3}")
                .event(
                        "contentBlockStart",
                        "{\"contentBlockIndex\":5,\"start\":{\"toolUse\":{\"toolUseId\":\"tooluse_2\",\"name\":\"g\"}}}")
                .event("contentBlockStop", "{\"contentBlockIndex\":5}")
                .event("somethingNew", "{}")
                .event("messageStop", "{\"stopReason\":\"tool_use\"}")
                .event(
                        "metadata",
                        "{\"usage\":{\"inputTokens\":3,\"outputTokens\":4,\"cacheReadInputTokens\":2},\"metrics\":{}}")
                .bytes();
    }

    @Test
    void readsAStream() {
        assertThat(events(new BedrockStreamDecoder(), stream()))
                .containsExactly(
                        new ChatEvent.Start("", "", 0),
                        new ChatEvent.Thinking(0, "Hm"),
                        new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "c2ln")),
                        new ChatEvent.HiddenThinking(0, new Proof(Maker.BEDROCK, "aGk=")),
                        new ChatEvent.Text(0, "Grü"),
                        new ChatEvent.Text(0, "ße"),
                        new ChatEvent.Citation(0, ChatDialect.BEDROCK, json("{\"title\":\"T\"}")),
                        new ChatEvent.ToolCall(0, 0, "tooluse_1", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{\"x"),
                        new ChatEvent.ToolArguments(0, 0, "\":1}"),
                        new ChatEvent.ToolCall(0, 1, "tooluse_2", "g", null),
                        new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.Usage(new TokenUsage(5, 2, 0, 4, 0)),
                        new ChatEvent.End());
    }

    private static com.fasterxml.jackson.databind.JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text));
    }

    @Test
    void readsTheSameStreamCutAnywhere() {
        AnswerFeeding.assertSameAtEverySplit(BedrockStreamDecoder::new, stream());
    }

    @Test
    void readsAWholeAnswer() {
        assertThat(events(new BedrockWholeDecoder(), WHOLE.getBytes(UTF_8)))
                .containsExactly(
                        new ChatEvent.Start("", "", 0),
                        new ChatEvent.Thinking(0, "Let me see."),
                        new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "c2ln")),
                        new ChatEvent.HiddenThinking(0, new Proof(Maker.BEDROCK, "aGlkZGVu")),
                        new ChatEvent.Text(0, "Grüße"),
                        new ChatEvent.Text(0, "As it says."),
                        new ChatEvent.Citation(0, ChatDialect.BEDROCK, json("{\"title\":\"Manual\"}")),
                        new ChatEvent.ToolCall(0, 0, "tooluse_1", "weather", null),
                        new ChatEvent.ToolArguments(0, 0, "{\"city\":\"Bonn\",\"days\":1.50}"),
                        new ChatEvent.ToolCall(0, 1, "tooluse_2", "now", null),
                        new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Usage(new TokenUsage(35, 20, 5, 7, 0)),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.End());
    }

    @Test
    void readsTheSameWholeAnswerCutAnywhere() {
        AnswerFeeding.assertSameAtEverySplit(BedrockWholeDecoder::new, WHOLE.getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, STOP",
        "stop_sequence, STOP_TEXT",
        "max_tokens, LENGTH",
        "model_context_window_exceeded, LENGTH",
        "tool_use, TOOL_CALLS",
        "guardrail_intervened, CONTENT_FILTER",
        "content_filtered, CONTENT_FILTER",
        "refusal, REFUSAL",
        "something_new, OTHER"
    })
    void knowsTheReasons(String word, FinishReason reason) {
        byte[] whole = ("{\"output\":{\"message\":{\"content\":[]}},\"stopReason\":\"" + word + "\"}").getBytes(UTF_8);
        byte[] stream = new EventStreamFrames()
                .event("messageStop", "{\"stopReason\":\"" + word + "\"}")
                .bytes();
        List<ChatEvent> expected =
                List.of(new ChatEvent.Start("", "", 0), new ChatEvent.Finish(0, reason, null), new ChatEvent.End());

        assertThat(events(new BedrockWholeDecoder(), whole)).isEqualTo(expected);
        assertThat(events(new BedrockStreamDecoder(), stream)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"malformed_model_output", "malformed_tool_use"})
    void brokenOutputOfTheModelIsNoAnswer(String word) {
        byte[] whole = ("{\"output\":{\"message\":{\"content\":[]}},\"stopReason\":\"" + word + "\"}").getBytes(UTF_8);
        byte[] stream = new EventStreamFrames()
                .event("messageStop", "{\"stopReason\":\"" + word + "\"}")
                .bytes();

        assertThat(failure(events(new BedrockWholeDecoder(), whole))).isEqualTo(Kind.BAD_RESPONSE);
        assertThat(failure(events(new BedrockStreamDecoder(), stream))).isEqualTo(Kind.BAD_RESPONSE);
    }

    private static Kind failure(List<ChatEvent> events) {
        assertThat(events.getLast()).isInstanceOf(ChatEvent.Failed.class);
        return ((ChatEvent.Failed) events.getLast()).failure().kind();
    }

    /** Trap: usage comes behind the stop. */
    @Test
    void theStopIsNotTheEnd() {
        BedrockStreamDecoder decoder = new BedrockStreamDecoder();
        List<ChatEvent> events = new java.util.ArrayList<>();
        decoder.feed(
                new EventStreamFrames()
                        .event("messageStop", "{\"stopReason\":\"end_turn\"}")
                        .bytes(),
                events::add);

        assertThat(events).doesNotContain(new ChatEvent.End());
        decoder.feed(
                new EventStreamFrames()
                        .event("metadata", "{\"usage\":{\"inputTokens\":1,\"outputTokens\":2}}")
                        .bytes(),
                events::add);

        assertThat(events).endsWith(new ChatEvent.Usage(new TokenUsage(1, 0, 2, 0)), new ChatEvent.End());
    }

    @Test
    void anAnswerThatStopsEarlyHasNoEnd() {
        byte[] stream = stream();
        byte[] stop = new EventStreamFrames()
                .event("messageStop", "{\"stopReason\":\"end_turn\"}")
                .bytes();

        assertThat(events(new BedrockStreamDecoder(), Arrays.copyOf(stream, stream.length - 300)))
                .doesNotContain(new ChatEvent.End())
                .noneMatch(ChatEvent.Failed.class::isInstance);
        assertThat(events(new BedrockStreamDecoder(), stop, Arrays.copyOf(stream, 20)))
                .doesNotContain(new ChatEvent.End());
        assertThat(events(new BedrockStreamDecoder())).isEmpty();
        assertThat(events(new BedrockWholeDecoder())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "throttlingException|Too many tokens, please wait before trying again.|RATE_LIMITED",
                "modelStreamErrorException|The model broke.|SERVER_ERROR",
                "internalServerException|x|SERVER_ERROR",
                "serviceUnavailableException|x|SERVER_ERROR",
                "modelTimeoutException|x|SERVER_ERROR",
                "validationException|Input is too long for requested model.|REQUEST_REJECTED",
                "somethingNewException|x|SERVER_ERROR"
            })
    void exceptionsInAStreamHaveTheirClass(String type, String message, Kind kind) {
        byte[] stream = new EventStreamFrames()
                .event("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"H\"}}")
                .exception(type, "{\"message\":\"" + message + "\"}")
                .event("messageStop", "{\"stopReason\":\"end_turn\"}")
                .bytes();

        List<ChatEvent> events = events(new BedrockStreamDecoder(), stream);

        assertThat(events).hasSize(3);
        assertThat(failure(events)).isEqualTo(kind);
        assertThat(((ChatEvent.Failed) events.getLast()).failure().message()).isEqualTo(message);
    }

    @Test
    void errorsInAStreamAreToldByTheirHeaders() {
        byte[] stream = new EventStreamFrames()
                .add(
                        EventStreamFrames.headers(
                                ":message-type", "error", ":error-code", "InternalFailure", ":error-message", "Oops."),
                        "")
                .bytes();

        List<ChatEvent> events = events(new BedrockStreamDecoder(), stream);

        assertThat(failure(events)).isEqualTo(Kind.SERVER_ERROR);
        assertThat(((ChatEvent.Failed) events.getLast()).failure().message()).isEqualTo("Oops.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "not json",
                "{\"contentBlockIndex\":0}",
                "{\"contentBlockIndex\":0,\"delta\":7}",
                "{\"contentBlockIndex\":0,\"delta\":{\"text\":7}}",
                "{\"contentBlockIndex\":0,\"delta\":{\"toolUse\":{\"input\":\"x\"}}}",
                "{\"contentBlockIndex\":99999999999,\"delta\":{\"toolUse\":{\"input\":\"x\"}}}"
            })
    void malformedDeltasFail(String json) {
        byte[] stream = new EventStreamFrames().event("contentBlockDelta", json).bytes();

        assertThat(failure(events(new BedrockStreamDecoder(), stream))).isEqualTo(Kind.BAD_RESPONSE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"name\":\"f\"}}}",
                "{\"contentBlockIndex\":0,\"start\":{\"toolUse\":{\"toolUseId\":\"1\"}}}",
                "{\"start\":{\"toolUse\":{\"toolUseId\":\"1\",\"name\":\"f\"}}}"
            })
    void malformedCallsFail(String json) {
        byte[] stream = new EventStreamFrames().event("contentBlockStart", json).bytes();

        assertThat(failure(events(new BedrockStreamDecoder(), stream))).isEqualTo(Kind.BAD_RESPONSE);
    }

    @Test
    void endlessOpenCallsFail() {
        EventStreamFrames frames = new EventStreamFrames();
        for (int i = 0; i < 2_000; i++) {
            frames.event(
                    "contentBlockStart",
                    "{\"contentBlockIndex\":" + i + ",\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\"}}}");
        }

        assertThat(failure(events(new BedrockStreamDecoder(), frames.bytes()))).isEqualTo(Kind.BAD_RESPONSE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<html>no</html>|BAD_RESPONSE",
                "[1]|BAD_RESPONSE",
                "{}|BAD_RESPONSE",
                "{\"output\":{\"message\":{\"content\":\"x\"}}}|BAD_RESPONSE",
                "{\"output\":{\"message\":{\"content\":[{\"toolUse\":{}}]}},\"stopReason\":\"tool_use\"}|BAD_RESPONSE",
                "{\"__type\":\"ThrottlingException\",\"message\":\"Slow down.\"}|RATE_LIMITED",
                "{\"Message\":\"Oops.\"}|SERVER_ERROR"
            })
    void wholeAnswersThatAreNone(String body, Kind kind) {
        assertThat(failure(events(new BedrockWholeDecoder(), body.getBytes(UTF_8))))
                .isEqualTo(kind);
    }

    @Test
    void impossibleUsageIsBroughtIntoRange() {
        byte[] stream = new EventStreamFrames()
                .event("messageStop", "{\"stopReason\":\"end_turn\"}")
                .event(
                        "metadata",
                        "{\"usage\":{\"inputTokens\":99999999999999999999999,\"outputTokens\":-5,"
                                + "\"cacheReadInputTokens\":\"x\"}}")
                .bytes();

        assertThat(events(new BedrockStreamDecoder(), stream))
                .contains(new ChatEvent.Usage(new TokenUsage(TokenUsage.MAX, 0, 0, 0)));
    }

    @Test
    void goesByTheContentType() {
        BedrockCodec codec = new BedrockCodec();

        assertThat(codec.answerDecoder("application/vnd.amazon.eventstream", false))
                .isInstanceOf(BedrockStreamDecoder.class);
        assertThat(codec.answerDecoder("application/json; charset=utf-8", true))
                .isInstanceOf(BedrockWholeDecoder.class);
        assertThat(codec.answerDecoder("text/html", true)).isNull();
        assertThat(codec.answerDecoder("", false)).isNull();
    }

    @Test
    void mutatedAnswersDoNoHarm() {
        AnswerFeeding.assertSurvivesMutations(BedrockStreamDecoder::new, stream(), 1, 2_000, bytes -> bytes);
        AnswerFeeding.assertSurvivesMutations(BedrockStreamDecoder::new, stream(), 2, 4_000, BedrockAnswerTest::mended);
        AnswerFeeding.assertSurvivesMutations(
                BedrockWholeDecoder::new, WHOLE.getBytes(UTF_8), 3, 4_000, bytes -> bytes);
    }

    /** With right checksums, so that the mutation gets past the framing. */
    private static byte[] mended(byte[] mutated) {
        ByteBuffer bytes = ByteBuffer.wrap(mutated);
        int at = 0;
        while (mutated.length - at >= 16) {
            int total = bytes.getInt(at);
            bytes.putInt(at + 8, EventStreamFrames.crc(Arrays.copyOfRange(mutated, at, at + 8), 8));
            if (total < 16 || total > mutated.length - at) {
                break;
            }
            bytes.putInt(
                    at + total - 4, EventStreamFrames.crc(Arrays.copyOfRange(mutated, at, at + total - 4), total - 4));
            at += total;
        }
        return mutated;
    }
}
