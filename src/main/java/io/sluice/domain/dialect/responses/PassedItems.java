package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.dialect.ProofLabel;

/** Requests of this dialect that pass to OpenAI: the reasoning of others is taken out, item by item. */
public final class PassedItems {
    private PassedItems() {}

    /** Changes a request. */
    public static void clean(ObjectNode request, Losses losses) {
        if (!(request.get("input") instanceof ArrayNode input)) {
            return;
        }
        for (int i = input.size() - 1; i >= 0; i--) {
            JsonNode sealed = input.path(i).path("encrypted_content");
            ProofLabel label = sealed.isTextual() ? ProofLabel.read(sealed.textValue()) : null;
            if (label == null || !(input.get(i) instanceof ObjectNode item)) {
                continue;
            }
            if (label.proof().maker() == Maker.OPENAI) {
                ObjectNode own = OwnThinking.item("", label.proof().value());
                own.remove("summary");
                item.remove("id");
                item.setAll(own);
            } else {
                losses.hide(label.proof());
                input.remove(i);
            }
        }
    }
}
