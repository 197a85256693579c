package io.sluice.domain.dialect.dashscope;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.ErrorTable.Meaning;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Penalty;
import io.sluice.domain.tokens.TokenUsage;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DashScopeAnswersTest {
    private static final ErrorTable ERRORS = new ErrorTable(
            List.of(new ErrorTable.Rule(
                    Meaning.SLOW_DOWN,
                    Set.of("Throttling*"),
                    Set.of(),
                    null,
                    Set.of(),
                    Penalty.waiting(Duration.ofSeconds(1)))),
            ZoneOffset.UTC,
            List.of());

    private static final String STREAM = """
            id:1
            event:result
            :HTTP_STATUS/200
            data:{"output":{"choices":[{"message":{"content":"","reasoning_content":"Think","role":"assistant"},"finish_reason":"null"}]},"usage":{"input_tokens":9,"output_tokens":1,"total_tokens":10},"request_id":"r1"}

            id:2
            event:result
            :HTTP_STATUS/200
            data:{"output":{"choices":[{"message":{"content":"","reasoning_content":"ing","role":"assistant"},"finish_reason":"null"}]},"usage":{"input_tokens":9,"output_tokens":2,"total_tokens":11},"request_id":"r1"}

            id:3
            event:result
            :HTTP_STATUS/200
            data:{"output":{"choices":[{"message":{"content":"Hel","reasoning_content":"","role":"assistant"},"finish_reason":"null"}]},"usage":{"input_tokens":9,"output_tokens":3,"total_tokens":12},"request_id":"r1"}

            id:4
            event:result
            :HTTP_STATUS/200
            data:{"output":{"choices":[{"message":{"content":"lo 中","reasoning_content":"","role":"assistant"},"finish_reason":"null"}]},"usage":{"input_tokens":9,"output_tokens":4,"total_tokens":13},"request_id":"r1"}

            id:5
            event:result
            :HTTP_STATUS/200
            data:{"output":{"choices":[{"message":{"content":"","reasoning_content":"","role":"assistant"},"finish_reason":"stop"}]},"usage":{"input_tokens":9,"output_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":2}},"request_id":"r1"}

            """;

    private static final List<ChatEvent> STREAMED = List.of(
            new ChatEvent.Start("r1", "", 0),
            new ChatEvent.Usage(new TokenUsage(9, 0, 1, 0)),
            new ChatEvent.Thinking(0, "Think"),
            new ChatEvent.Usage(new TokenUsage(9, 0, 2, 0)),
            new ChatEvent.Thinking(0, "ing"),
            new ChatEvent.Usage(new TokenUsage(9, 0, 3, 0)),
            new ChatEvent.Text(0, "Hel"),
            new ChatEvent.Usage(new TokenUsage(9, 0, 4, 0)),
            new ChatEvent.Text(0, "lo 中"),
            new ChatEvent.Usage(new TokenUsage(9, 4, 5, 2)),
            new ChatEvent.Finish(0, FinishReason.STOP, null),
            new ChatEvent.End());

    private static List<ChatEvent> decode(String type, boolean stream, byte[]... pieces) {
        AnswerDecoder decoder = Objects.requireNonNull(new DashScopeCodec(ERRORS).answerDecoder(type, stream));
        List<ChatEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            byte[] copy = piece.clone();
            decoder.feed(copy, events::add);
            Arrays.fill(copy, (byte) '#');
        }
        decoder.end(events::add);
        return events;
    }

    private static List<ChatEvent> stream(String text) {
        return decode("text/event-stream;charset=utf-8", true, text.getBytes(UTF_8));
    }

    private static List<ChatEvent> whole(String text) {
        return decode("application/json", false, text.replace('\'', '"').getBytes(UTF_8));
    }

    /** An event; an apostrophe stands for a quote, and a tilde for one inside a text. */
    private static String event(String message, String finish) {
        return "data:{\"output\":{\"choices\":[{\"message\":"
                + message.replace('\'', '"').replace("~", "\\\"") + ",\"finish_reason\":\"" + finish
                + "\"}]},\"request_id\":\"r\"}\n\n";
    }

    private static String text(List<ChatEvent> events) {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event instanceof ChatEvent.Text told ? told.text() : ""));
        return text.toString();
    }

    private static Kind failure(List<ChatEvent> events) {
        return ((ChatEvent.Failed) events.getLast()).failure().kind();
    }

    @Test
    void readsAStream() {
        assertThat(stream(STREAM)).isEqualTo(STREAMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void readsItWhereverItIsCut(String newLine) {
        byte[] whole = STREAM.replace("\n", newLine).getBytes(UTF_8);
        for (int cut = 0; cut <= whole.length; cut++) {
            assertThat(decode(
                            "text/event-stream",
                            true,
                            Arrays.copyOf(whole, cut),
                            Arrays.copyOfRange(whole, cut, whole.length)))
                    .isEqualTo(STREAMED);
        }
        byte[][] bytes = new byte[whole.length][];
        for (int i = 0; i < whole.length; i++) {
            bytes[i] = new byte[] {whole[i]};
        }
        assertThat(decode("text/event-stream", true, bytes)).isEqualTo(STREAMED);
    }

    @Test
    void streamThatIsCutHasNoEnd() {
        String cut = STREAM.substring(0, STREAM.indexOf("id:5"));

        assertThat(stream(cut)).isEqualTo(STREAMED.subList(0, 9));
        assertThat(stream("")).isEmpty();
    }

    @Test
    void lastEventNeedsNoBlankLine() {
        assertThat(stream(STREAM.stripTrailing())).isEqualTo(STREAMED);
        assertThat(stream(STREAM + "data:[DONE]\n\n")).isEqualTo(STREAMED);
    }

    @Test
    void textThatComesWholeEachTimeIsToldOnce() {
        List<ChatEvent> events = stream(event("{'content':'He'}", "null")
                + event("{'content':'Hello'}", "null")
                + event("{'content':'Hello you'}", "null")
                + event("{'content':'Hello you there'}", "null")
                + event("{'content':'Hello you there'}", "stop"));

        assertThat(text(events)).isEqualTo("Hello you there");
        assertThat(events).endsWith(new ChatEvent.Finish(0, FinishReason.STOP, null), new ChatEvent.End());
    }

    @Test
    void callsComeInPieces() {
        List<ChatEvent> events = stream(event(
                        "{'content':'','tool_calls':[{'index':0,'id':'call_1','type':'function','function':{'name':'f','arguments':''}}]}",
                        "null")
                + event(
                        "{'content':'','tool_calls':[{'index':0,'id':'','type':'function','function':{'arguments':'{~a~'}}]}",
                        "null")
                + event("{'content':'','tool_calls':[{'index':0,'id':'','function':{'arguments':':1}'}}]}", "null")
                + event(
                        "{'content':'','tool_calls':[{'index':1,'id':'call_2','function':{'name':'g','arguments':'{}'}}]}",
                        "null")
                + event("{'content':'','tool_calls':[]}", "tool_calls"));

        assertThat(events)
                .containsExactly(
                        new ChatEvent.Start("r", "", 0),
                        new ChatEvent.ToolCall(0, 0, "call_1", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{\"a\""),
                        new ChatEvent.ToolArguments(0, 0, ":1}"),
                        new ChatEvent.ToolCall(0, 1, "call_2", "g", null),
                        new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.End());
    }

    @Test
    void callsThatComeWholeEachTimeAreToldOnce() {
        String call = "{'tool_calls':[{'index':0,'id':'c','function':{'name':'f','arguments':'%s'}}]}";
        List<ChatEvent> events = stream(event(call.formatted("[1"), "null")
                + event(call.formatted("[1,22"), "null")
                + event(call.formatted("[1,22,333]"), "stop"));

        StringBuilder arguments = new StringBuilder();
        events.forEach(event -> arguments.append(event instanceof ChatEvent.ToolArguments told ? told.json() : ""));
        assertThat(arguments.toString()).isEqualTo("[1,22,333]");
        assertThat(events).filteredOn(ChatEvent.ToolCall.class::isInstance).hasSize(1);
        assertThat(events).contains(new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null));
    }

    @Test
    void readsAnAnswerInOne() {
        assertThat(whole("{'status_code':200,'request_id':'a1','code':'','message':'','output':{'text':null,"
                        + "'finish_reason':null,'choices':[{'finish_reason':'length','message':{'role':'assistant',"
                        + "'content':'Hi','reasoning_content':'','tool_calls':[]}}]},'usage':{'input_tokens':9,"
                        + "'output_tokens':2,'total_tokens':11}}"))
                .containsExactly(
                        new ChatEvent.Start("a1", "", 0),
                        new ChatEvent.Usage(new TokenUsage(9, 0, 2, 0)),
                        new ChatEvent.Text(0, "Hi"),
                        new ChatEvent.Finish(0, FinishReason.LENGTH, null),
                        new ChatEvent.End());
    }

    @Test
    void readsListsOfPartsAndSeveralAnswers() {
        assertThat(whole("{'request_id':'a','output':{'choices':[{'index':1,'finish_reason':'stop','message':"
                        + "{'content':[{'text':'two'},{'text':'fold'}]},'logprobs':{'content':[]}},"
                        + "{'index':0,'finish_reason':'stop','message':{'content':'one','tool_calls':"
                        + "[{'function':{'name':'f','arguments':{'a':1}}}]}}]}}"))
                .containsExactly(
                        new ChatEvent.Start("a", "", 0),
                        new ChatEvent.Text(1, "twofold"),
                        new ChatEvent.Logprobs(1, Objects.requireNonNull(Json.read("{\"content\":[]}"))),
                        new ChatEvent.Finish(1, FinishReason.STOP, null),
                        new ChatEvent.Text(0, "one"),
                        new ChatEvent.ToolCall(0, 0, "call_a_0_0", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{\"a\":1}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.End());
    }

    @Test
    void readsTheOlderForm() {
        assertThat(text(whole("{'output':{'text':'Hi','finish_reason':'stop'},'usage':{},'request_id':'r'}")))
                .isEqualTo("Hi");
    }

    @Test
    void formIsWhatTheAnswerSaysItIs() {
        String body = "{\"output\":{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":\"Hi\"}}]}}";

        assertThat(text(decode("application/json", true, body.getBytes(UTF_8)))).isEqualTo("Hi");
        assertThat(text(decode("text/event-stream", false, ("data:" + body + "\n\n").getBytes(UTF_8))))
                .isEqualTo("Hi");
        assertThat(text(decode("text/event-stream", true, body.getBytes(UTF_8))))
                .isEqualTo("Hi");
        assertThat(text(decode("", false, body.getBytes(UTF_8)))).isEqualTo("Hi");
        assertThat(new DashScopeCodec(ERRORS).answerDecoder("text/html", true)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'code':'Throttling.RateQuota','message':'slow','request_id':'r'}|RATE_LIMITED",
                "{'status_code':429,'code':'Throttling','message':'slow','output':null}|RATE_LIMITED",
                "{'code':'Throttling','message':'slow','status_code':429,'output':{'choices':[]}}|RATE_LIMITED",
                "{'error':{'code':'Throttling','message':'slow'}}|RATE_LIMITED",
                "{'status_code':500,'message':'m'}|SERVER_ERROR",
                "{'code':'Mystery','message':'m'}|SERVER_ERROR",
                "{}|BAD_RESPONSE",
                "[]|BAD_RESPONSE",
                "{'output':'x'}|BAD_RESPONSE",
                "{'output':{'choices':['x']}}|BAD_RESPONSE",
                "{'output':{'choices':[{'index':-1}]}}|BAD_RESPONSE",
                "{'output':{'choices':[{'index':99999}]}}|BAD_RESPONSE",
                "{'output':{'choices':[{'message':{'tool_calls':[{'function':{'arguments':'x'}}]}}]}}|BAD_RESPONSE",
                "not JSON|BAD_RESPONSE",
                "{'output':|BAD_RESPONSE",
            })
    void errorsInsideAnAnswerAreFailures(String body, Kind kind) {
        String json = body.replace('\'', '"');

        assertThat(failure(whole(body))).isEqualTo(kind);
        assertThat(failure(stream("event:error\n:HTTP_STATUS/429\ndata:" + json + "\n\n")))
                .isEqualTo(kind);
        List<ChatEvent> late = stream(event("{'content':'Hi'}", "null") + "data:" + json + "\n\n" + STREAM);
        assertThat(failure(late)).isEqualTo(kind);
        assertThat(text(late)).isEqualTo("Hi");
    }

    @Test
    void eventWithoutEndIsBounded() {
        AnswerDecoder decoder =
                Objects.requireNonNull(new DashScopeCodec(ERRORS).answerDecoder("text/event-stream", true));
        List<ChatEvent> events = new ArrayList<>();
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'x');
        for (int i = 0; i < 40; i++) {
            decoder.feed(piece, events::add);
        }
        decoder.end(events::add);

        assertThat(events).singleElement().isInstanceOf(ChatEvent.Failed.class);
    }

    @Test
    void whateverComesNothingIsThrownAndNothingFollowsAFailure() {
        Random random = new Random(11);
        String sample = STREAM
                + event(
                        "{'content':[{'text':'a'}],'tool_calls':[{'index':0,'id':'c','function':{'name':'f','arguments':'{}'}}]}",
                        "tool_calls");
        byte[] seed = sample.getBytes(UTF_8);
        for (int round = 0; round < 4_000; round++) {
            byte[] body = seed.clone();
            for (int i = random.nextInt(8); i >= 0; i--) {
                body[random.nextInt(body.length)] = (byte) "{}[]\",:0123n\n\\x".charAt(random.nextInt(15));
            }
            boolean asStream = random.nextBoolean();
            int cut = random.nextInt(body.length);
            List<ChatEvent> events = decode(
                    asStream ? "text/event-stream" : "application/json",
                    asStream,
                    Arrays.copyOf(body, cut),
                    Arrays.copyOfRange(body, cut, body.length));
            for (int i = 0; i < events.size() - 1; i++) {
                assertThat(events.get(i)).isNotInstanceOfAny(ChatEvent.Failed.class, ChatEvent.End.class);
            }
        }
    }
}
