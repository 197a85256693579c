package io.sluice.domain.dialect.dashscope;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Reads an answer in one. */
final class DashScopeWholeDecoder implements AnswerDecoder {
    private static final int LONGEST = 64 * 1_024 * 1_024;

    private final DashScopeAnswer answer;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    DashScopeWholeDecoder(ErrorTable errors) {
        this.answer = new DashScopeAnswer(errors);
    }

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (answer.hasFailed()) {
            return;
        }
        if (text.size() + piece.length > LONGEST) {
            text.reset();
            answer.fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is too long."), out);
        } else {
            text.writeBytes(piece);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (answer.hasFailed()) {
            return;
        }
        byte[] whole = text.toByteArray();
        text.reset();
        answer.read(Json.read(whole, 0, whole.length), out);
        if (!answer.hasFailed() && answer.isOver()) {
            out.accept(new ChatEvent.End());
        }
    }
}
