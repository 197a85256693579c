package io.sluice.domain.dialect.openai;

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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers of OpenAI and of servers like it say. */
class OpenAiAnswerDecoderTest {
    /** Azure's beginning, thinking, text cut inside a character, two calls, logprobs, usage after the finish. */
    private static final String STREAM = """
            data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}

            : waiting

            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"gpt-x","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"reasoning_content":"Hm"},"finish_reason":""}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"Grüß 🍺"},"logprobs":{"content":[{"token":"Gr","logprob":-0.5,"bytes":[71],"top_logprobs":[]}]}}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}]}}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"x\\":"}}]}}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"g","arguments":""}},{"index":0,"function":{"arguments":"1}"}}]}}]}

            data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}],"usage":null}

            data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":3}}}

            data: [DONE]

            data: {"choices":[{"index":0,"delta":{"content":"ignored"}}]}

            """;

    private static final List<ChatEvent> SAID = List.of(
            new ChatEvent.Start("chatcmpl-1", "gpt-x", 1_760_000_000),
            new ChatEvent.Thinking(0, "Hm"),
            new ChatEvent.Text(0, "Grüß 🍺"),
            new ChatEvent.Logprobs(
                    0,
                    Objects.requireNonNull(Json.read(
                            "{\"content\":[{\"token\":\"Gr\",\"logprob\":-0.5,\"bytes\":[71],\"top_logprobs\":[]}]}"))),
            new ChatEvent.ToolCall(0, 0, "call_a", "f", null),
            new ChatEvent.ToolArguments(0, 0, "{\"x\":"),
            new ChatEvent.ToolCall(0, 1, "call_b", "g", null),
            new ChatEvent.ToolArguments(0, 0, "1}"),
            new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
            new ChatEvent.Usage(new TokenUsage(9, 4, 2, 7, 3)),
            new ChatEvent.End());

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void streamSaysTheSameWhereverItIsCut(String lineEnd) {
        byte[] bytes = STREAM.replace("\n", lineEnd).getBytes(UTF_8);

        assertThat(Events.of("text/event-stream; charset=utf-8", bytes, 0)).isEqualTo(SAID);
        assertThat(Events.of("text/event-stream", bytes, 1)).isEqualTo(SAID);
        for (int cut = 1; cut < bytes.length; cut++) {
            var decoder = Events.decoder("text/event-stream");
            var events = new java.util.ArrayList<ChatEvent>();
            decoder.feed(Arrays.copyOf(bytes, cut), events::add);
            decoder.feed(Arrays.copyOfRange(bytes, cut, bytes.length), events::add);
            decoder.end(events::add);
            assertThat(events).as("cut at %d", cut).isEqualTo(SAID);
        }
    }

    @Test
    void streamWithoutSpacesOrDoneOrLastBlankLineIsWhole() {
        String stream = "data:{\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
                + "data:{\"id\":\"1\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";

        assertThat(Events.of("text/event-stream", stream.getBytes(UTF_8), 0))
                .containsExactly(
                        new ChatEvent.Start("1", "", 0),
                        new ChatEvent.Text(0, "a"),
                        new ChatEvent.Finish(0, FinishReason.STOP, null),
                        new ChatEvent.End());
    }

    @Test
    void streamThatIsCutHasNoEnd() {
        String stream = "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";

        assertThat(Events.of("text/event-stream", stream.getBytes(UTF_8), 0))
                .containsExactly(new ChatEvent.Start("1", "", 0), new ChatEvent.Text(0, "a"));
    }

    /** One of two choices has no finish: without the closing line nobody knows that it is over. */
    @Test
    void everyChoiceMustFinish() {
        String stream =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n";

        assertThat(Events.of("text/event-stream", stream.getBytes(UTF_8), 0))
                .contains(new ChatEvent.Finish(0, FinishReason.STOP, null), new ChatEvent.Text(1, "b"))
                .doesNotContain(new ChatEvent.End());
    }

