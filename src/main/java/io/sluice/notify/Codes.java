package io.sluice.notify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads answers of chat services that refuse with status 200 and a code. */
final class Codes {
    private static final int MOST_TEXT = 200;

    private Codes() {}

    /**
     * What an answer says; null when it says that all is well.
     *
     * @param body null when it is no JSON
     * @param field where the code stands
     * @param older where it stands in older answers
     * @param text where it says in words what is wrong
     * @param forNow codes after which the same message may be taken later
     */
    static @Nullable Undelivered refusal(
            @Nullable JsonNode body, String field, String older, String text, Set<Integer> forNow) {
        JsonNode code = body == null ? null : body.has(field) ? body.get(field) : body.get(older);
        if (body == null || code == null || !code.canConvertToInt()) {
            return Undelivered.forGood("the answer is not one of this service; look at type and url");
        }
        if (code.intValue() == 0) {
            return null;
        }
        String said = body.path(text).asText("").replaceAll("[^\\P{C}]", " ");
        String reason = "code " + code.intValue() + (said.isBlank() ? "" : ", " + cut(said));
        return forNow.contains(code.intValue()) ? Undelivered.forNow(reason) : Undelivered.forGood(reason);
    }

    private static String cut(String text) {
        return text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) + "…" : text;
    }
}
