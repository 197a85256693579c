package io.sluice.domain.dialect.dashscope;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.SseEvents;
import java.util.function.Consumer;

/**
 * Reads a stream. Its grammar has no last event: it is whole when every answer in it has said why it ended, and it then
 * ends.
 */
final class DashScopeStreamDecoder implements AnswerDecoder {
    private static final int LONGEST_EVENT = 16 * 1_024 * 1_024;

    private final SseEvents events = new SseEvents(LONGEST_EVENT);
    private final DashScopeAnswer answer;

    DashScopeStreamDecoder(ErrorTable errors) {
        this.answer = new DashScopeAnswer(errors);
    }

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (answer.hasFailed()) {
            return;
        }
        events.feed(piece, (bytes, from, to) -> event(bytes, from, to, out));
        if (events.isTooLong()) {
            answer.fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "An event of the provider's answer is too long."), out);
        }
    }

    private boolean event(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        if (!isDone(bytes, from, to)) {
            answer.read(Json.read(bytes, from, to), out);
        }
        return !answer.hasFailed();
    }

    /** Proxies before the service may add what OpenAI's streams end with. */
    private static boolean isDone(byte[] bytes, int from, int to) {
        return to - from == 6 && bytes[from] == '[' && bytes[from + 1] == 'D' && bytes[to - 1] == ']';
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!answer.hasFailed()) {
            events.end((bytes, from, to) -> event(bytes, from, to, out));
            if (!answer.hasFailed() && answer.isOver()) {
                out.accept(new ChatEvent.End());
            }
        }
    }
}
