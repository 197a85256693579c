package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.anthropic.PassedMessages;
import io.sluice.domain.dialect.gemini.PassedContents;
import io.sluice.domain.dialect.openai.PassedChats;
import io.sluice.domain.dialect.responses.PassedItems;
import io.sluice.domain.json.ByteSearch;
import java.util.List;

/**
 * Requests that pass to a provider in its own dialect, after others have answered earlier turns: the provider refuses
 * proofs that it did not make, so those with another's label are taken out, and its own with a label lose that. Without a
 * label in it a request stays as it is, at the cost of one search for it.
 *
 * @param body the request, JSON; the same array when it has no label
 * @param lost names of the client's fields that were left out
 */
public record PassedProofs(byte[] body, List<String> lost) {
    private static final ByteSearch PLAIN = new ByteSearch("\"" + ProofLabel.MARK);
    private static final ByteSearch WRAPPED = new ByteSearch("\"" + ProofLabel.WRAPPED_MARK);

    /** Copies the list. */
    public PassedProofs {
        lost = List.copyOf(lost);
    }

    /**
     * The request as its provider takes it.
     *
     * @param endpoint where the client sent it
     * @param body JSON
     * @param upstreamModel the provider's name of the model
     * @param signsCalls whether a provider of OpenAI's chats takes Gemini's signatures of calls
     */
    public static PassedProofs of(Endpoint endpoint, byte[] body, String upstreamModel, boolean signsCalls) {
        boolean chat = endpoint.kind() == Endpoint.Kind.CHAT || endpoint.kind() == Endpoint.Kind.COUNT_TOKENS;
        ByteSearch mark =
                switch (endpoint.dialect()) {
                    case GEMINI -> WRAPPED;
                    default -> PLAIN;
                };
        if (!chat || !mark.isIn(body) || !(Json.read(body, 0, body.length) instanceof ObjectNode request)) {
            return new PassedProofs(body, List.of());
        }
        Losses losses = new Losses(endpoint.dialect(), true);
        switch (endpoint.dialect()) {
            case ANTHROPIC -> PassedMessages.clean(request, losses);
            case GEMINI -> PassedContents.clean(request, upstreamModel, losses);
            case RESPONSES -> PassedItems.clean(request, losses);
            default -> PassedChats.clean(request, signsCalls, losses);
        }
        // The mark may stand in some text, behind a quote of its own.
        boolean same = request.equals(Json.read(body, 0, body.length));
        return new PassedProofs(same ? body : Json.write(request), losses.fields());
    }
}
