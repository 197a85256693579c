package io.sluice.domain.dialect.openai;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads an answer whose type says nothing: one in one begins with a brace, a stream never does. */
final class SniffingDecoder implements AnswerDecoder {
    private @Nullable AnswerDecoder found;

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (found == null) {
            for (byte b : piece) {
                if (b < 0 || b > ' ') {
                    found = b == '{' || b == '[' ? new OpenAiWholeDecoder() : new OpenAiStreamDecoder();
                    break;
                }
            }
        }
        if (found != null) {
            found.feed(piece, out);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        AnswerDecoder decoder = found == null ? new OpenAiWholeDecoder() : found;
        decoder.end(out);
    }
}
