package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.dialect.ProofLabel;
import org.jspecify.annotations.Nullable;

/**
 * Requests of this dialect that pass to a server of it. Thinking with another maker's proof is taken out with its text, as
 * it is where a request is translated.
 */
public final class PassedChats {
    private PassedChats() {}

    /**
     * Changes a request.
     *
     * @param signsCalls whether the server takes Gemini's signatures of calls
     */
    public static void clean(ObjectNode request, boolean signsCalls, Losses losses) {
        for (JsonNode element : request.path("messages")) {
            if (element instanceof ObjectNode message) {
                if (!details(message.path(ReasoningDetails.DETAILS), losses)) {
                    message.remove(ReasoningDetails.DETAILS);
                    message.remove(ReasoningDetails.CONTENT);
                    message.remove("reasoning");
                }
                message.path("tool_calls").forEach(call -> {
                    call(call, signsCalls, losses);
                    call(call.path("function"), signsCalls, losses);
                });
            }
        }
    }

    /** Takes labels off; false when a proof is another maker's. */
    private static boolean details(JsonNode details, Losses losses) {
        boolean all = true;
        for (JsonNode item : details) {
            for (String name : new String[] {"signature", "data"}) {
                ProofLabel label = label(item.path(name));
                if (label == null || !(item instanceof ObjectNode object)) {
                    continue;
                }
                if (label.proof().maker() == Maker.OPENROUTER) {
                    object.put(name, label.proof().value());
                } else {
                    losses.hide(label.proof());
                    all = false;
                }
            }
        }
        return all;
    }

    private static void call(JsonNode call, boolean signsCalls, Losses losses) {
        ProofLabel label = label(call.at("/extra_content/google/thought_signature"));
        if (label == null
                || !(call instanceof ObjectNode object)
                || !(call.get("extra_content") instanceof ObjectNode extra)
                || !(extra.get("google") instanceof ObjectNode google)) {
            return;
        }
        if (signsCalls && label.proof().maker() == Maker.GEMINI) {
            google.put("thought_signature", label.proof().value());
            return;
        }
        losses.hide(label.proof());
        google.remove("thought_signature");
        if (google.isEmpty()) {
            extra.remove("google");
        }
        if (extra.isEmpty()) {
            object.remove("extra_content");
        }
    }

    private static @Nullable ProofLabel label(JsonNode text) {
        return text.isTextual() ? ProofLabel.read(text.textValue()) : null;
    }
}
