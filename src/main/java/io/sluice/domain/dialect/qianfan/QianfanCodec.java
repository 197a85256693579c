package io.sluice.domain.dialect.qianfan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.ProviderCodec;
import io.sluice.domain.failure.ErrorTable;
import org.jspecify.annotations.Nullable;

/**
 * Baidu Qianfan, the older API with access tokens (ERNIE API reference of Qianfan ModelBuilder, 2025). The model is named
 * by the path, not by the body. Errors come with status 200, also where a stream was asked for.
 */
public final class QianfanCodec implements ProviderCodec {
    private final ErrorTable errors;

    /**
     * The dialect.
     *
     * @param errors what errors inside answers mean
     */
    public QianfanCodec(ErrorTable errors) {
        this.errors = errors;
    }

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return new QianfanRequestWriter(request, losses).write();
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        boolean plain = contentType.isEmpty() || contentType.startsWith("text/plain");
        if (contentType.startsWith("text/event-stream") || plain && stream) {
            return new QianfanDecoder(errors, true);
        }
        return contentType.startsWith("application/json") || plain ? new QianfanDecoder(errors, false) : null;
    }
}
