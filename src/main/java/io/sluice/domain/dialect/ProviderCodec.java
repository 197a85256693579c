package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import org.jspecify.annotations.Nullable;

/** A dialect as providers speak it: writes requests to them, reads their answers. Without state. */
public interface ProviderCodec {
    /**
     * Writes a request.
     *
     * @param request what is asked
     * @param upstreamModel the provider's name of the model
     * @param losses is told what the dialect cannot carry
     * @return the body, the caller's own
     * @throws io.sluice.domain.chat.InexpressibleException when something is lost that must not be
     */
    ObjectNode encodeRequest(ChatRequest request, String upstreamModel, Losses losses);

    /**
     * Begins to read an answer of status 200. A provider may answer whole where a stream was asked for, and the reverse:
     * what counts is what it says it sends.
     *
     * @param contentType its {@code Content-Type} in lower case; empty when it has none
     * @param stream whether a stream was asked for
     * @return null when the type is none of the dialect's
     */
    @Nullable
    AnswerDecoder answerDecoder(String contentType, boolean stream);
}
