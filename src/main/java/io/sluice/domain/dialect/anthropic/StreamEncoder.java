package io.sluice.domain.dialect.anthropic;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as events (Anthropic API reference, Streaming Messages, 2026): blocks one after the other, each closed
 * before the next begins.
 *
 * <ul>
 *   <li>Tokens are not known when the message begins: it begins with none, and {@code message_delta} tells them all.
 *   <li>Thinking without a proof becomes a thinking block with an empty {@code signature}, which Sluice leaves out when it
 *       comes back.
 *   <li>A call's proof goes before it as thinking without text, to clients that asked for thinking.
 *   <li>Calls whose arguments come mixed are held until those before are whole, and only those.
 *   <li>The first answer of several is written; there is but one. Probabilities, and sources that are not Anthropic's,
 *       have no place.
 * </ul>
 */
final class StreamEncoder implements AnswerEncoder {
    private static final byte[] NOTHING = {};
    private static final byte[] PING = ascii("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    private static final byte[] STOP = ascii("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    private static final byte[] DELTA =
            ascii("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    private static final byte[] START =
            ascii("event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":");
    private static final byte[] CLOSE =
            ascii("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":");
    private static final byte[] TEXT = ascii(",\"delta\":{\"type\":\"text_delta\",\"text\":");
    private static final byte[] THINKING = ascii(",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":");
    private static final byte[] SIGNATURE = ascii(",\"delta\":{\"type\":\"signature_delta\",\"signature\":");
    private static final byte[] INPUT = ascii(",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":");
    private static final byte[] CITATION = ascii(",\"delta\":{\"type\":\"citations_delta\",\"citation\":");
    private static final byte[] END = ascii("}}\n\n");
    private static final byte[] TEXT_BLOCK = ascii(",\"content_block\":{\"type\":\"text\",\"text\":\"\"");
    private static final byte[] THINKING_BLOCK =
            ascii(",\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"");

    private final AnswerTarget target;
    private final boolean proves;
    private final ByteText text = new ByteText();
    private final Map<Integer, Waiting> waiting = new LinkedHashMap<>();
    private Open open = Open.NONE;
    private int index = -1;
    private int openCall = -1;
    private boolean argued;
    private boolean started;
    private boolean called;
    private boolean refused;
    private @Nullable Proof told;
    private ArgumentsEnd arguments = new ArgumentsEnd();
    private FinishReason reason = FinishReason.OTHER;
    private @Nullable String stopText;
    private TokenUsage usage = TokenUsage.NONE;
    private byte[] last = NOTHING;

    private enum Open {
        NONE,
        TEXT,
        THINKING,
        CALL
    }

    /** A call that begins when those before it are whole. */
    private record Waiting(ChatEvent.ToolCall call, StringBuilder json) {}

    /**
     * Writes one answer.
     *
     * @param proves whether the client knows thinking, so that a call's proof may go to it as such
     */
    StreamEncoder(AnswerTarget target, boolean proves) {
        this.target = target;
        this.proves = proves;
    }

    private static byte[] ascii(String words) {
        return words.getBytes(US_ASCII);
    }

    @Override
    public String contentType() {
        return "text/event-stream; charset=utf-8";
    }

    @Override
    public void encode(ChatEvent event, Consumer<byte[]> out) {
        switch (event) {
            case ChatEvent.Start start -> start();
            case ChatEvent.Text part when part.choice() == 0 -> text(part.text());
            case ChatEvent.Thinking part
            when part.choice() == 0 -> {
                if (!part.text().isEmpty()) {
                    block(Open.THINKING);
                    delta(THINKING, part.text());
                }
            }
            case ChatEvent.ThinkingSignature part
            when part.choice() == 0 -> {
                block(Open.THINKING);
                delta(SIGNATURE, ProofLabel.outward(Kind.THINKING, part.proof(), Maker.ANTHROPIC));
                told = part.proof();
                close();
            }
            case ChatEvent.HiddenThinking part
            when part.choice() == 0 -> hidden(ProofLabel.outward(Kind.HIDDEN, part.proof(), Maker.ANTHROPIC));
            case ChatEvent.Refusal part
            when part.choice() == 0 -> {
                refused = true;
                text(part.text());
            }
            case ChatEvent.ToolCall call when call.choice() == 0 -> call(call);
            case ChatEvent.ToolArguments part when part.choice() == 0 -> arguments(part.call(), part.json());
            case ChatEvent.Citation part when part.choice() == 0 -> citation(part);
            case ChatEvent.Finish finish
            when finish.choice() == 0 -> {
                reason = finish.reason();
                stopText = finish.stopText();
            }
            case ChatEvent.Usage told -> usage = told.tokens();
            case ChatEvent.Ping ping -> text.raw(PING);
            case ChatEvent.End end -> end();
            default -> {}
        }
        byte[] written = text.take();
        if (written.length > 0) {
            out.accept(written);
        }
    }

    @Override
    public byte[] last() {
        return last;
    }

    private void start() {
        if (started) {
            return;
        }
        started = true;
        text.raw("event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":")
                .quoted("msg_" + target.id())
                .raw(",\"type\":\"message\",\"role\":\"assistant\",\"model\":")
                .quoted(target.model())
                .raw(",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
        usage(TokenUsage.NONE);
        text.raw(END);
    }

    /** A block without text would be refused by the API when it comes back. */
    private void text(String more) {
        if (!more.isEmpty()) {
            block(Open.TEXT);
            delta(TEXT, more);
        }
    }

    /** Makes a block of text or thinking the open one. */
    private void block(Open kind) {
        start();
        if (open == kind) {
            return;
        }
        closeCalls();
        close();
        open = kind;
        text.raw(START)
                .number(++index)
                .raw(kind == Open.TEXT ? TEXT_BLOCK : THINKING_BLOCK)
                .raw(END);
    }

    private void delta(byte[] kind, String more) {
        text.raw(DELTA).number(index).raw(kind).quoted(more).raw(END);
    }

    private void close() {
        if (open != Open.NONE) {
            if (open == Open.CALL && !argued) {
                delta(INPUT, "{}");
            }
            text.raw(CLOSE).number(index).raw("}\n\n");
            open = Open.NONE;
            openCall = -1;
        }
    }

    private void hidden(String data) {
        start();
        closeCalls();
        close();
        text.raw(START)
                .number(++index)
                .raw(",\"content_block\":{\"type\":\"redacted_thinking\",\"data\":")
                .quoted(data)
                .raw(END)
                .raw(CLOSE)
                .number(index)
                .raw("}\n\n");
    }

    private void citation(ChatEvent.Citation citation) {
        if (open == Open.TEXT && citation.dialect() == ChatDialect.ANTHROPIC) {
            text.raw(DELTA)
                    .number(index)
                    .raw(CITATION)
                    .raw(Json.write(citation.json()))
                    .raw(END);
        }
    }

    private void call(ChatEvent.ToolCall call) {
        start();
        called = true;
        if (open == Open.CALL && !arguments.isEnded() || !waiting.isEmpty()) {
            waiting.put(call.call(), new Waiting(call, new StringBuilder()));
        } else {
            openCall(call);
        }
    }

    private void openCall(ChatEvent.ToolCall call) {
        close();
        if (proves && call.proof() != null && !call.proof().equals(told)) {
            text.raw(START).number(++index).raw(THINKING_BLOCK).raw(END);
            delta(SIGNATURE, ProofLabel.of(Kind.CALL, call.proof()));
            text.raw(CLOSE).number(index).raw("}\n\n");
        }
        open = Open.CALL;
        openCall = call.call();
        argued = false;
        arguments = new ArgumentsEnd();
        text.raw(START)
                .number(++index)
                .raw(",\"content_block\":{\"type\":\"tool_use\",\"id\":")
                .quoted(call.id())
                .raw(",\"name\":")
                .quoted(call.name())
                .raw(",\"input\":{}")
                .raw(END);
    }

    private void arguments(int call, String json) {
        if (json.isEmpty()) {
            return;
        }
        if (open == Open.CALL && call == openCall) {
            argue(json);
            while (arguments.isEnded() && !waiting.isEmpty()) {
                next();
            }
        } else if (waiting.containsKey(call)) {
            waiting.get(call).json().append(json);
        }
    }

    private void argue(String json) {
        argued = true;
        arguments.add(json);
        delta(INPUT, json);
    }

    /** Begins the call that waits longest. */
    private void next() {
        var first = waiting.entrySet().iterator();
        Waiting waited = first.next().getValue();
        first.remove();
        openCall(waited.call());
        if (!waited.json().isEmpty()) {
            argue(waited.json().toString());
        }
    }

    private void closeCalls() {
        while (!waiting.isEmpty()) {
            next();
        }
    }

    private void end() {
        start();
        closeCalls();
        close();
        text.raw("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":")
                .quoted(StopReasons.word(reason, stopText != null, called, refused))
                .raw(",\"stop_sequence\":");
        if (stopText == null) {
            text.raw("null");
        } else {
            text.quoted(stopText);
        }
        text.raw("},\"usage\":");
        usage(usage);
        text.raw("}\n\n");
        last = STOP;
    }

    private void usage(TokenUsage tokens) {
        text.raw("{\"input_tokens\":")
                .number(tokens.input() - tokens.cachedInput() - tokens.cacheWrite())
                .raw(",\"cache_creation_input_tokens\":")
                .number(tokens.cacheWrite())
                .raw(",\"cache_read_input_tokens\":")
                .number(tokens.cachedInput())
                .raw(",\"output_tokens\":")
                .number(tokens.output())
                .raw("}");
    }
}
