package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.sse.SseEvents;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer that comes as events (Anthropic API reference, Streaming Messages, 2026), each of at most
 * {@value #MOST_EVENT_BYTES} bytes. Types that are not known are passed over. An answer that said why it ended is whole,
 * also when {@code message_stop} is missing, as it is at some compatible services.
 */
final class StreamDecoder implements AnswerDecoder {
    static final int MOST_EVENT_BYTES = 16 * 1_024 * 1_024;

    private final SseEvents sse = new SseEvents(MOST_EVENT_BYTES);
    private final DeltaReader delta = new DeltaReader();
    private final MessageEvents events = new MessageEvents();
    private @Nullable Consumer<ChatEvent> out;

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> to) {
        if (events.isOver()) {
            return;
        }
        out = to;
        if (!sse.feed(piece, this::event) && sse.isTooLong()) {
            events.fail("The provider sent an event that is too long.", to);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> to) {
        if (events.isOver()) {
            return;
        }
        out = to;
        sse.end(this::last);
        if (!events.isOver() && events.isFinished()) {
            events.end(to);
        }
    }

    /** An event without its blank line counts when it is whole; cut off, it is no fault but the cut itself. */
    private boolean last(byte[] bytes, int from, int to) {
        return Json.read(bytes, from, to) == null || event(bytes, from, to);
    }

    private boolean event(byte[] bytes, int from, int to) {
        Consumer<ChatEvent> sink = out;
        if (sink == null) {
            return false;
        }
        if (delta.read(bytes, from, to)) {
            if (!events.isFinished()) {
                delta(sink);
            }
        } else if (Json.read(bytes, from, to) instanceof ObjectNode event) {
            event(event, sink);
        } else if (to - from != 6 || bytes[from] != '[') {
            // Some compatible services end with [DONE], as OpenAI does.
            events.fail("The provider sent an event that is not JSON.", sink);
        }
        return !events.isOver();
    }

    private void delta(Consumer<ChatEvent> sink) {
        switch (delta.kind()) {
            case TEXT -> events.text(delta.text(), sink);
            case THINKING -> events.thinking(delta.text(), sink);
            case INPUT -> events.input(delta.index(), delta.text(), sink);
        }
    }

    private void event(ObjectNode event, Consumer<ChatEvent> sink) {
        String type = event.path("type").asText("");
        if (events.isFinished() && type.startsWith("content_block")) {
            return;
        }
        switch (type) {
            case "message_start" -> {
                if (event.path("message").isObject()) {
                    events.start(event.get("message"), sink);
                } else {
                    events.fail("The provider's answer begins with nothing.", sink);
                }
            }
            case "content_block_start" -> {
                JsonNode index = event.path("index");
                if (index.isInt()) {
                    events.open(index.intValue(), event.path("content_block"), sink);
                } else {
                    events.fail("The provider sent a content block without a place.", sink);
                }
            }
            case "content_block_delta" -> blockDelta(event, sink);
            case "content_block_stop" -> events.close(event.path("index").asInt(-1), sink);
            case "message_delta" -> {
                events.finish(event.path("delta"), sink);
                events.usage(event.path("usage"), sink);
            }
            case "message_stop" -> events.end(sink);
            case "ping" -> sink.accept(new ChatEvent.Ping());
            case "message" -> WholeDecoder.message(event, events, sink);
            default -> {
                if (WholeDecoder.isError(event)) {
                    events.error(event, sink);
                }
            }
        }
    }

    private void blockDelta(ObjectNode event, Consumer<ChatEvent> sink) {
        JsonNode change = event.path("delta");
        String type = change.path("type").asText("");
        String name =
                switch (type) {
                    case "text_delta" -> "text";
                    case "thinking_delta" -> "thinking";
                    case "signature_delta" -> "signature";
                    case "input_json_delta" -> "partial_json";
                    default -> "";
                };
        JsonNode value = change.path(name);
        if (type.equals("citations_delta")) {
            if (change.path("citation").isObject()) {
                events.citation(change.get("citation"), sink);
            }
        } else if (!name.isEmpty() && !value.isTextual()) {
            events.fail("The provider sent a delta without its text.", sink);
        } else {
            switch (name) {
                case "text" -> events.text(value.textValue(), sink);
                case "thinking" -> events.thinking(value.textValue(), sink);
                case "signature" -> events.signature(value.textValue(), sink);
                case "partial_json" -> events.input(event.path("index").asInt(-1), value.textValue(), sink);
                default -> {}
            }
        }
    }
}
