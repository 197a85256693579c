package io.sluice.domain.dialect.responses;

import io.sluice.domain.chat.Part;
import org.jspecify.annotations.Nullable;

/**
 * How the proofs of other providers' thinking travel in {@code encrypted_content} of reasoning items, which clients send
 * back unread. Each has a mark, so that it is told apart from what OpenAI itself sealed: that goes back to OpenAI as it
 * came, where requests pass untouched, and towards other providers it is left out without a word, because none of them
 * can read it. What can be read of such thinking, its summary, stays.
 */
final class SealedThinking {
    /** What every mark begins with. */
    static final String MARK = "sluice.";

    private static final String SIGNATURE = MARK + "t.";
    private static final String HIDDEN = MARK + "h.";
    private static final String CALL = MARK + "c.";

    private SealedThinking() {}

    /** Carries the signature of the thinking in the item's summary. */
    static String ofSignature(String signature) {
        return SIGNATURE + signature;
    }

    /** Carries thinking that cannot be read. */
    static String ofHidden(String data) {
        return HIDDEN + data;
    }

    /** Carries the signature of the call in the next item. */
    static String ofCall(String signature) {
        return CALL + signature;
    }

    /** The signature of the call in the next item; null when this carries something else. */
    static @Nullable String callSignature(@Nullable String sealed) {
        return sealed != null && sealed.startsWith(CALL) ? sealed.substring(CALL.length()) : null;
    }

    /**
     * What a reasoning item stands for.
     *
     * @param text what can be read of it; may be empty
     * @param sealed its {@code encrypted_content}; null for none
     * @return null when it says nothing
     */
    static @Nullable Part part(String text, @Nullable String sealed) {
        if (sealed != null && sealed.startsWith(SIGNATURE)) {
            return new Part.Thinking(text, sealed.substring(SIGNATURE.length()));
        }
        if (sealed != null && sealed.startsWith(HIDDEN)) {
            return new Part.HiddenThinking(sealed.substring(HIDDEN.length()));
        }
        return text.isEmpty() ? null : new Part.Thinking(text, null);
    }
}
