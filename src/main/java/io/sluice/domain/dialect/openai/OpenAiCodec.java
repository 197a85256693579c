package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ClientCodec;
import io.sluice.domain.dialect.ProviderCodec;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI chat completions, and what servers that follow them add. Thinking and its proofs travel in
 * {@code reasoning_content} and {@code reasoning_details}: a client that sends the assistant's message back as it came, both
 * fields included, lets a model that signs its thoughts go on between calls of tools. Proofs of Gemini's calls stand in
 * {@code tool_calls[].extra_content.google.thought_signature}, where Google's own service of this dialect puts them.
 */
public final class OpenAiCodec implements ClientCodec, ProviderCodec {
    private final OpenAiVariant variant;

    /** OpenAI's own. */
    public OpenAiCodec() {
        this(OpenAiVariant.DEFAULT);
    }

    /**
     * That of a server like OpenAI's.
     *
     * @param variant how the server differs; for clients it says nothing
     */
    public OpenAiCodec(OpenAiVariant variant) {
        this.variant = variant;
    }

    @Override
    public ChatRequest decodeRequest(ObjectNode body, String model, boolean stream) {
        return OpenAiRequestReader.read(body, model, stream);
    }

    @Override
    public AnswerEncoder answerEncoder(ChatRequest request, AnswerTarget target) {
        return request.stream() ? new OpenAiStreamEncoder(target) : new OpenAiWholeEncoder(target);
    }

    @Override
    public ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses) {
        return OpenAiRequestWriter.write(request, upstreamModel, variant, losses);
    }

    /** Types that say nothing are looked into. */
    @Override
    public @Nullable AnswerDecoder answerDecoder(String contentType, boolean stream) {
        int end = contentType.indexOf(';');
        return switch ((end < 0 ? contentType : contentType.substring(0, end)).strip()) {
            case "text/event-stream" -> new OpenAiStreamDecoder();
            case "application/json", "text/json" -> new OpenAiWholeDecoder();
            case "", "text/plain", "application/octet-stream" -> new SniffingDecoder();
            default -> null;
        };
    }
}
