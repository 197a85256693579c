package io.sluice.domain.dialect.dashscope;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.ProviderCodec;
import io.sluice.domain.failure.ErrorTable;
import org.jspecify.annotations.Nullable;

/**
 * Alibaba DashScope, native: text generation and multimodal generation (Model Studio API reference, 2026). A body whose
 * messages hold lists is for the multimodal endpoint, one whose messages hold texts is for the other.
 */
public final class DashScopeCodec implements ProviderCodec {
    private final ErrorTable errors;

    /**
     * The dialect.
     *
     * @param errors what errors inside answers mean
     */
    public DashScopeCodec(ErrorTable errors) {
        this.errors = errors;
    }

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return new DashScopeRequestWriter(request, upstreamModel, losses).write();
    }

    /** Whether a body is for the multimodal endpoint. */
    public static boolean isMultimodal(ObjectNode body) {
        for (var message : body.path("input").path("messages")) {
            if (message.path("content").isArray()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a body asks for a stream: it may though the client does not, for models that answer in no other way. */
    public static boolean isStream(ObjectNode body) {
        return body.path("parameters").path("incremental_output").asBoolean(false);
    }

    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        if (contentType.startsWith("text/event-stream")) {
            return new DashScopeStreamDecoder(errors);
        }
        boolean plain = contentType.isEmpty() || contentType.startsWith("text/plain");
        if (contentType.startsWith("application/json") || plain && !stream) {
            return new DashScopeWholeDecoder(errors);
        }
        return plain ? new DashScopeStreamDecoder(errors) : null;
    }
}
