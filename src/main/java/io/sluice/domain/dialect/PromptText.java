package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatText;
import io.sluice.domain.json.RequestScan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of any request is text that a model reads. */
public final class PromptText {
    private PromptText() {}

    /**
     * Reads a request.
     *
     * @param scan the request, its body among it
     * @return no messages where it is no chat; null when it is no text, such as tokens
     * @throws io.sluice.domain.failure.GatewayException when the request is malformed
     */
    public static @Nullable ChatText of(RequestScan scan) {
        Endpoint endpoint = scan.endpoint();
        if (endpoint.kind() == Endpoint.Kind.CHAT) {
            return ChatText.of(Translation.read(scan, endpoint.dialect()));
        }
        JsonNode body = Json.read(scan.body(), 0, scan.body().length);
        JsonNode input = body == null ? null : body.get(endpoint.inputField());
        List<String> texts = new ArrayList<>();
        if (input != null && input.isTextual()) {
            texts.add(input.textValue());
        } else if (input != null && input.isArray()) {
            for (JsonNode text : input) {
                if (!text.isTextual()) {
                    return null;
                }
                texts.add(text.textValue());
            }
        }
        return texts.isEmpty() ? null : new ChatText(texts, 0, 0);
    }
}
