package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ClientCodec;
import io.sluice.domain.dialect.ProviderCodec;
import org.jspecify.annotations.Nullable;

/** Google Gemini {@code generateContent} and {@code streamGenerateContent}, as Vertex AI speaks them too. */
public final class GeminiCodec implements ClientCodec, ProviderCodec {
    @Override
    public ChatRequest decodeRequest(ObjectNode body, String model, boolean stream) {
        return GeminiRequestReader.read(body, model, stream);
    }

    @Override
    public AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target) {
        return request.stream() ? new GeminiStreamEncoder(target) : new GeminiWholeEncoder(target);
    }

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return GeminiRequestWriter.write(request, upstreamModel, losses);
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        if (contentType.startsWith("text/event-stream") || contentType.isEmpty() && stream) {
            return GeminiAnswerDecoder.ofEvents();
        }
        return contentType.isEmpty() || contentType.startsWith("application/json")
                ? GeminiAnswerDecoder.ofJson()
                : null;
    }

    /** Whether an address means something to Gemini itself: a file of Google's, or a video. */
    public static boolean isKnownAddress(String url) {
        return Media.isStored(url) || Media.isYouTube(url);
    }
}
