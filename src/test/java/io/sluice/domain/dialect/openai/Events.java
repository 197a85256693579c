package io.sluice.domain.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Runs codecs over answers. */
final class Events {
    private static final OpenAiCodec CODEC = new OpenAiCodec();

    private Events() {}

    static AnswerDecoder decoder(String contentType) {
        return Objects.requireNonNull(CODEC.answerDecoder(contentType, true));
    }

    /** What an answer says that comes in pieces of a length; 0 for one piece. */
    static List<ChatEvent> of(String contentType, byte[] answer, int pieceLength) {
        AnswerDecoder decoder = decoder(contentType);
        List<ChatEvent> events = new ArrayList<>();
        int step = pieceLength == 0 ? Math.max(1, answer.length) : pieceLength;
        for (int i = 0; i < answer.length; i += step) {
            decoder.feed(Arrays.copyOfRange(answer, i, Math.min(answer.length, i + step)), events::add);
        }
        decoder.end(events::add);
        return events;
    }

    /** What a stream of these chunks says, {@code [DONE]} included. */
    static List<ChatEvent> stream(String... chunks) {
        StringBuilder text = new StringBuilder();
        for (String chunk : chunks) {
            text.append("data: ").append(chunk).append("\n\n");
        }
        return of(
                "text/event-stream", text.append("data: [DONE]\n\n").toString().getBytes(UTF_8), 0);
    }

    static List<ChatEvent> whole(String json) {
        return of("application/json", json.getBytes(UTF_8), 0);
    }

    /** What an encoder writes of events, its last piece included. */
    static String written(AnswerEncoder encoder, List<ChatEvent> events) {
        StringBuilder text = new StringBuilder();
        for (ChatEvent event : events) {
            encoder.encode(event, bytes -> text.append(new String(bytes, UTF_8)));
        }
        return text.append(new String(encoder.last(), UTF_8)).toString();
    }
}
