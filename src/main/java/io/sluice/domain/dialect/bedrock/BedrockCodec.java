package io.sluice.domain.dialect.bedrock;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.ProviderCodec;
import org.jspecify.annotations.Nullable;

/**
 * Amazon Bedrock {@code Converse} (Amazon Bedrock Runtime API reference, 2026). Model and stream stand in the path, which is
 * the adapter's to write.
 */
public final class BedrockCodec implements ProviderCodec {
    /** The type of a stream. */
    public static final String EVENT_STREAM = "application/vnd.amazon.eventstream";

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return new BedrockRequestWriter(request, BedrockModel.of(upstreamModel), losses).write();
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        if (contentType.startsWith(EVENT_STREAM)) {
            return new BedrockStreamDecoder();
        }
        return contentType.startsWith("application/json") ? new BedrockWholeDecoder() : null;
    }
}
