package io.sluice.domain.dialect.anthropic;

import static io.sluice.domain.dialect.anthropic.Chats.CODEC;
import static io.sluice.domain.dialect.anthropic.Chats.decodeStream;
import static io.sluice.domain.dialect.anthropic.Chats.decodeWhole;
import static io.sluice.domain.dialect.anthropic.Chats.encode;
import static io.sluice.domain.dialect.anthropic.Chats.joined;
import static io.sluice.domain.dialect.anthropic.Chats.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.anthropic.Chats.Asked;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnthropicEncoderTest {
    private static final ChatEvent.Start START = new ChatEvent.Start("chatcmpl-1", "gpt", 5);
    private static final ChatEvent.Usage USAGE = new ChatEvent.Usage(new TokenUsage(132, 100, 7, 57, 20));
    private static final ChatEvent.End END = new ChatEvent.End();

    private static AnswerEncoder encoder(boolean stream) {
        Asked asked = new Asked().say(Role.USER, "hi");
        asked.stream = stream;
        return CODEC.answerEncoder(asked.request(), new AnswerTarget("id-1", "public", true, 9));
    }

    private static String stream(ChatEvent... events) {
        return encode(encoder(true), List.of(events));
    }

    private static ChatEvent text(String text) {
        return new ChatEvent.Text(0, text);
    }

    private static ChatEvent call(int call, String id) {
        return new ChatEvent.ToolCall(0, call, id, "f", null);
    }

    private static ChatEvent arguments(int call, String json) {
        return new ChatEvent.ToolArguments(0, call, json);
    }

    private static ChatEvent finish(FinishReason reason) {
        return new ChatEvent.Finish(0, reason, null);
    }

    @Test
    void writesTheEventsOfAStream() {
        AnswerEncoder encoder = encoder(true);

        String written = encode(
                encoder,
                List.of(
                        START,
                        new ChatEvent.Thinking(0, "Hm"),
                        new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "c2ln")),
                        new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "ZGF0")),
                        new ChatEvent.Ping(),
                        text("Hé \"\\\n\u0001\ud800 🙂"),
                        text("!"),
                        new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, json("{'a':1}")),
                        new ChatEvent.Citation(0, ChatDialect.OPENAI, json("{'b':1}")),
                        call(0, "call_1"),
                        arguments(0, "{\"a\""),
                        arguments(0, ":1}"),
                        call(1, "call_2"),
                        finish(FinishReason.TOOL_CALLS),
                        USAGE,
                        END));

        assertThat(encoder.contentType()).startsWith("text/event-stream");
        assertThat(written).isEqualTo("""
                        event: message_start
                        data: {"type":"message_start","message":{"id":"msg_id-1","type":"message","role":"assistant","model":"public","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}

                        event: content_block_start
                        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

                        event: content_block_stop
                        data: {"type":"content_block_stop","index":0}

                        event: content_block_start
                        data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ZGF0"}}

                        event: content_block_stop
                        data: {"type":"content_block_stop","index":1}

                        event: ping
                        data: {"type":"ping"}

                        event: content_block_start
                        data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Hé \\"\\\\\\n\\u0001\\ud800 🙂"}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"!"}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"a":1}}}

                        event: content_block_stop
                        data: {"type":"content_block_stop","index":2}

                        event: content_block_start
                        data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"call_1","name":"f","input":{}}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\""}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":":1}"}}

                        event: content_block_stop
                        data: {"type":"content_block_stop","index":3}

                        event: content_block_start
                        data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"call_2","name":"f","input":{}}}

                        event: content_block_delta
                        data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{}"}}

                        event: content_block_stop
                        data: {"type":"content_block_stop","index":4}

                        event: message_delta
                        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":25,"cache_creation_input_tokens":7,"cache_read_input_tokens":100,"output_tokens":57}}

                        event: message_stop
                        data: {"type":"message_stop"}

                        """);
        assertThat(new String(encoder.last(), UTF_8))
                .isEqualTo("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    @Test
    void hasNoLastPieceBeforeTheEnd() {
        AnswerEncoder encoder = encoder(true);
        encoder.encode(START, bytes -> {});
        encoder.encode(finish(FinishReason.STOP), bytes -> {});
        assertThat(encoder.last()).isEmpty();
        AnswerEncoder whole = encoder(false);
        whole.encode(text("a"), bytes -> {});
        assertThat(whole.last()).isEmpty();
    }

    /** Calls of OpenAI may come mixed; blocks never do. */
    @Test
    void holdsCallsThatComeMixed() {
        List<ChatEvent> read = decodeStream(stream(
                START,
                call(0, "a"),
                call(1, "b"),
                arguments(1, "{\"x\":"),
                arguments(0, "{\"y\":\"}\\\"{\","),
                call(2, "c"),
                arguments(1, "2}"),
                arguments(0, "\"z\":[1]}"),
                arguments(2, "{}"),
                finish(FinishReason.TOOL_CALLS),
                END));

        assertThat(joined(read).stream()
                        .filter(e -> e instanceof ChatEvent.ToolCall || e instanceof ChatEvent.ToolArguments))
                .containsExactly(
                        call(0, "a"),
                        arguments(0, "{\"y\":\"}\\\"{\",\"z\":[1]}"),
                        call(1, "b"),
                        arguments(1, "{\"x\":2}"),
                        call(2, "c"),
                        arguments(2, "{}"));
    }

    @Test
    void writesArgumentsAsTheyCome() {
        AnswerEncoder encoder = encoder(true);
        List<String> pieces = new ArrayList<>();
        List.of(START, call(0, "a"), arguments(0, "{\"x\""))
                .forEach(event -> encoder.encode(event, bytes -> pieces.add(new String(bytes, UTF_8))));

        assertThat(pieces).hasSize(3);
        assertThat(pieces.getLast()).contains("input_json_delta");
    }

    @ParameterizedTest
    @CsvSource({
        "STOP, false, false, end_turn",
        "STOP, true, false, tool_use",
        "STOP, false, true, refusal",
        "STOP_TEXT, false, false, end_turn",
        "LENGTH, true, false, max_tokens",
        "TOOL_CALLS, true, false, tool_use",
        "CONTENT_FILTER, false, false, refusal",
        "REFUSAL, false, false, refusal",
        "PAUSE, false, false, pause_turn",
        "OTHER, false, false, end_turn"
    })
    void saysWhyItEnded(FinishReason reason, boolean called, boolean refused, String word) {
        List<ChatEvent> events = new ArrayList<>(List.of(START, text("a")));
        if (called) {
            events.add(call(0, "a"));
        }
        if (refused) {
            events.add(new ChatEvent.Refusal(0, "no"));
        }
        events.add(finish(reason));
        events.add(END);

        assertThat(encode(encoder(true), events)).contains("\"stop_reason\":\"" + word + "\"");
        assertThat(encode(encoder(false), events)).contains("\"stop_reason\":\"" + word + "\"");
    }

    @Test
    void namesTheTextThatEndedIt() {
        ChatEvent.Finish stopped = new ChatEvent.Finish(0, FinishReason.STOP_TEXT, "E\"ND");

        assertThat(stream(START, stopped, END))
                .contains("{\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"E\\\"ND\"}");
        assertThat(encode(encoder(false), List.of(START, stopped, END)))
                .contains("\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"E\\\"ND\"");
    }

    @Test
    void writesTheFirstOfSeveralAnswers() {
        String written = stream(
                START,
                text("a"),
                new ChatEvent.Text(1, "other"),
                new ChatEvent.Finish(1, FinishReason.LENGTH, null),
                finish(FinishReason.STOP),
                END);

        assertThat(written).contains("end_turn").doesNotContain("other");
    }

    @Test
    void writesAWholeAnswer() {
        String written = encode(
                encoder(false),
                List.of(
                        START,
                        new ChatEvent.Thinking(0, "H"),
                        new ChatEvent.Thinking(0, "m"),
                        new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "c2ln")),
                        new ChatEvent.Thinking(0, "no proof"),
                        new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "d")),
                        text("a"),
                        text("b"),
                        new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, json("{'c':1}")),
                        call(0, "x"),
                        call(1, "y"),
                        arguments(1, "broken"),
                        arguments(0, "{\"a\""),
                        arguments(0, ":1.50}"),
                        call(2, "z"),
                        finish(FinishReason.TOOL_CALLS),
                        USAGE,
                        END));

        assertThat(Json.read(written)).isEqualTo(json("""
                                {'id':'msg_id-1','type':'message','role':'assistant','model':'public','content':[
                                  {'type':'thinking','thinking':'Hm','signature':'c2ln'},
                                  {'type':'thinking','thinking':'no proof','signature':''},
                                  {'type':'redacted_thinking','data':'d'},
                                  {'type':'text','text':'ab','citations':[{'c':1}]},
                                  {'type':'tool_use','id':'x','name':'f','input':{'a':1.50}},
                                  {'type':'tool_use','id':'y','name':'f','input':{'_raw':'broken'}},
                                  {'type':'tool_use','id':'z','name':'f','input':{}}],
                                 'stop_reason':'tool_use','stop_sequence':null,
                                 'usage':{'input_tokens':25,'cache_creation_input_tokens':7,'cache_read_input_tokens':100,'output_tokens':57}}"""));
    }

    /** OpenAI begins with empty text; a block of it would be refused by Anthropic when it comes back. */
    @Test
    void writesNoEmptyBlocks() {
        List<ChatEvent> events = List.of(
                START, text(""), new ChatEvent.Thinking(0, ""), call(0, "a"), finish(FinishReason.TOOL_CALLS), END);

        assertThat(encode(encoder(true), events)).doesNotContain("text_delta", "thinking", "\"index\":1");
        assertThat(encode(encoder(false), events)).doesNotContain("\"text\"", "thinking");
    }

    @Test
    void writesAnEmptyAnswer() {
        assertThat(decodeStream(stream(END))).contains(finish(FinishReason.STOP), END);
        assertThat(decodeWhole(encode(encoder(false), List.of(START, END)))).contains(finish(FinishReason.STOP), END);
    }

    /** What the encoders write, the decoders read: the same events, whatever the text. */
    @Test
    void comesBackAsItWas() {
        Random random = new Random(3);
        for (int round = 0; round < 400; round++) {
            List<ChatEvent> events = new ArrayList<>();
            int calls = 0;
            for (int i = random.nextInt(8); i > 0; i--) {
                switch (random.nextInt(4)) {
                    case 0 -> events.add(text(word(random)));
                    case 1 -> {
                        events.add(new ChatEvent.Thinking(0, word(random)));
                        events.add(new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "sig" + i)));
                    }
                    case 2 -> events.add(new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "data" + i)));
                    default -> {
                        events.add(call(calls, "id" + calls));
                        events.add(arguments(calls++, "{\"a\":" + Json.text(Json.NODES.textNode(word(random))) + "}"));
                    }
                }
            }
            events.add(finish(calls > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP));
            events = new ArrayList<>(joined(events));
            List<ChatEvent> all = new ArrayList<>(events);
            all.addFirst(START);
            all.add(USAGE);
            all.add(END);

            for (boolean streams : new boolean[] {true, false}) {
                String written = encode(encoder(streams), all);
                List<ChatEvent> read = joined(streams ? decodeStream(written) : decodeWhole(written));
                assertThat(read.stream()
                                .filter(e -> !(e instanceof ChatEvent.Start
                                        || e instanceof ChatEvent.Usage
                                        || e instanceof ChatEvent.End)))
                        .containsExactlyElementsOf(events);
            }
        }
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder("w");
        for (int i = random.nextInt(12); i > 0; i--) {
            word.appendCodePoint(
                    switch (random.nextInt(5)) {
                        case 0 -> random.nextInt(0x80);
                        case 1 -> 0x80 + random.nextInt(0x700);
                        case 2 -> 0x800 + random.nextInt(0xc000);
                        case 3 -> 0x10000 + random.nextInt(0xfffff);
                        default -> 'a';
                    });
        }
        return word.toString();
    }
}
