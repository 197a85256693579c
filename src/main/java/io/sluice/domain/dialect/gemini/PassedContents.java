package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.dialect.ProofLabel;

/**
 * Requests of this dialect that pass to Gemini: thoughts of others are taken out, part by part, and so are their signatures
 * of what they said. Models that refuse calls without a signature get the placeholder for the first call of a turn that has
 * none.
 */
public final class PassedContents {
    private static final String SIGNATURE = "thoughtSignature";

    private PassedContents() {}

    /**
     * Changes a request.
     *
     * @param upstreamModel the provider's name of the model
     */
    public static void clean(ObjectNode request, String upstreamModel, Losses losses) {
        JsonNode whole = Fields.get(request, "generateContentRequest");
        boolean signs = ModelTraits.of(upstreamModel).needsSignatures();
        if ((whole == null ? request : whole).get("contents") instanceof ArrayNode contents) {
            for (int i = contents.size() - 1; i >= 0; i--) {
                if (!(contents.path(i).get("parts") instanceof ArrayNode parts)) {
                    continue;
                }
                boolean some = !parts.isEmpty();
                clean(parts, losses);
                if (some && parts.isEmpty()) {
                    contents.remove(i);
                } else if (signs) {
                    sign(parts);
                }
            }
        }
    }

    private static void clean(ArrayNode parts, Losses losses) {
        for (int i = parts.size() - 1; i >= 0; i--) {
            JsonNode signature = Fields.get(parts.path(i), SIGNATURE);
            if (!(parts.get(i) instanceof ObjectNode part) || signature == null || !signature.isTextual()) {
                continue;
            }
            ProofLabel label = Signatures.read(signature.textValue());
            part.remove(SIGNATURE);
            part.remove(Fields.snake(SIGNATURE));
            if (label.proof().maker() == Maker.GEMINI) {
                part.put(SIGNATURE, label.proof().value());
                continue;
            }
            if (Signatures.isNone(label.proof())) {
                continue;
            }
            losses.hide(label.proof());
            if (part.path("thought").asBoolean(false)
                    || part.path("text").asText(" ").isEmpty()) {
                parts.remove(i);
            }
        }
    }

    /** Of calls at once, the first alone has a signature. */
    private static void sign(ArrayNode parts) {
        for (JsonNode part : parts) {
            if (Fields.get(part, "functionCall") != null && part instanceof ObjectNode call) {
                if (Fields.get(part, SIGNATURE) == null) {
                    call.put(SIGNATURE, Signatures.PLACEHOLDER);
                }
                return;
            }
        }
    }
}
