package io.sluice.domain.dialect.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.ProviderCodec;
import org.jspecify.annotations.Nullable;

/** Ollama's {@code /api/chat} (Ollama API reference, 2026): lines of JSON, or one object that is the last of them alone. */
public final class OllamaCodec implements ProviderCodec {
    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return new OllamaRequestWriter(request, losses).write(upstreamModel);
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        if (contentType.startsWith("application/x-ndjson")
                || contentType.startsWith("application/ndjson")
                || contentType.startsWith("application/jsonl")) {
            return new OllamaStreamDecoder();
        }
        return contentType.startsWith("application/json") ? new OllamaWholeDecoder() : null;
    }
}
