package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.tokens.TokenUsage;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells what the parts of one Anthropic answer mean, whether it comes whole or in pieces. What the provider's own tools
 * did is left out: a client of another dialect has no place for it, and would take their calls for its own; the text about
 * it and its citations stay.
 */
final class MessageEvents {
    /** The most blocks that are open at a time; the API has one. */
    private static final int MOST_OPEN = 64;

    private final Map<Integer, Block> open = new HashMap<>();
    private final UsageParts usage = new UsageParts();
    private boolean started;
    private boolean finished;
    private boolean over;
    private int calls;

    private enum Sort {
        TEXT,
        THINKING,
        CALL,
        ANSWER,
        OTHER
    }

    /** A block that is open. */
    private static final class Block {
        final Sort kind;
        final int call;
        /** Input that stood in the block's beginning; null when none did, or when deltas bring it. */
        @Nullable
        String input;

        boolean told;

        Block(Sort kind, int call, @Nullable String input) {
            this.kind = kind;
            this.call = call;
            this.input = input;
        }
    }

    /** Whether nothing more is told. */
    boolean isOver() {
        return over;
    }

    /** Whether the answer said why it ended. */
    boolean isFinished() {
        return finished;
    }

    /** The message begins, or stands here whole. */
    void start(JsonNode message, Consumer<ChatEvent> out) {
        if (!started) {
            started = true;
            out.accept(new ChatEvent.Start(
                    message.path("id").asText(""), message.path("model").asText(""), 0));
        }
        usage(message.path("usage"), out);
    }

    /** A block begins, or stands here whole and is closed next. */
    void open(int index, JsonNode block, Consumer<ChatEvent> out) {
        begin(out);
        close(index, out);
        String type = block.path("type").asText("");
        if (type.isEmpty() || open.size() >= MOST_OPEN) {
            fail("The provider sent a content block that is none.", out);
            return;
        }
        switch (type) {
            case "text" -> {
                open.put(index, new Block(Sort.TEXT, 0, null));
                text(block.path("text").asText(""), out);
                for (JsonNode one : block.path("citations")) {
                    if (one.isObject()) {
                        citation(one, out);
                    }
                }
            }
            case "thinking" -> {
                open.put(index, new Block(Sort.THINKING, 0, null));
                thinking(block.path("thinking").asText(""), out);
                signature(block.path("signature").asText(""), out);
            }
            case "redacted_thinking" -> {
                open.put(index, new Block(Sort.OTHER, 0, null));
                out.accept(new ChatEvent.HiddenThinking(
                        0, new Proof(Maker.ANTHROPIC, block.path("data").asText(""))));
            }
            case "tool_use" -> call(index, block, out);
            default -> open.put(index, new Block(Sort.OTHER, 0, null));
        }
    }

    private void call(int index, JsonNode block, Consumer<ChatEvent> out) {
        String name = block.path("name").asText("");
        JsonNode given = block.path("input");
        String input = given instanceof ObjectNode object && !object.isEmpty() ? Json.text(object) : null;
        if (name.equals(AnthropicRequestWriter.ANSWER_TOOL)) {
            open.put(index, new Block(Sort.ANSWER, 0, input));
            return;
        }
        String id = block.path("id").asText("");
        if (name.isEmpty()) {
            fail("The provider calls a function without a name.", out);
            return;
        }
        int number = calls++;
        open.put(index, new Block(Sort.CALL, number, input));
        out.accept(new ChatEvent.ToolCall(0, number, id.isEmpty() ? "toolu_" + number : id, name, null));
    }

    /** Text of a delta. */
    void text(String text, Consumer<ChatEvent> out) {
        begin(out);
        if (!text.isEmpty()) {
            out.accept(new ChatEvent.Text(0, text));
        }
    }

    /** Thinking of a delta. */
    void thinking(String text, Consumer<ChatEvent> out) {
        begin(out);
        if (!text.isEmpty()) {
            out.accept(new ChatEvent.Thinking(0, text));
        }
    }

    /** The proof of a thinking block. */
    void signature(String signature, Consumer<ChatEvent> out) {
        begin(out);
        if (!signature.isEmpty()) {
            out.accept(new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, signature)));
        }
    }

    /** A source of the text before. */
    void citation(JsonNode citation, Consumer<ChatEvent> out) {
        begin(out);
        out.accept(new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, citation));
    }

    /** Input of a delta. */
    void input(int index, String json, Consumer<ChatEvent> out) {
        Block block = open.get(index);
        if (block == null) {
            fail("The provider sent arguments for no call.", out);
        } else if (!json.isEmpty()) {
            block.input = null;
            block.told = true;
            tell(block, json, out);
        }
    }

    private static void tell(Block block, String json, Consumer<ChatEvent> out) {
        if (block.kind == Sort.CALL) {
            out.accept(new ChatEvent.ToolArguments(0, block.call, json));
        } else if (block.kind == Sort.ANSWER) {
            out.accept(new ChatEvent.Text(0, json));
        }
    }

    /** A block is whole. One that is not open is let be. */
    void close(int index, Consumer<ChatEvent> out) {
        Block block = open.remove(index);
        if (block != null && !block.told) {
            tell(block, block.input == null ? "{}" : block.input, out);
        }
    }

    private void closeAll(Consumer<ChatEvent> out) {
        while (!open.isEmpty()) {
            close(open.keySet().iterator().next(), out);
        }
    }

    /** Counts, as far as they are known now. */
    void usage(JsonNode counts, Consumer<ChatEvent> out) {
        usage.read(counts);
        TokenUsage tokens = usage.tokens();
        if (counts.isObject() && tokens != null) {
            out.accept(new ChatEvent.Usage(tokens));
        }
    }

    /** Why the message ended, if it says so and has not before. */
    void finish(JsonNode message, Consumer<ChatEvent> out) {
        begin(out);
        String word = message.path("stop_reason").asText("");
        if (!finished && message.path("stop_reason").isTextual()) {
            closeAll(out);
            finished = true;
            JsonNode text = message.path("stop_sequence");
            out.accept(new ChatEvent.Finish(
                    0, StopReasons.read(word, calls > 0), text.isTextual() ? text.textValue() : null));
        }
    }

    /** The message is whole. */
    void end(Consumer<ChatEvent> out) {
        begin(out);
        closeAll(out);
        if (!finished) {
            out.accept(new ChatEvent.Finish(0, calls > 0 ? FinishReason.TOOL_CALLS : FinishReason.OTHER, null));
        }
        over = true;
        out.accept(new ChatEvent.End());
    }

    /** The provider put an error into its answer. */
    void error(JsonNode json, Consumer<ChatEvent> out) {
        over = true;
        out.accept(new ChatEvent.Failed(UpstreamErrors.inAnswer(Json.write(json))));
    }

    /** The answer is none. */
    void fail(String message, Consumer<ChatEvent> out) {
        if (!over) {
            over = true;
            out.accept(new ChatEvent.Failed(UpstreamFailure.of(Kind.BAD_RESPONSE, message)));
        }
    }

    private void begin(Consumer<ChatEvent> out) {
        if (!started) {
            started = true;
            out.accept(new ChatEvent.Start("", "", 0));
        }
    }
}