    @Test
    void wholeAnswerSaysWhatAStreamWouldSay() {
        List<ChatEvent> events = Events.whole("""
                {"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"gpt-x","choices":[
                 {"index":0,"message":{"role":"assistant","content":"Hi","refusal":null,"reasoning":"Hm",
                   "annotations":[{"type":"url_citation","url_citation":{"url":"https://e.com"}}],
                   "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{"a":1}}}]},
                  "logprobs":null,"finish_reason":"stop"},
                 {"index":1,"message":{"role":"assistant","content":null,"refusal":"No."},"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":"5","completion_tokens":2.0,"total_tokens":7}}""");

        assertThat(events)
                .containsExactly(
                        new ChatEvent.Start("chatcmpl-1", "gpt-x", 1_760_000_000),
                        new ChatEvent.Thinking(0, "Hm"),
                        new ChatEvent.Text(0, "Hi"),
                        new ChatEvent.Citation(
                                0,
                                ChatDialect.OPENAI,
                                Objects.requireNonNull(Json.read(
                                        "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://e.com\"}}"))),
                        new ChatEvent.ToolCall(0, 0, "c", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{\"a\":1}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.Refusal(1, "No."),
                        new ChatEvent.Finish(1, FinishReason.REFUSAL, null),
                        new ChatEvent.Usage(new TokenUsage(5, 0, 2, 0)),
                        new ChatEvent.End());
    }

    @ParameterizedTest
    @CsvSource({
        "stop, STOP",
        "eos, STOP",
        "length, LENGTH",
        "model_length, LENGTH",
        "tool_calls, TOOL_CALLS",
        "function_call, TOOL_CALLS",
        "content_filter, CONTENT_FILTER",
        "sensitive, CONTENT_FILTER",
        "something_new, OTHER"
    })
    void wordsOfTheFinish(String word, FinishReason reason) {
        assertThat(Events.stream("{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"" + word + "\"}]}"))
                .contains(new ChatEvent.Finish(0, reason, null), new ChatEvent.End());
    }

    @Test
    void textThatEndedTheAnswerIsTold() {
        assertThat(Events.stream("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\",\"stop_reason\":\"END\"}]}"))
                .contains(new ChatEvent.Finish(0, FinishReason.STOP_TEXT, "END"));
    }

    /** Usage in the places where servers put it; what is told last counts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'choices':[{'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'completion_tokens':4}}",
                "{'choices':[{'delta':{},'finish_reason':'stop','usage':{'prompt_tokens':3,'completion_tokens':4}}]}",
                "{'choices':[{'delta':{},'finish_reason':'stop'}],'x_groq':{'usage':{'prompt_tokens':3,'completion_tokens':4}}}",
                "{'choices':[{'delta':{},'finish_reason':'stop'}],'usage':{'prompt_tokens':3,'total_tokens':7}}"
            })
    void usageInOddPlaces(String chunk) {
        assertThat(Events.stream(
                        "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}",
                        chunk.replace('\'', '"')))
                .filteredOn(event -> event instanceof ChatEvent.Usage)
                .last()
                .isEqualTo(new ChatEvent.Usage(new TokenUsage(3, 0, 4, 0)));
    }

    @Test
    void reasoningThatIsCountedApartIsAdded() {
        assertThat(Events.whole("{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"usage\":"
                        + "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":35,"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":20}}}"))
                .contains(new ChatEvent.Usage(new TokenUsage(10, 0, 25, 20)));
    }

    @Test
    void hugeAndNegativeUsageIsBoundedAndOthersIgnored() {
        assertThat(Events.whole("{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"usage\":"
                        + "{\"prompt_tokens\":1e300,\"completion_tokens\":-5,\"total_tokens\":[]}}"))
                .contains(new ChatEvent.Usage(new TokenUsage(TokenUsage.MAX, 0, 0, 0)));
    }

    /** Calls of servers that do not count, or count wrong. */
    @Test
    void callsWithoutIndexAreToldApartByTheirIds() {
        assertThat(
                        Events.stream(
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}",
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"arguments\":\"}\"}}]}}]}",
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}}]}"))
                .containsSubsequence(
                        new ChatEvent.ToolCall(0, 0, "a", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{"),
                        new ChatEvent.ToolArguments(0, 0, "}"),
                        new ChatEvent.ToolCall(0, 1, "b", "g", null),
                        new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null));
    }

