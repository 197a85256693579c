package io.sluice.domain.dialect.qianfan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.SseEvents;
import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads an answer in either form. A stream is whole when an event says {@code is_end}. */
final class QianfanDecoder implements AnswerDecoder {
    private static final int LONGEST_EVENT = 16 * 1_024 * 1_024;
    private static final int LONGEST_ANSWER = 64 * 1_024 * 1_024;

    private final ErrorTable errors;
    private final @Nullable SseEvents events;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream(0);
    private boolean started;
    private boolean over;
    private boolean calling;
    private String id = "";
    private @Nullable TokenUsage usage;

    QianfanDecoder(ErrorTable errors, boolean stream) {
        this.errors = errors;
        this.events = stream ? new SseEvents(LONGEST_EVENT) : null;
    }

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        if (events != null) {
            events.feed(piece, (bytes, from, to) -> event(bytes, from, to, out));
            if (events.isTooLong()) {
                fail("An event of the provider's answer is too long.", out);
            }
        } else if (text.size() + piece.length > LONGEST_ANSWER) {
            text.reset();
            fail("The provider's answer is too long.", out);
        } else {
            text.writeBytes(piece);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        if (events != null) {
            events.end((bytes, from, to) -> event(bytes, from, to, out));
        } else {
            byte[] whole = text.toByteArray();
            text.reset();
            event(whole, 0, whole.length, out);
        }
    }

    private boolean event(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        if (to - from == 6 && bytes[from] == '[' && bytes[from + 1] == 'D') {
            return true;
        }
        if (Json.read(bytes, from, to) instanceof ObjectNode object) {
            read(object, out);
        } else {
            fail("The provider's answer is not JSON.", out);
        }
        return !over;
    }

    private void read(ObjectNode object, Consumer<ChatEvent> out) {
        if (object.path("error_code").asLong(0) != 0 || object.path("error").isObject()) {
            over = true;
            out.accept(new ChatEvent.Failed(errors.inAnswer(Json.write(object))));
            return;
        }
        JsonNode result = object.path("result");
        JsonNode call = object.path("function_call");
        if (!result.isTextual() && !call.isObject() && !object.path("is_end").isBoolean()) {
            fail("The provider's answer holds nothing of an answer.", out);
            return;
        }
        if (!started) {
            started = true;
            id = object.path("id").asText("");
            out.accept(new ChatEvent.Start(
                    id, "", Math.max(0, object.path("created").asLong(0))));
        }
        usage(object.path("usage"), out);
        if (result.isTextual() && !result.textValue().isEmpty()) {
            out.accept(new ChatEvent.Text(0, result.textValue()));
        }
        if (call.isObject() && !call(call, out)) {
            fail("The provider calls a function without a name.", out);
            return;
        }
        if (object.path("is_end").asBoolean(events == null)) {
            over = true;
            out.accept(new ChatEvent.Finish(0, reason(object), null));
            out.accept(new ChatEvent.End());
        }
    }

    private void usage(JsonNode told, Consumer<ChatEvent> out) {
        if (told.isObject()) {
            TokenUsage now = new TokenUsage(
                    told.path("prompt_tokens").asLong(0),
                    told.path("prompt_tokens_details").path("cached_tokens").asLong(0),
                    told.path("completion_tokens").asLong(0),
                    0);
            if (!now.equals(usage)) {
                usage = now;
                out.accept(new ChatEvent.Usage(now));
            }
        }
    }

    /** There is one call at most; in a stream its arguments may come in pieces. */
    private boolean call(JsonNode call, Consumer<ChatEvent> out) {
        if (!calling) {
            String name = call.path("name").asText("");
            if (name.isEmpty()) {
                return false;
            }
            calling = true;
            out.accept(new ChatEvent.ToolCall(0, 0, "call_" + id, name, null));
        }
        JsonNode arguments = call.path("arguments");
        String json = arguments.isObject() ? Json.text(arguments) : arguments.asText("");
        if (!json.isEmpty()) {
            out.accept(new ChatEvent.ToolArguments(0, 0, json));
        }
        return true;
    }

    private FinishReason reason(ObjectNode object) {
        if (object.path("need_clear_history").asBoolean(false)
                || object.path("flag").asInt(0) != 0) {
            return FinishReason.CONTENT_FILTER;
        }
        if (calling) {
            return FinishReason.TOOL_CALLS;
        }
        if (object.path("is_truncated").asBoolean(false)) {
            return FinishReason.LENGTH;
        }
        return switch (object.path("finish_reason").asText("normal")) {
            case "", "null", "normal" -> FinishReason.STOP;
            case "stop" -> FinishReason.STOP_TEXT;
            case "length" -> FinishReason.LENGTH;
            case "content_filter" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }

    private void fail(String message, Consumer<ChatEvent> out) {
        if (!over) {
            over = true;
            out.accept(new ChatEvent.Failed(UpstreamFailure.of(Kind.BAD_RESPONSE, message)));
        }
    }
}
