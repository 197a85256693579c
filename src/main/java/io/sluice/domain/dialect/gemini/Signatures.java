package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Proofs of thinking belong to the provider that gave them, and Gemini refuses those of others. In the canonical model
 * Gemini's own begin with {@value #GEMINI}; those of others go through Gemini's JSON, where a signature must be base64,
 * wrapped.
 */
final class Signatures {
    /** What Gemini's signatures of thinking begin with in the canonical model. */
    static final String GEMINI = "gemini:";

    /** What Gemini takes in the place of a signature for calls that it did not make (Gemini API, thought signatures). */
    static final String PLACEHOLDER = "skip_thought_signature_validator";

    private static final String WRAPPED = "sluice:";
    private static final String HIDDEN = "sluice-hidden:";

    private Signatures() {}

    /** A signature from Gemini's JSON. */
    static String read(String json) {
        String inner = unwrap(json, WRAPPED);
        return inner == null ? GEMINI + json : inner;
    }

    /** Thinking that only its provider can read, from Gemini's JSON; null when the signature is none such. */
    static @Nullable String readHidden(String json) {
        return unwrap(json, HIDDEN);
    }

    /** A signature for a client that speaks Gemini. */
    static String write(String signature) {
        return signature.startsWith(GEMINI) ? signature.substring(GEMINI.length()) : wrap(WRAPPED, signature);
    }

    /** Hidden thinking for a client that speaks Gemini. */
    static String writeHidden(String data) {
        return wrap(HIDDEN, data);
    }

    /** A signature for Gemini itself; null when it is another provider's. */
    static @Nullable String own(@Nullable String signature) {
        return signature != null && signature.startsWith(GEMINI) ? signature.substring(GEMINI.length()) : null;
    }

    private static String wrap(String mark, String text) {
        return Base64.getEncoder().encodeToString((mark + text).getBytes(UTF_8));
    }

    private static @Nullable String unwrap(String json, String mark) {
        // Base64 of the mark, as far as it is whole groups: spares decoding what is not ours.
        String begin = Base64.getEncoder().encodeToString(mark.substring(0, 6).getBytes(UTF_8));
        if (!json.startsWith(begin)) {
            return null;
        }
        try {
            String text = new String(Base64.getDecoder().decode(json), UTF_8);
            return text.startsWith(mark) ? text.substring(mark.length()) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