    @Test
    void wholeCallsOfOneIndexAreSeveral() {
        assertThat(Events.stream("{\"choices\":[{\"delta\":{\"tool_calls\":["
                        + "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
                        + "{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}"))
                .contains(new ChatEvent.ToolCall(0, 0, "a", "f", null), new ChatEvent.ToolCall(0, 1, "b", "f", null));
    }

    @Test
    void newIdsOnEachPieceAreOneCall() {
        assertThat(
                        Events.stream(
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":3,\"id\":\"a\",\"function\":{\"name\":\"f\"}}]}}]}",
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":3,\"id\":\"x\",\"function\":{\"arguments\":\"{}\"}}]}}]}"))
                .contains(new ChatEvent.ToolCall(0, 0, "a", "f", null), new ChatEvent.ToolArguments(0, 0, "{}"));
    }

    @Test
    void callWithoutIdGetsOneThatNoOtherAnswerHas() {
        assertThat(
                        Events.stream(
                                "{\"id\":\"chatcmpl-Q7x\",\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]}}]}"))
                .contains(new ChatEvent.ToolCall(0, 0, "call_chatcmplQ7x_0_0", "f", null));
    }

    @Test
    void nameAfterArgumentsIsWaitedFor() {
        assertThat(
                        Events.stream(
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"{\"}}]}}]}",
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}]}}]}"))
                .containsSubsequence(
                        new ChatEvent.ToolCall(0, 0, "a", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{"),
                        new ChatEvent.ToolArguments(0, 0, "}"));
    }

    @Test
    void callThatNeverSaysWhatItCallsIsMalformed() {
        assertThat(
                        Events.stream(
                                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\"}]},\"finish_reason\":\"stop\"}]}"))
                .last()
                .isInstanceOfSatisfying(
                        ChatEvent.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(Kind.BAD_RESPONSE));
    }

    /** As Spark gives its call. */
    @Test
    void callThatIsNoListIsOne() {
        assertThat(Events.stream("{\"choices\":[{\"delta\":{\"tool_calls\":{\"id\":\"a\",\"function\":{\"name\":\"f\","
                        + "\"arguments\":\"{}\"}}},\"finish_reason\":\"tool_calls\"}]}"))
                .contains(new ChatEvent.ToolCall(0, 0, "a", "f", null), new ChatEvent.ToolArguments(0, 0, "{}"));
    }

    /** As MiniMax ends a stream. */
    @Test
    void wholeMessageBehindPiecesIsNotToldAgain() {
        assertThat(Events.stream(
                        "{\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}",
                        "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}"))
                .containsOnlyOnce(new ChatEvent.Text(0, "Hi"))
                .contains(new ChatEvent.Finish(0, FinishReason.STOP, null));
    }

    @Test
    void thinkingOfDetailsIsToldOnceWithItsProof() {
        assertThat(Events.stream(
                        "{\"choices\":[{\"delta\":{\"reasoning\":\"Hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"Hm\",\"index\":0}]}}]}",
                        "{\"choices\":[{\"delta\":{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"signature\":\"s\",\"index\":0},"
                                + "{\"type\":\"reasoning.encrypted\",\"data\":\"d\"}]}}]}"))
                .containsSubsequence(
                        new ChatEvent.Thinking(0, "Hm"),
                        new ChatEvent.ThinkingSignature(0, new Proof(Maker.OPENROUTER, "s")),
                        new ChatEvent.HiddenThinking(0, new Proof(Maker.OPENROUTER, "d")))
                .filteredOn(event -> event instanceof ChatEvent.Thinking)
                .hasSize(1);
    }

    @Test
    void contentInPartsIsTextAndThinking() {
        assertThat(Events.stream(
                        "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Hm\"}]},"
                                + "{\"type\":\"text\",\"text\":\"Hi\"}]}}]}"))
                .containsSubsequence(new ChatEvent.Thinking(0, "Hm"), new ChatEvent.Text(0, "Hi"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'Slow down.','type':'tokens','code':'rate_limit_exceeded'}} | RATE_LIMITED",
                "{'error':'broken'} | SERVER_ERROR",
                "{'id':'gen','error':{'code':502,'message':'gone'},'choices':[{'delta':{'content':''},'finish_reason':'error'}]}"
                        + " | SERVER_ERROR",
                "{'choices':[{'delta':{'content':''},'finish_reason':'error','error':{'code':429,'message':'x'}}]} | RATE_LIMITED",
                "{'choices':[{'delta':{},'finish_reason':'insufficient_system_resource'}]} | SERVER_ERROR",
                "{'base_resp':{'status_code':1008,'status_msg':'insufficient balance'},'choices':null} | SERVER_ERROR",
                "{'object':'error','message':'bad','code':400} | REQUEST_REJECTED",
                "{'code':50000,'message':'broken','data':null} | SERVER_ERROR",
                "{'detail':'Unauthorized'} | SERVER_ERROR",
                "[{'error':{'code':503,'message':'x'}}] | SERVER_ERROR",
                "{'choices':[{'index':5000000,'delta':{}}]} | BAD_RESPONSE",
                "{'choices':[]} | BAD_RESPONSE",
                "{} | BAD_RESPONSE",
                "[] | BAD_RESPONSE",
                "3 | BAD_RESPONSE",
                "{'choices': | BAD_RESPONSE",
                "<html>Bad gateway</html> | BAD_RESPONSE"
            })
    void errorWithStatus200IsAFailure(String json, Kind kind) {
        String text = json.replace('\'', '"');
        assertThat(Events.stream(text)).last().isInstanceOfSatisfying(ChatEvent.Failed.class, failed -> assertThat(
                        failed.failure().kind())
                .isEqualTo(kind));
        assertThat(Events.whole(text)).last().isInstanceOfSatisfying(ChatEvent.Failed.class, failed -> assertThat(
                        failed.failure().kind())
                .isEqualTo(kind));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "", "application/octet-stream"})
    void typeThatSaysNothingIsLookedInto(String type) {
        byte[] whole = "\n{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}".getBytes(UTF_8);

        assertThat(Events.of(type, whole, 1)).contains(new ChatEvent.Text(0, "a"), new ChatEvent.End());
        assertThat(Events.of(type, STREAM.getBytes(UTF_8), 1)).isEqualTo(SAID);
    }

    @Test
    void pageOfAProxyIsNoAnswer() {
        assertThat(new OpenAiCodec().answerDecoder("text/html; charset=utf-8", true))
                .isNull();
    }

    @Test
    void eventBeyondItsBoundIsRefused() {
        var decoder = Events.decoder("text/event-stream");
        var events = new java.util.ArrayList<ChatEvent>();
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'x');
        for (int i = 0; i < 20; i++) {
            decoder.feed(piece, events::add);
        }
        decoder.end(events::add);

        assertThat(events).singleElement().isInstanceOf(ChatEvent.Failed.class);
    }

    /** Bytes changed, lost and doubled by chance: the grammar of events holds, and nothing is thrown. */
    @Test
    void mutatedAnswersNeverThrow() {
        Random random = new Random(20_261_127);
        byte[] original = STREAM.getBytes(UTF_8);
        byte[] alphabet = "{}[]\",:0-9e.ntfalse\\u\n\r \u0000ÿ".getBytes(UTF_8);
        for (int round = 0; round < 4_000; round++) {
            byte[] bytes = original.clone();
            for (int i = random.nextInt(6); i >= 0; i--) {
                int at = random.nextInt(bytes.length - 40);
                switch (random.nextInt(3)) {
                    case 0 -> bytes[at] = alphabet[random.nextInt(alphabet.length)];
                    case 1 -> System.arraycopy(bytes, at + 1, bytes, at, bytes.length - at - 1);
                    default -> System.arraycopy(bytes, at, bytes, random.nextInt(bytes.length - 40), 40);
                }
            }
            List<ChatEvent> events =
                    Events.of(round % 2 == 0 ? "text/event-stream" : "", bytes, 1 + random.nextInt(300));
            for (int i = 0; i < events.size() - 1; i++) {
                assertThat(events.get(i)).isNotInstanceOfAny(ChatEvent.Failed.class, ChatEvent.End.class);
            }
        }
    }
}
