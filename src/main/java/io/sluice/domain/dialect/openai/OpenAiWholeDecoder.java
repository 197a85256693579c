package io.sluice.domain.dialect.openai;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Reads an answer that comes in one: gathers it, then tells it. One that is cut is no JSON, and has failed. */
final class OpenAiWholeDecoder implements AnswerDecoder {
    private static final int MOST_BYTES = 64 * 1024 * 1024;

    private final AnswerReader reader = new AnswerReader();
    private ByteArrayOutputStream gathered = new ByteArrayOutputStream();

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (reader.isOver()) {
            return;
        }
        if (piece.length > MOST_BYTES - gathered.size()) {
            gathered = new ByteArrayOutputStream(0);
            reader.fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is too long."), out);
            return;
        }
        gathered.write(piece, 0, piece.length);
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (reader.isOver()) {
            return;
        }
        byte[] bytes = gathered.toByteArray();
        gathered = new ByteArrayOutputStream(0);
        int from = bytes.length >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb ? 3 : 0;
        reader.read(bytes, from, bytes.length, out);
        reader.end(true, out);
    }
}
