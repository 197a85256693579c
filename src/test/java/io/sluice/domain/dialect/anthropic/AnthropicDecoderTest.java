package io.sluice.domain.dialect.anthropic;

import static io.sluice.domain.dialect.anthropic.Chats.CODEC;
import static io.sluice.domain.dialect.anthropic.Chats.decode;
import static io.sluice.domain.dialect.anthropic.Chats.decodeStream;
import static io.sluice.domain.dialect.anthropic.Chats.decodeWhole;
import static io.sluice.domain.dialect.anthropic.Chats.joined;
import static io.sluice.domain.dialect.anthropic.Chats.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicDecoderTest {
    private static final String START = event(
            "message_start",
            "'message':{'id':'msg_9','type':'message','role':'assistant','model':'claude-x','content':[],'stop_reason':null,"
                    + "'stop_sequence':null,'usage':{'input_tokens':25,'cache_creation_input_tokens':7,'cache_read_input_tokens':100,'output_tokens':1}}");
    private static final String STOP = event("message_stop", "");
    private static final String STREAM = START
            + block(0, "{'type':'thinking','thinking':'','signature':''}")
            + delta(0, "{'type':'thinking_delta','thinking':'Hm 中'}")
            + delta(0, "{'type':'signature_delta','signature':'c2ln'}")
            + close(0)
            + block(1, "{'type':'redacted_thinking','data':'ZGF0YQ'}")
            + close(1)
            + event("ping", "")
            + block(2, "{'type':'text','text':''}")
            + delta(2, "{'type':'text_delta','text':'Let me \\\"look\\\" 🙂\\n'}")
            + delta(2, "{'type':'citations_delta','citation':{'type':'char_location','cited_text':'a'}}")
            + close(2)
            + block(3, "{'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{}}")
            + delta(3, "{'type':'input_json_delta','partial_json':'{}'}")
            + close(3)
            + event("new_kind", "'x':1")
            + block(4, "{'type':'tool_use','id':'toolu_1','name':'look','input':{}}")
            + delta(4, "{'type':'input_json_delta','partial_json':''}")
            + delta(4, "{'type':'input_json_delta','partial_json':'{\\\"a\\\"'}")
            + delta(4, "{'type':'input_json_delta','partial_json':':1}'}")
            + close(4)
            + block(5, "{'type':'tool_use','id':'toolu_2','name':'wait','input':{}}")
            + delta(5, "{'type':'input_json_delta','partial_json':''}")
            + close(5)
            + event(
                    "message_delta",
                    "'delta':{'stop_reason':'tool_use','stop_sequence':null},'usage':{'input_tokens':null,'output_tokens':57,"
                            + "'output_tokens_details':{'thinking_tokens':20}}")
            + STOP;

    /** Input is 25 + 7 + 100: the parts have no token in common. The output replaces, it is not added. */
    private static final List<ChatEvent> EVENTS = List.of(
            new ChatEvent.Start("msg_9", "claude-x", 0),
            new ChatEvent.Usage(new TokenUsage(132, 100, 7, 1, 0)),
            new ChatEvent.Thinking(0, "Hm 中"),
            new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "c2ln")),
            new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "ZGF0YQ")),
            new ChatEvent.Ping(),
            new ChatEvent.Text(0, "Let me \"look\" 🙂\n"),
            new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, json("{'type':'char_location','cited_text':'a'}")),
            new ChatEvent.ToolCall(0, 0, "toolu_1", "look", null),
            new ChatEvent.ToolArguments(0, 0, "{\"a\""),
            new ChatEvent.ToolArguments(0, 0, ":1}"),
            new ChatEvent.ToolCall(0, 1, "toolu_2", "wait", null),
            new ChatEvent.ToolArguments(0, 1, "{}"),
            new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
            new ChatEvent.Usage(new TokenUsage(132, 100, 7, 57, 20)),
            new ChatEvent.End());

    private static final String WHOLE = """
            {'id':'msg_9','type':'message','role':'assistant','model':'claude-x','content':[
              {'type':'thinking','thinking':'Hm','signature':'c2ln'},{'type':'redacted_thinking','data':'d'},
              {'type':'text','text':'one ','citations':[{'type':'x'}]},{'type':'server_tool_use','id':'s','name':'w','input':{}},
              {'type':'web_search_tool_result','tool_use_id':'s','content':[]},{'type':'text','text':'two'},
              {'type':'tool_use','id':'toolu_1','name':'look','input':{'a':1.50}},{'type':'tool_use','id':'','name':'wait','input':{}}],
             'stop_reason':'tool_use','stop_sequence':null,
             'usage':{'input_tokens':4,'cache_creation_input_tokens':0,'cache_read_input_tokens':2048,'output_tokens':95}}""";

    private static String event(String type, String rest) {
        return "event: " + type + "\ndata: {'type':'" + type + "'" + (rest.isEmpty() ? "" : "," + rest) + "}\n\n";
    }

    private static String block(int index, String block) {
        return event("content_block_start", "'index':" + index + ",'content_block':" + block);
    }

    private static String delta(int index, String delta) {
        return event("content_block_delta", "'index':" + index + ",'delta':" + delta);
    }

    private static String close(int index) {
        return event("content_block_stop", "'index':" + index);
    }

    private static String finish(String reason) {
        return event("message_delta", "'delta':{'stop_reason':" + reason + "},'usage':{'output_tokens':2}");
    }

    private static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }

    private static List<ChatEvent> stream(String text) {
        return decodeStream(text.replace('\'', '"'));
    }

    private static List<ChatEvent> whole(String text) {
        return decodeWhole(text.replace('\'', '"'));
    }

    private static @Nullable Kind failure(List<ChatEvent> events) {
        assertThat(events.stream().filter(e -> e instanceof ChatEvent.Failed || e instanceof ChatEvent.End))
                .hasSizeLessThan(2);
        return events.isEmpty() || !(events.getLast() instanceof ChatEvent.Failed failed)
                ? null
                : failed.failure().kind();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void readsAStreamHoweverItIsCut(String newline) {
        byte[] whole = ("\ufeff" + STREAM.replace("\n", newline).replace('\'', '"')).getBytes(UTF_8);

        assertThat(decode("text/event-stream", true, whole)).isEqualTo(EVENTS);
        for (int i = 0; i <= whole.length; i++) {
            assertThat(decode(
                            "text/event-stream; charset=utf-8",
                            true,
                            Arrays.copyOf(whole, i),
                            Arrays.copyOfRange(whole, i, whole.length)))
                    .isEqualTo(EVENTS);
        }
        byte[][] single = new byte[whole.length][];
        for (int i = 0; i < whole.length; i++) {
            single[i] = new byte[] {whole[i]};
        }
        assertThat(decode("text/event-stream", true, single)).isEqualTo(EVENTS);
    }

    @Test
    void readsAStreamWithoutItsLastBlankLine() {
        assertThat(stream(STREAM.strip())).isEqualTo(EVENTS);
    }

    @Test
    void readsAWholeAnswer() {
        List<ChatEvent> expected = List.of(
                new ChatEvent.Start("msg_9", "claude-x", 0),
                new ChatEvent.Usage(new TokenUsage(2052, 2048, 0, 95, 0)),
                new ChatEvent.Thinking(0, "Hm"),
                new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "c2ln")),
                new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "d")),
                new ChatEvent.Text(0, "one "),
                new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, json("{'type':'x'}")),
                new ChatEvent.Text(0, "two"),
                new ChatEvent.ToolCall(0, 0, "toolu_1", "look", null),
                new ChatEvent.ToolArguments(0, 0, "{\"a\":1.50}"),
                new ChatEvent.ToolCall(0, 1, "toolu_1", "wait", null),
                new ChatEvent.ToolArguments(0, 1, "{}"),
                new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                new ChatEvent.End());

        assertThat(whole(WHOLE)).isEqualTo(expected);
        // A provider may answer whole where a stream was asked for, and call it a stream.
        assertThat(decode("application/json", true, bytes(WHOLE))).isEqualTo(expected);
        assertThat(stream(WHOLE.replace("\n", ""))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, STOP",
        "stop_sequence, STOP_TEXT",
        "max_tokens, LENGTH",
        "model_context_window_exceeded, LENGTH",
        "pause_turn, PAUSE",
        "refusal, REFUSAL",
        "brand_new, OTHER"
    })
    void readsWhyItEnded(String word, FinishReason reason) {
        String text = START + finish("'" + word + "','stop_sequence':'END'") + STOP;

        assertThat(stream(text)).contains(new ChatEvent.Finish(0, reason, "END"));
        assertThat(whole("{'content':[],'stop_reason':'" + word + "'}"))
                .containsExactly(
                        new ChatEvent.Start("", "", 0), new ChatEvent.Finish(0, reason, null), new ChatEvent.End());
    }

    @Test
    void takesTheAnswerFunctionForText() {
        List<ChatEvent> events = stream(START
                + block(0, "{'type':'tool_use','id':'t','name':'sluice_json_answer','input':{}}")
                + delta(0, "{'type':'input_json_delta','partial_json':'{\\\"a\\\":'}")
                + delta(0, "{'type':'input_json_delta','partial_json':'1}'}")
                + close(0)
                + finish("'tool_use'")
                + STOP);

        assertThat(joined(events))
                .contains(new ChatEvent.Text(0, "{\"a\":1}"), new ChatEvent.Finish(0, FinishReason.STOP, null))
                .noneMatch(e -> e instanceof ChatEvent.ToolCall);
        assertThat(
                        whole(
                                "{'content':[{'type':'tool_use','id':'t','name':'sluice_json_answer','input':{'a':1}}],'stop_reason':'tool_use'}"))
                .contains(new ChatEvent.Text(0, "{\"a\":1}"), new ChatEvent.Finish(0, FinishReason.STOP, null));
    }

    @Test
    void readsInputThatStandsInTheBlocksBeginning() {
        assertThat(stream(START
                        + block(0, "{'type':'tool_use','id':'t','name':'f','input':{'a':1}}")
                        + close(0)
                        + finish("'tool_use'")
                        + STOP))
                .contains(new ChatEvent.ToolArguments(0, 0, "{\"a\":1}"));
    }

    @Test
    void readsStreamsOfServicesThatLeaveThingsOut() {
        List<ChatEvent> events =
                stream("data: {'type':'content_block_delta','delta':{'type':'text_delta','text':'hi'}}\n\n"
                        + "data: {'type':'message_delta','delta':{'stop_reason':'end_turn'}}\n\ndata: [DONE]\n\n");

        assertThat(events)
                .containsExactly(
                        new ChatEvent.Start("", "", 0),
                        new ChatEvent.Text(0, "hi"),
                        new ChatEvent.Finish(0, FinishReason.STOP, null),
                        new ChatEvent.End());
        assertThat(stream(START + STOP)).contains(new ChatEvent.Finish(0, FinishReason.OTHER, null));
    }

    @Test
    void hasNoEndWhenItIsCut() {
        byte[] whole = bytes(STREAM);
        int finished = bytes(STREAM.substring(0, STREAM.indexOf("event: message_stop"))).length;
        for (int i = 0; i < whole.length; i += 7) {
            List<ChatEvent> events = decode("text/event-stream", true, Arrays.copyOf(whole, i));
            assertThat(failure(events)).isNull();
            boolean ended = !events.isEmpty() && events.getLast() instanceof ChatEvent.End;
            if (i < finished - 2) {
                assertThat(ended).isFalse();
            } else if (i > finished) {
                assertThat(ended).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}} | SERVER_ERROR",
                "{'type':'error','error':{'type':'rate_limit_error','message':'slow'}} | RATE_LIMITED",
                "{'type':'error','error':{'type':'invalid_request_error','message':'x'}} | REQUEST_REJECTED",
                "{'type':'error','error':{'type':'api_error','message':'x'}} | SERVER_ERROR",
                "{'error':{'message':'x'}} | SERVER_ERROR",
                "{'type':'error'} | SERVER_ERROR",
            })
    void tellsErrorsInAnswers(String error, Kind kind) {
        assertThat(failure(stream(START + "event: error\ndata: " + error + "\n\n" + STOP)))
                .isEqualTo(kind);
        assertThat(failure(stream("event: error\ndata: " + error + "\n\n"))).isEqualTo(kind);
        assertThat(failure(whole(error))).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "[]",
                "{'type':'message_start'}",
                "{'type':'content_block_start','content_block':{'type':'text'}}",
                "{'type':'content_block_start','index':'a','content_block':{'type':'text'}}",
                "{'type':'content_block_start','index':1e30,'content_block':{'type':'text'}}",
                "{'type':'content_block_start','index':0}",
                "{'type':'content_block_start','index':0,'content_block':{'type':'tool_use','id':'a'}}",
                "{'type':'content_block_delta','index':7,'delta':{'type':'input_json_delta','partial_json':'{'}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':5}}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta'}}",
                "{'type':'message','content':'text'}",
                "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'\u0001'}}",
            })
    void tellsBadStreams(String data) {
        assertThat(failure(stream(START + "data: " + data + "\n\n" + STOP))).isEqualTo(Kind.BAD_RESPONSE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "<html>", "{", "[]", "{}", "{'content':{}}", "{'content':[1]}", "{'content':[{}]}", "5"})
    void tellsBadWholeAnswers(String body) {
        assertThat(failure(whole(body))).isEqualTo(Kind.BAD_RESPONSE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'input_tokens':-5,'output_tokens':1e300}",
                "{'input_tokens':'many','output_tokens':[]}",
                "5",
                "{'input_tokens':99999999999999999999999,'cache_read_input_tokens':1e99,'output_tokens':1}"
            })
    void believesNoNumber(String usage) {
        List<ChatEvent> events = whole("{'content':[],'stop_reason':'end_turn','usage':" + usage + "}");

        assertThat(events.getLast()).isEqualTo(new ChatEvent.End());
    }

    @Test
    void boundsEventsAndBlocks() {
        byte[] mebibyte = new byte[1 << 20];
        Arrays.fill(mebibyte, (byte) 'a');
        byte[][] pieces = new byte[18][];
        Arrays.fill(pieces, mebibyte);
        pieces[0] = bytes("data: {'type':'content_block_delta','delta':{'type':'text_delta','text':'");
        assertThat(failure(decode("text/event-stream", true, pieces))).isEqualTo(Kind.BAD_RESPONSE);

        StringBuilder blocks = new StringBuilder(START);
        for (int i = 0; i < 100; i++) {
            blocks.append(block(i, "{'type':'text','text':''}"));
        }
        assertThat(failure(stream(blocks.toString()))).isEqualTo(Kind.BAD_RESPONSE);
    }

    @ParameterizedTest
    @CsvSource({"text/html, false", "text/plain, false", "application/x-ndjson, false", "application/json, true"})
    void knowsItsContentTypes(String type, boolean known) {
        assertThat(CODEC.answerDecoder(type, true) != null).isEqualTo(known);
        assertThat(CODEC.answerDecoder("", true)).isInstanceOf(StreamDecoder.class);
        assertThat(CODEC.answerDecoder("", false)).isInstanceOf(WholeDecoder.class);
    }

    /** Whatever comes: no exception, one end at most and nothing behind it. */
    @Test
    void survivesMutations() {
        Random random = new Random(11);
        byte[] stream = bytes(STREAM);
        byte[] whole = bytes(WHOLE);
        for (int round = 0; round < 3_000; round++) {
            boolean streams = round % 2 == 0;
            byte[] mutated = mutated(streams ? stream : whole, random);
            int cut = random.nextInt(mutated.length + 1);
            List<ChatEvent> events = new ArrayList<>(decode(
                    streams ? "text/event-stream" : "application/json",
                    streams,
                    Arrays.copyOf(mutated, cut),
                    Arrays.copyOfRange(mutated, cut, mutated.length)));
            failure(events);
            for (int i = 0; i < events.size() - 1; i++) {
                assertThat(events.get(i)).isNotInstanceOfAny(ChatEvent.End.class, ChatEvent.Failed.class);
            }
        }
    }

    private static byte[] mutated(byte[] source, Random random) {
        byte[] bytes = source.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) "{}[]\",:0e\\\n".charAt(random.nextInt(11));
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(random.nextInt(60), bytes.length - Math.max(at, from));
                    System.arraycopy(source, Math.min(from, source.length - length), bytes, at, length);
                }
            }
        }
        return bytes;
    }
}
