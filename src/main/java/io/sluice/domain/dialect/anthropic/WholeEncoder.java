package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as one message (Anthropic API reference, Messages, 2026), at {@link ChatEvent.End}; all of it but the
 * closing brace, which is {@link #last()}. What has no place is left out as in {@link StreamEncoder}. Arguments that are
 * no JSON object are put into one under the name {@code _raw}.
 */
final class WholeEncoder implements AnswerEncoder {
    private static final byte[] NOTHING = {};

    private final AnswerTarget target;
    private final boolean proves;
    private final List<Block> blocks = new ArrayList<>();
    private final Map<Integer, Block> calls = new HashMap<>();
    private boolean refused;
    private @Nullable Proof told;
    private FinishReason reason = FinishReason.OTHER;
    private @Nullable String stopText;
    private TokenUsage usage = TokenUsage.NONE;
    private byte[] last = NOTHING;

    /** A block that is being gathered. */
    private record Block(String type, ObjectNode json, StringBuilder text, ArrayNode citations) {
        Block(String type) {
            this(type, BlockWriter.typed(type), new StringBuilder(), Json.NODES.arrayNode());
        }

        ObjectNode written() {
            switch (type) {
                case "text" -> {
                    json.put("text", text.toString());
                    if (!citations.isEmpty()) {
                        json.set("citations", citations);
                    }
                }
                case "thinking" -> {
                    JsonNode signature = json.remove("signature");
                    json.put("thinking", text.toString());
                    json.put("signature", signature == null ? "" : signature.textValue());
                }
                case "tool_use" -> json.set("input", BlockWriter.input(text.toString()));
                default -> {}
            }
            return json;
        }
    }

    /**
     * Writes one answer.
     *
     * @param proves whether the client knows thinking, so that a call's proof may go to it as such
     */
    WholeEncoder(AnswerTarget target, boolean proves) {
        this.target = target;
        this.proves = proves;
    }

    @Override
    public String contentType() {
        return "application/json";
    }

    @Override
    public void encode(ChatEvent event, Consumer<byte[]> out) {
        switch (event) {
            case ChatEvent.Text part when part.choice() == 0 -> text(part.text());
            case ChatEvent.Refusal part
            when part.choice() == 0 -> {
                refused = true;
                text(part.text());
            }
            case ChatEvent.Thinking part
            when part.choice() == 0 && !part.text().isEmpty() -> {
                Block open = block("thinking");
                (open.json().has("signature") ? added("thinking") : open).text().append(part.text());
            }
            case ChatEvent.ThinkingSignature part
            when part.choice() == 0 -> {
                Block open = block("thinking");
                told = part.proof();
                (open.json().has("signature") ? added("thinking") : open)
                        .json()
                        .put("signature", ProofLabel.outward(Kind.THINKING, part.proof(), Maker.ANTHROPIC));
            }
            case ChatEvent.HiddenThinking part
            when part.choice() == 0 ->
                added("redacted_thinking")
                        .json()
                        .put("data", ProofLabel.outward(Kind.HIDDEN, part.proof(), Maker.ANTHROPIC));
            case ChatEvent.ToolCall call
            when call.choice() == 0 -> {
                if (proves && call.proof() != null && !call.proof().equals(told)) {
                    added("thinking").json().put("signature", ProofLabel.of(Kind.CALL, call.proof()));
                }
                Block block = added("tool_use");
                block.json().put("id", call.id()).put("name", call.name());
                calls.put(call.call(), block);
            }
            case ChatEvent.ToolArguments part
            when part.choice() == 0 -> {
                Block block = calls.get(part.call());
                if (block != null) {
                    block.text().append(part.json());
                }
            }
            case ChatEvent.Citation part
            when part.choice() == 0 -> {
                if (part.dialect() == ChatDialect.ANTHROPIC && !blocks.isEmpty()) {
                    blocks.getLast().citations().add(part.json());
                }
            }
            case ChatEvent.Finish finish
            when finish.choice() == 0 -> {
                reason = finish.reason();
                stopText = finish.stopText();
            }
            case ChatEvent.Usage told -> usage = told.tokens();
            case ChatEvent.End end -> end(out);
            default -> {}
        }
    }

    @Override
    public byte[] last() {
        return last;
    }

    /** A block without text would be refused by the API when it comes back. */
    private void text(String more) {
        if (!more.isEmpty()) {
            block("text").text().append(more);
        }
    }

    /** The last block if it is of this type, else a new one. */
    private Block block(String type) {
        return !blocks.isEmpty() && blocks.getLast().type().equals(type) ? blocks.getLast() : added(type);
    }

    private Block added(String type) {
        Block block = new Block(type);
        blocks.add(block);
        return block;
    }

    private void end(Consumer<byte[]> out) {
        ObjectNode message = Json.object()
                .put("id", "msg_" + target.id())
                .put("type", "message")
                .put("role", "assistant")
                .put("model", target.model());
        ArrayNode content = message.putArray("content");
        blocks.forEach(block -> content.add(block.written()));
        message.put("stop_reason", StopReasons.word(reason, stopText != null, !calls.isEmpty(), refused))
                .put("stop_sequence", stopText);
        message.putObject("usage")
                .put("input_tokens", usage.input() - usage.cachedInput() - usage.cacheWrite())
                .put("cache_creation_input_tokens", usage.cacheWrite())
                .put("cache_read_input_tokens", usage.cachedInput())
                .put("output_tokens", usage.output());
        byte[] bytes = Json.write(message);
        out.accept(Arrays.copyOf(bytes, bytes.length - 1));
        last = new byte[] {'}'};
    }
}
