package io.sluice.domain.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.dialect.ProofLabel;
import org.jspecify.annotations.Nullable;

/**
 * Requests of this dialect that pass to Anthropic: thinking of others is taken out, block by block. Where the model is to
 * go on with calls before which that leaves no thinking, and was to think by a budget, it does not think in this answer:
 * the API would refuse.
 */
public final class PassedMessages {
    private PassedMessages() {}

    /** Changes a request. */
    public static void clean(ObjectNode request, Losses losses) {
        if (!(request.get("messages") instanceof ArrayNode messages)) {
            return;
        }
        boolean bare = false;
        for (int i = messages.size() - 1; i >= 0; i--) {
            JsonNode content = messages.path(i).path("content");
            if (!(content instanceof ArrayNode blocks) || !clean(blocks, losses)) {
                continue;
            }
            if (blocks.isEmpty()) {
                messages.remove(i);
            } else if (i == messages.size() - 2) {
                bare = isAnswered(messages.path(i + 1)) && !isThinking(blocks.path(0));
            }
        }
        if (bare && "enabled".equals(request.path("thinking").path("type").textValue())) {
            losses.weaken(Feature.REASONING.nameIn(losses.client()));
            request.remove("thinking");
            JsonNode edits = request.path("context_management").path("edits");
            for (int i = edits.size() - 1; i >= 0; i--) {
                if (edits.path(i).path("type").asText().startsWith("clear_thinking")) {
                    ((ArrayNode) edits).remove(i);
                }
            }
        }
    }

    /** Whether anything was taken out. */
    private static boolean clean(ArrayNode blocks, Losses losses) {
        boolean some = false;
        for (int i = blocks.size() - 1; i >= 0; i--) {
            if (!isThinking(blocks.path(i)) || !(blocks.get(i) instanceof ObjectNode block)) {
                continue;
            }
            String name = block.has("signature") ? "signature" : "data";
            ProofLabel label = label(block.path(name));
            if (label == null) {
                continue;
            }
            if (label.proof().maker() == Maker.ANTHROPIC) {
                block.put(name, label.proof().value());
            } else {
                losses.hide(label.proof());
                blocks.remove(i);
                some = true;
            }
        }
        return some;
    }

    private static @Nullable ProofLabel label(JsonNode text) {
        return text.isTextual() ? ProofLabel.read(text.textValue()) : null;
    }

    private static boolean isThinking(JsonNode block) {
        String type = block.path("type").asText();
        return type.equals("thinking") || type.equals("redacted_thinking");
    }

    private static boolean isAnswered(JsonNode message) {
        for (JsonNode block : message.path("content")) {
            if (block.path("type").asText().equals("tool_result")) {
                return true;
            }
        }
        return false;
    }
}
