package io.sluice.domain.dialect.ollama;

import static io.sluice.testkit.AnswerFeeding.events;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.testkit.AnswerFeeding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads answers of {@code /api/chat}. */
class OllamaAnswerTest {
    private static final String STREAM = """
            {"model":"llama3.2","created_at":"2026-01-31T23:59:59.123456Z","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}
            {"model":"llama3.2","created_at":"2026-01-31T23:59:59.2Z","message":{"role":"assistant","content":"Grü"},"done":false}\r

            {"model":"llama3.2","created_at":"2026-01-31T23:59:59.3Z","message":{"role":"assistant","content":"ße"},"done":false}
            {"model":"llama3.2","created_at":"2026-01-31T23:59:59.4Z","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{"x":1.50}}},{"id":"call_9","function":{"index":1,"name":"g"}}]},"done":false}
            {"model":"llama3.2","created_at":"2026-01-31T23:59:59.5Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":1822,"prompt_eval_count":26,"eval_count":15}
            """;

    private static final String WHOLE = """
            {
              "model": "llama3.2", "created_at": "2026-02-01T00:59:59+01:00",
              "message": {"role": "assistant", "content": "Hi", "thinking": "Hm"},
              "done": true, "done_reason": "length", "prompt_eval_count": 2, "eval_count": 3
            }
            """;

    @Test
    void readsAStream() {
        List<ChatEvent> events = events(new OllamaStreamDecoder(), STREAM.getBytes(UTF_8));

        String id = ((ChatEvent.ToolCall) events.get(4)).id();
        assertThat(id).matches("call_[0-9a-f]{24}");
        assertThat(events)
                .containsExactly(
                        new ChatEvent.Start("", "llama3.2", 1_769_903_999),
                        new ChatEvent.Thinking(0, "Hm"),
                        new ChatEvent.Text(0, "Grü"),
                        new ChatEvent.Text(0, "ße"),
                        new ChatEvent.ToolCall(0, 0, id, "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{\"x\":1.50}"),
                        new ChatEvent.ToolCall(0, 1, "call_9", "g", null),
                        new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Usage(new TokenUsage(26, 0, 15, 0)),
                        // It says "stop" with calls as well.
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.End());
    }

    @Test
    void readsAWholeAnswer() {
        List<ChatEvent> expected = List.of(
                new ChatEvent.Start("", "llama3.2", 1_769_903_999),
                new ChatEvent.Thinking(0, "Hm"),
                new ChatEvent.Text(0, "Hi"),
                new ChatEvent.Usage(new TokenUsage(2, 0, 3, 0)),
                new ChatEvent.Finish(0, FinishReason.LENGTH, null),
                new ChatEvent.End());

        assertThat(events(new OllamaWholeDecoder(), WHOLE.getBytes(UTF_8))).isEqualTo(expected);
        assertThat(events(new OllamaStreamDecoder(), WHOLE.replace("\n", "").getBytes(UTF_8)))
                .as("one line without its break")
                .isEqualTo(expected);
        assertThat(events(new OllamaWholeDecoder(), STREAM.getBytes(UTF_8)))
                .as("lines of a wrong type")
                .isEqualTo(events(new OllamaStreamDecoder(), STREAM.getBytes(UTF_8)));
    }

    @Test
    void readsTheSameCutAnywhere() {
        AnswerFeeding.assertSameAtEverySplit(OllamaStreamDecoder::new, STREAM.getBytes(UTF_8));
        AnswerFeeding.assertSameAtEverySplit(OllamaWholeDecoder::new, WHOLE.getBytes(UTF_8));
    }

    @Test
    void tellsEachLineAtOnce() {
        OllamaStreamDecoder decoder = new OllamaStreamDecoder();
        List<ChatEvent> events = new ArrayList<>();
        String line = STREAM.lines().skip(1).findFirst().orElseThrow();

        decoder.feed((line + "\n").getBytes(UTF_8), events::add);

        assertThat(events).hasSize(2);
    }

