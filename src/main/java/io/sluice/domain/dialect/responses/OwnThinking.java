package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import org.jspecify.annotations.Nullable;

/** What OpenAI seals of its thinking, as a proof: the id of its reasoning item, a dot, and what is sealed. */
final class OwnThinking {
    private OwnThinking() {}

    /** The proof of a reasoning item; null when it has nothing sealed. */
    static @Nullable Proof proof(ObjectNode item) {
        String sealed = item.path("encrypted_content").asText("");
        String id = item.path("id").asText("");
        return sealed.isEmpty() || id.indexOf('.') >= 0 ? null : new Proof(Maker.OPENAI, id + "." + sealed);
    }

    /**
     * The reasoning item that a proof was made of.
     *
     * @param text its summary; may be empty
     * @param value of a proof that {@link #proof} gave; without a dot, by whatever way it came, it is all sealed
     */
    static ObjectNode item(String text, String value) {
        ObjectNode item = Json.object().put("type", "reasoning");
        String id = value.substring(0, Math.max(0, value.indexOf('.')));
        if (!id.isEmpty()) {
            item.put("id", id);
        }
        ArrayNode summary = item.putArray("summary");
        if (!text.isEmpty()) {
            summary.addObject().put("type", "summary_text").put("text", text);
        }
        return item.put("encrypted_content", value.substring(value.indexOf('.') + 1));
    }
}
