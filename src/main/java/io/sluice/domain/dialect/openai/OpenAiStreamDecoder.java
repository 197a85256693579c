package io.sluice.domain.dialect.openai;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.SseEvents;
import java.util.function.Consumer;

/**
 * Reads a stream of chunks. It is whole with {@code [DONE]}, and without it when every choice has said why it ended, for
 * not all servers say {@code [DONE]}. What follows it is not read.
 */
final class OpenAiStreamDecoder implements AnswerDecoder {
    private static final int MOST_EVENT_BYTES = 16 * 1024 * 1024;

    private final AnswerReader reader = new AnswerReader();
    private final SseEvents events = new SseEvents(MOST_EVENT_BYTES);

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (!reader.isOver() && !events.feed(piece, (bytes, from, to) -> event(bytes, from, to, out))) {
            tooLong(out);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!reader.isOver()) {
            events.end((bytes, from, to) -> event(bytes, from, to, out));
            reader.end(false, out);
        }
    }

    private boolean event(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        if (isDone(bytes, from, to)) {
            reader.end(true, out);
        } else {
            reader.read(bytes, from, to, out);
        }
        return !reader.isOver();
    }

    private void tooLong(Consumer<ChatEvent> out) {
        if (events.isTooLong()) {
            reader.fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "An event of the provider's answer is too long."), out);
        }
    }

    private static boolean isDone(byte[] bytes, int from, int to) {
        return to - from == 6
                && bytes[from] == '['
                && bytes[from + 1] == 'D'
                && bytes[from + 2] == 'O'
                && bytes[from + 3] == 'N'
                && bytes[from + 4] == 'E'
                && bytes[from + 5] == ']';
    }
}