    @Test
    void idsOfTwoAnswersDiffer() {
        String line = "{\"created_at\":\"%s\",\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\"}},"
                + "{\"function\":{\"name\":\"f\"}}]},\"done\":true}\n";

        List<String> ids = new ArrayList<>();
        for (String moment : List.of("2026-01-31T23:59:59.1Z", "2026-01-31T23:59:59.2Z")) {
            for (ChatEvent event :
                    events(new OllamaStreamDecoder(), line.formatted(moment).getBytes(UTF_8))) {
                if (event instanceof ChatEvent.ToolCall call) {
                    ids.add(call.id());
                }
            }
        }

        assertThat(ids).hasSize(4).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"stop, STOP", "length, LENGTH", "load, OTHER", "unload, OTHER", "'', STOP"})
    void knowsTheReasons(String word, FinishReason reason) {
        String line = "{\"message\":{\"content\":\"x\"},\"done\":true,\"done_reason\":\"" + word + "\"}";

        assertThat(events(new OllamaStreamDecoder(), line.getBytes(UTF_8)))
                .contains(new ChatEvent.Finish(0, reason, null))
                .endsWith(new ChatEvent.End());
    }

    /** A prompt from the cache is not counted there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"eval_count\":3",
                ",\"prompt_eval_count\":3",
                ",\"eval_count\":\"x\",\"prompt_eval_count\":1"
            })
    void usageThatIsNotWholeIsNone(String counts) {
        String line = "{\"message\":{\"content\":\"x\"},\"done\":true" + counts + "}";

        assertThat(events(new OllamaStreamDecoder(), line.getBytes(UTF_8)))
                .noneMatch(ChatEvent.Usage.class::isInstance)
                .endsWith(new ChatEvent.End());
    }

    @Test
    void anAnswerThatStopsEarlyHasNoEnd() {
        byte[] stream = STREAM.getBytes(UTF_8);
        for (int length = 0; length < stream.length - 2; length++) {
            assertThat(events(new OllamaStreamDecoder(), Arrays.copyOf(stream, length)))
                    .as("%d bytes", length)
                    .noneMatch(event -> event instanceof ChatEvent.End || event instanceof ChatEvent.Failed);
        }
        assertThat(events(new OllamaWholeDecoder())).isEmpty();
    }

    private static Kind failure(List<ChatEvent> events) {
        assertThat(events.getLast()).isInstanceOf(ChatEvent.Failed.class);
        return ((ChatEvent.Failed) events.getLast()).failure().kind();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model \\\"x\\\" not found, try pulling it first|MODEL_MISSING",
                "llama runner process has terminated: exit status 2|SERVER_ERROR",
                "llm server loading model|SERVER_ERROR",
                "server busy, please try again.  maximum pending requests exceeded|SERVER_ERROR",
                "\\\"x\\\" does not support tools|REQUEST_REJECTED",
                "the input length exceeds the context length|REQUEST_REJECTED",
                "too many requests|RATE_LIMITED",
                "unauthorized|ACCOUNT_REFUSED",
                "something else|SERVER_ERROR"
            })
    void errorLinesHaveTheirClass(String message, Kind kind) {
        String line = "{\"error\":\"" + message + "\"}\n";
        String text = "{\"message\":{\"content\":\"H\"},\"done\":false}\n";

        assertThat(failure(events(new OllamaStreamDecoder(), (text + line + text).getBytes(UTF_8))))
                .isEqualTo(kind);
        assertThat(failure(events(new OllamaWholeDecoder(), line.getBytes(UTF_8))))
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>no</html>\n",
                "[1]\n",
                "7\n",
                "{}\n",
                "{\"message\":\"x\",\"done\":false}\n",
                "{\"message\":{\"content\":7},\"done\":false}\n",
                "{\"message\":{\"content\":\"\",\"thinking\":[]},\"done\":true}\n",
                "{\"message\":{\"tool_calls\":[{}]},\"done\":false}\n",
                "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":7}}]},\"done\":true}\n",
                "{\"message\":{\"content\":\"a\"}}}\n"
            })
    void whatIsNoAnswerFails(String text) {
        assertThat(failure(events(new OllamaStreamDecoder(), text.getBytes(UTF_8))))
                .isEqualTo(Kind.BAD_RESPONSE);
        assertThat(failure(events(new OllamaWholeDecoder(), text.getBytes(UTF_8))))
                .isEqualTo(Kind.BAD_RESPONSE);
    }

    @Test
    void aWholeAnswerThatIsNoJsonFails() {
        assertThat(failure(events(new OllamaWholeDecoder(), "<html>".getBytes(UTF_8))))
                .isEqualTo(Kind.BAD_RESPONSE);
    }

    @Test
    void anEndlessLineFails() {
        OllamaStreamDecoder decoder = new OllamaStreamDecoder();
        List<ChatEvent> events = new ArrayList<>();
        byte[] piece = "x".repeat(1_000_000).getBytes(UTF_8);
        for (int i = 0; i < 20; i++) {
            decoder.feed(piece, events::add);
        }
        decoder.end(events::add);

        assertThat(events).hasSize(1);
        assertThat(failure(events)).isEqualTo(Kind.BAD_RESPONSE);
    }

    @Test
    void hugeNumbersAreBroughtIntoRange() {
        String line = "{\"message\":{},\"done\":true,\"eval_count\":1e300,\"prompt_eval_count\":-5}";

        assertThat(events(new OllamaStreamDecoder(), line.getBytes(UTF_8)))
                .contains(new ChatEvent.Usage(new TokenUsage(0, 0, TokenUsage.MAX, 0)));
    }

    @Test
    void goesByTheContentType() {
        OllamaCodec codec = new OllamaCodec();

        assertThat(codec.answerDecoder("application/x-ndjson", false)).isInstanceOf(OllamaStreamDecoder.class);
        assertThat(codec.answerDecoder("application/json; charset=utf-8", true)).isInstanceOf(OllamaWholeDecoder.class);
        assertThat(codec.answerDecoder("text/html", true)).isNull();
        assertThat(codec.answerDecoder("", false)).isNull();
    }

    @Test
    void mutatedAnswersDoNoHarm() {
        AnswerFeeding.assertSurvivesMutations(OllamaStreamDecoder::new, STREAM.getBytes(UTF_8), 1, 5_000, b -> b);
        AnswerFeeding.assertSurvivesMutations(OllamaWholeDecoder::new, WHOLE.getBytes(UTF_8), 2, 5_000, b -> b);
    }
}
