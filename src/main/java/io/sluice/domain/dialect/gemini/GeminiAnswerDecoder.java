package io.sluice.domain.dialect.gemini;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.SseEvents;
import java.util.function.Consumer;

/**
 * Reads answers in all three forms that Gemini gives: one object, an array of objects that arrives in pieces ({@code
 * streamGenerateContent} without {@code alt=sse}), and events. There is no closing event: an answer is whole when each
 * candidate has named its finish reason and the stream has ended.
 */
final class GeminiAnswerDecoder implements AnswerDecoder {
    /** The most bytes of an event, or of an element of an array. */
    static final int MOST_EVENT = 16 * 1024 * 1024;

    /** The most bytes of an answer that is one object. */
    static final int MOST_WHOLE = 64 * 1024 * 1024;

    private final ResponseReader reader = new ResponseReader();
    private final boolean events;
    private final SseEvents sse = new SseEvents(MOST_EVENT);
    private final JsonPieces json;
    private boolean over;

    private GeminiAnswerDecoder(boolean events, int mostBytes) {
        this.events = events;
        this.json = new JsonPieces(mostBytes);
    }

    /** Reads events. */
    static GeminiAnswerDecoder ofEvents() {
        return new GeminiAnswerDecoder(true, 0);
    }

    /** Reads an object or an array. */
    static GeminiAnswerDecoder ofJson() {
        return new GeminiAnswerDecoder(false, MOST_WHOLE);
    }

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        SseEvents.Handler handler = (bytes, from, to) -> response(bytes, from, to, out);
        boolean more = events ? sse.feed(piece, handler) : json.feed(piece, handler);
        if (!more && !over) {
            fail(
                    events
                            ? "The provider sent an event that is too long."
                            : "The provider's answer is not JSON, or too long.",
                    out);
        }
    }

    private boolean response(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        // Some relays close the stream as OpenAI does.
        boolean done = to - from == 6 && bytes[from] == '[' && bytes[from + 1] == 'D';
        if (!done && !reader.read(bytes, from, to, out)) {
            over = true;
        }
        return !over;
    }

    private void fail(String message, Consumer<ChatEvent> out) {
        over = true;
        out.accept(new ChatEvent.Failed(UpstreamFailure.of(Kind.BAD_RESPONSE, message)));
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        if (events) {
            sse.end((bytes, from, to) -> {
                // Cut within its last event, an answer is cut, not malformed.
                boolean whole = io.sluice.domain.dialect.Json.read(bytes, from, to) != null;
                return !whole || response(bytes, from, to, out);
            });
        }
        if (over) {
            return;
        }
        over = true;
        if (reader.isWhole() && (events || json.isClosed())) {
            if (reader.close(out)) {
                out.accept(new ChatEvent.End());
            }
        } else if (!events && json.isClosed() && !reader.isRecognised()) {
            fail("The provider's answer holds no candidate.", out);
        }
    }
}
