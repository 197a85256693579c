package io.sluice.domain.dialect.qianfan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.ErrorTable.Meaning;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Penalty;
import io.sluice.domain.tokens.TokenUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QianfanCodecTest {
    private static final QianfanCodec CODEC = new QianfanCodec(new ErrorTable(
            List.of(
                    new ErrorTable.Rule(Meaning.ACCOUNT, Set.of("110"), Set.of(), null, Set.of(), Penalty.USUAL),
                    new ErrorTable.Rule(
                            Meaning.SLOW_DOWN,
                            Set.of("18"),
                            Set.of(),
                            null,
                            Set.of(),
                            Penalty.waiting(Duration.ofSeconds(1)))),
            ZoneOffset.UTC,
            List.of()));

    private static final String STREAM = """
            data: {"id":"as-1","object":"chat.completion","created":1760000000,"sentence_id":0,"is_end":false,"is_truncated":false,"result":"Hel","need_clear_history":false,"finish_reason":"normal","usage":{"prompt_tokens":2,"completion_tokens":0,"total_tokens":2}}

            data: {"id":"as-1","object":"chat.completion","created":1760000000,"sentence_id":1,"is_end":false,"is_truncated":false,"result":"lo 中","need_clear_history":false,"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}

            data: {"id":"as-1","object":"chat.completion","created":1760000000,"sentence_id":2,"is_end":true,"is_truncated":false,"result":"","need_clear_history":false,"finish_reason":"normal","usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}}

            """;

    private static final List<ChatEvent> STREAMED = List.of(
            new ChatEvent.Start("as-1", "", 1_760_000_000),
            new ChatEvent.Usage(new TokenUsage(2, 0, 0, 0)),
            new ChatEvent.Text(0, "Hel"),
            new ChatEvent.Usage(new TokenUsage(2, 0, 1, 0)),
            new ChatEvent.Text(0, "lo 中"),
            new ChatEvent.Usage(new TokenUsage(2, 0, 3, 0)),
            new ChatEvent.Finish(0, FinishReason.STOP, null),
            new ChatEvent.End());

    private static List<ChatEvent> decode(String type, boolean stream, byte[]... pieces) {
        AnswerDecoder decoder = Objects.requireNonNull(CODEC.answerDecoder(type, stream));
        List<ChatEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            byte[] copy = piece.clone();
            decoder.feed(copy, events::add);
            Arrays.fill(copy, (byte) '#');
        }
        decoder.end(events::add);
        return events;
    }

    private static List<ChatEvent> whole(String text) {
        return decode("application/json", false, text.replace('\'', '"').getBytes(UTF_8));
    }

    private static ChatMessage said(Role role, String text) {
        return ChatMessage.of(role, List.of(Part.Text.of(text)));
    }

    private static ChatMessage called(String... ids) {
        List<Part> calls = new ArrayList<>();
        for (String id : ids) {
            calls.add(new Part.ToolCall(id, "f" + id, "{}", null, null));
        }
        return ChatMessage.of(Role.ASSISTANT, calls);
    }

    private static Part result(String id, String text, boolean isError) {
        return new Part.ToolResult(id, null, List.of(Part.Text.of(text)), isError, null);
    }

    private static ChatRequest request(
            List<ChatMessage> messages,
            List<Tool> tools,
            @Nullable ToolChoice choice,
            Sampling sampling,
            AnswerFormat format,
            Map<String, JsonNode> extras) {
        return new ChatRequest("m", false, messages, tools, choice, null, sampling, null, format, null, null, extras);
    }

    private static String messages(Losses losses, ChatMessage... messages) {
        return CODEC.encodeRequest(
                        request(
                                List.of(messages),
                                List.of(),
                                null,
                                Sampling.DEFAULT,
                                new AnswerFormat.Text(),
                                Map.of()),
                        "m",
                        losses)
                .path("messages")
                .toString()
                .replace('"', '\'');
    }

    private static Losses strict() {
        return new Losses(ChatDialect.OPENAI, false);
    }

    private static Losses lenient() {
        return new Losses(ChatDialect.OPENAI, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void readsAStreamWhereverItIsCut(String newLine) {
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
        int last = STREAM.indexOf("data: {", STREAM.indexOf("sentence_id\":1"));

        assertThat(decode("text/event-stream", true, STREAM.substring(0, last).getBytes(UTF_8)))
                .isEqualTo(STREAMED.subList(0, 5));
    }

    @Test
    void readsAnAnswerInOne() {
        assertThat(whole("{'id':'as-2','object':'chat.completion','created':5,'result':'Hi','is_truncated':true,"
                        + "'need_clear_history':false,'finish_reason':'length','usage':{'prompt_tokens':2,"
                        + "'completion_tokens':1,'total_tokens':3}}"))
                .containsExactly(
                        new ChatEvent.Start("as-2", "", 5),
                        new ChatEvent.Usage(new TokenUsage(2, 0, 1, 0)),
                        new ChatEvent.Text(0, "Hi"),
                        new ChatEvent.Finish(0, FinishReason.LENGTH, null),
                        new ChatEvent.End());
    }

    @Test
    void readsACall() {
        assertThat(whole("{'id':'as-2','created':5,'result':'','function_call':{'name':'f','arguments':'{}',"
                        + "'thoughts':'x'},'finish_reason':'function_call'}"))
                .containsExactly(
                        new ChatEvent.Start("as-2", "", 5),
                        new ChatEvent.ToolCall(0, 0, "call_as-2", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.End());
    }

    @ParameterizedTest
    @CsvSource({
        "'finish_reason':'normal', STOP",
        "'finish_reason':'stop', STOP_TEXT",
        "'finish_reason':'content_filter', CONTENT_FILTER",
        "'finish_reason':'odd', OTHER",
        "'need_clear_history':true, CONTENT_FILTER",
        "'flag':3, CONTENT_FILTER",
        "'is_truncated':true, LENGTH",
        "'x':1, STOP"
    })
    void saysWhyItEnded(String field, FinishReason reason) {
        List<ChatEvent> events = whole("{'result':'Hi'," + field.replace("''", "'") + "}");

        assertThat(events).contains(new ChatEvent.Finish(0, reason, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error_code':110,'error_msg':'Access token invalid or no longer valid','id':'as-1'}|ACCOUNT_REFUSED",
                "{'error_code':'18','error_msg':'slow'}|RATE_LIMITED",
                "{'error_code':336000,'error_msg':'m'}|SERVER_ERROR",
                "{'error':{'code':'18','message':'m'}}|RATE_LIMITED",
                "{}|BAD_RESPONSE",
                "[]|BAD_RESPONSE",
                "{'result':17}|BAD_RESPONSE",
                "{'function_call':{'arguments':'{}'}}|BAD_RESPONSE",
                "nothing|BAD_RESPONSE",
            })
    void errorsWithAGoodStatusAreFailures(String body, Kind kind) {
        String json = body.replace('\'', '"');
        for (List<ChatEvent> events : List.of(
                whole(body),
                decode("application/json", true, json.getBytes(UTF_8)),
                decode("text/event-stream", true, ("data: " + json + "\n\n" + STREAM).getBytes(UTF_8)))) {
            assertThat(events).last().isInstanceOfSatisfying(ChatEvent.Failed.class, failed -> assertThat(
                            failed.failure().kind())
                    .isEqualTo(kind));
        }
    }

    @Test
    void otherTypesAreNoneOfIts() {
        assertThat(CODEC.answerDecoder("text/html", true)).isNull();
        assertThat(CODEC.answerDecoder("text/plain", false)).isNotNull();
    }

    @Test
    void whateverComesNothingIsThrownAndNothingFollowsTheEnd() {
        Random random = new Random(5);
        byte[] seed = STREAM.getBytes(UTF_8);
        for (int round = 0; round < 4_000; round++) {
            byte[] body = seed.clone();
            for (int i = random.nextInt(8); i >= 0; i--) {
                body[random.nextInt(body.length)] = (byte) "{}[]\",:0123n\n\\x".charAt(random.nextInt(15));
            }
            int cut = random.nextInt(body.length);
            List<ChatEvent> events = decode(
                    random.nextBoolean() ? "text/event-stream" : "application/json",
                    true,
                    Arrays.copyOf(body, cut),
                    Arrays.copyOfRange(body, cut, body.length));
            for (int i = 0; i < events.size() - 1; i++) {
                assertThat(events.get(i)).isNotInstanceOfAny(ChatEvent.Failed.class, ChatEvent.End.class);
            }
        }
    }

    @Test
    void everythingThatCanBeSaid() {
        ChatRequest request = new ChatRequest(
                "m",
                true,
                List.of(said(Role.SYSTEM, "One."), said(Role.USER, "Hi"), said(Role.DEVELOPER, "Two.")),
                List.of(new Tool.Function("f", null, null, null, null)),
                new ToolChoice.Required(),
                null,
                new Sampling(
                        1L,
                        new BigDecimal("0.80"),
                        new BigDecimal("0.5"),
                        null,
                        List.of("x"),
                        null,
                        1,
                        BigDecimal.ZERO,
                        null,
                        false,
                        null,
                        null),
                new Reasoning(false, null, null, null),
                new AnswerFormat.Schema("s", null, Json.object().put("type", "object"), null),
                "u",
                "auto",
                Map.of("penalty_score", Json.NODES.numberNode(1)));

        assertThat(Json.text(CODEC.encodeRequest(request, "m", strict())).replace('"', '\''))
                .isEqualTo("{'messages':[{'role':'user','content':'Hi'}],'response_format':'json_object',"
                        + "'system':'One.\\n\\nTwo.\\n\\nAnswer in JSON that follows this JSON Schema, and with nothing "
                        + "else:\\n{\\'type\\':\\'object\\'}','max_output_tokens':2,'temperature':0.80,'top_p':0.5,"
                        + "'stop':['x'],'functions':[{'name':'f','description':'f','parameters':{'type':'object',"
                        + "'properties':{}}}],'tool_choice':{'type':'function','function':{'name':'f'}},'user_id':'u',"
                        + "'penalty_score':1,'stream':true}");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"0, 0.01, -", "0.0, 0.01, -", "1, 1, -", "1.0, 1.0, -", "1.01, -, temperature"})
    void temperatureIsAboveZeroAndToOne(BigDecimal asked, @Nullable BigDecimal written, @Nullable String lost) {
        Losses losses = lenient();
        Sampling sampling = new Sampling(null, asked, null, null, List.of(), null, null, null, null, null, null, null);
        JsonNode body = CODEC.encodeRequest(
                request(List.of(said(Role.USER, "Hi")), List.of(), null, sampling, new AnswerFormat.Text(), Map.of()),
                "m",
                losses);

        assertThat(
                        body.path("temperature").isMissingNode()
                                ? null
                                : body.path("temperature").decimalValue())
                .isEqualTo(written);
        assertThat(losses.fields()).isEqualTo(lost == null ? List.of() : List.of(lost));
    }

    @Test
    void turnsAlternate() {
        assertThat(messages(
                        strict(),
                        said(Role.USER, "a"),
                        said(Role.USER, "b"),
                        said(Role.ASSISTANT, "c"),
                        said(Role.SYSTEM, "s"),
                        ChatMessage.of(
                                Role.ASSISTANT,
                                List.of(new Part.Thinking("x", new Proof(Maker.ANTHROPIC, "y")), Part.Text.of("d"))),
                        said(Role.USER, "e")))
                .isEqualTo("[{'role':'user','content':'a\\n\\nb'},{'role':'assistant','content':'c\\n\\nd'},"
                        + "{'role':'user','content':'e'}]");
    }

    @Test
    void severalCallsBecomeSeveralTurns() {
        assertThat(messages(
                        strict(),
                        said(Role.USER, "a"),
                        called("1", "2"),
                        ChatMessage.of(
                                Role.USER,
                                List.of(
                                        result("2", "{\"x\":1}", false),
                                        result("1", "bad", true),
                                        Part.Text.of("go on")))))
                .isEqualTo("[{'role':'user','content':'a'},"
                        + "{'role':'assistant','content':'','function_call':{'name':'f2','arguments':'{}'}},"
                        + "{'role':'function','content':'{\\'x\\':1}','name':'f2'},"
                        + "{'role':'assistant','content':'','function_call':{'name':'f1','arguments':'{}'}},"
                        + "{'role':'function','content':'{\\'error\\':\\'bad\\'}','name':'f1'},"
                        + "{'role':'assistant','content':'…'},{'role':'user','content':'go on'}]");
    }

    @Test
    void wordsBeforeACallStayWithIt() {
        ChatMessage speaking = ChatMessage.of(
                Role.ASSISTANT, List.of(Part.Text.of("I look."), new Part.ToolCall("1", "f", "{}", null, null)));

        assertThat(messages(
                        strict(),
                        said(Role.USER, "a"),
                        speaking,
                        ChatMessage.of(Role.TOOL, List.of(result("1", "sunny", false)))))
                .isEqualTo("[{'role':'user','content':'a'},{'role':'assistant','content':'I look.','function_call':"
                        + "{'name':'f','arguments':'{}'}},{'role':'function','content':'{\\'result\\':\\'sunny\\'}',"
                        + "'name':'f'}]");
    }

    @Test
    void whatCannotBeSaidIsLostAloud() {
        Losses losses = lenient();
        String written = messages(
                losses,
                said(Role.ASSISTANT, "first"),
                ChatMessage.of(
                        Role.USER,
                        List.of(
                                Part.Text.of("a"),
                                new Part.Image(new MediaSource.Url("https://example.com", null), null, null),
                                result("nobody", "x", false))),
                said(Role.ASSISTANT, "go on with me"));

        assertThat(written).isEqualTo("[{'role':'user','content':'a'}]");
        assertThat(losses.fields()).containsExactly("messages", "messages.content.image_url", "messages.content.type");
    }

    @Test
    void fieldsWithoutAPlaceAreLostAloud() {
        Losses losses = lenient();
        CODEC.encodeRequest(
                new ChatRequest(
                        "m",
                        false,
                        List.of(said(Role.USER, "Hi")),
                        List.of(new Tool.Foreign(ChatDialect.OPENAI, Json.object(), "tools.type")),
                        null,
                        null,
                        new Sampling(
                                null,
                                null,
                                null,
                                5L,
                                List.of("a", "b", "c", "d", "e"),
                                1L,
                                2,
                                BigDecimal.ONE,
                                BigDecimal.ONE,
                                true,
                                1,
                                Json.object().put("5", 1)),
                        new Reasoning(null, "high", null, null),
                        new AnswerFormat.Text(),
                        null,
                        "flex",
                        Map.of("mystery", Json.object())),
                "m",
                losses);

        assertThat(losses.fields())
                .containsExactlyInAnyOrder(
                        "tools.type",
                        "top_k",
                        "stop",
                        "seed",
                        "n",
                        "presence_penalty",
                        "frequency_penalty",
                        "logprobs",
                        "logit_bias",
                        "reasoning_effort",
                        "service_tier",
                        "mystery");
    }
}
