package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;
import org.jspecify.annotations.Nullable;

/**
 * What OpenAI seals of its thinking, as a signature for clients of other dialects. It has a mark, so that nothing of
 * another provider is ever sent to OpenAI, which refuses what it did not seal.
 */
final class OwnThinking {
    private static final String MARK = "rs.";

    private OwnThinking() {}

    /** The signature of a reasoning item; null when it has nothing sealed. */
    static @Nullable String signature(ObjectNode item) {
        String sealed = item.path("encrypted_content").asText("");
        String id = item.path("id").asText("");
        return sealed.isEmpty() || id.indexOf('.') >= 0 ? null : MARK + id + "." + sealed;
    }

    /**
     * The reasoning item that a signature was made of.
     *
     * @param text its summary; may be empty
     * @param signature what {@link #signature} gave, or a signature of another provider, or null
     * @return null when OpenAI did not seal it
     */
    static @Nullable ObjectNode item(String text, @Nullable String signature) {
        int dot = signature == null || !signature.startsWith(MARK) ? -1 : signature.indexOf('.', MARK.length());
        if (signature == null || dot < 0) {
            return null;
        }
        ObjectNode item = Json.object().put("type", "reasoning");
        String id = signature.substring(MARK.length(), dot);
        if (!id.isEmpty()) {
            item.put("id", id);
        }
        ArrayNode summary = item.putArray("summary");
        if (!text.isEmpty()) {
            summary.addObject().put("type", "summary_text").put("text", text);
        }
        return item.put("encrypted_content", signature.substring(dot + 1));
    }
}
