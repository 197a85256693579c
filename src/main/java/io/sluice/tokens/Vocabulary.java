package io.sluice.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import io.sluice.domain.json.TokenEstimate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A vocabulary of OpenAI's models. It is loaded at its first use. */
public enum Vocabulary {
    /** GPT-4 and GPT-3.5, and the embedding models. */
    CL100K(EncodingType.CL100K_BASE, "gpt-4", "gpt-3.5", "gpt-35", "text-embedding-3-", "text-embedding-ada-002"),
    /** GPT-4o and everything after it. */
    O200K(EncodingType.O200K_BASE, "gpt-4o", "chatgpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "o1", "o3", "o4");

    /**
     * How much text is cut into tokens at once, in UTF-16 units. A run without a word's end costs more than its share:
     * ideographs, the worst, take 2 µs each in pieces of this size.
     */
    private static final int PIECE = 4_096;

    /** How much text of a request is counted, in UTF-16 units: a second of work at worst. What is beyond is estimated. */
    static final int MOST_COUNTED = 512 * 1_024;

    private static final EncodingRegistry ENCODINGS = Encodings.newLazyEncodingRegistry();

    private final EncodingType type;
    private final List<String> families;

    Vocabulary(EncodingType type, String... families) {
        this.type = type;
        this.families = List.of(families);
    }

    /**
     * The vocabulary of a model.
     *
     * @param model as OpenAI names it, or with an owner before it as resellers do ({@code openai/gpt-4o})
     * @return null for a model of somebody else, or an unknown one
     */
    public static @Nullable Vocabulary of(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        Vocabulary found = null;
        int longest = 0;
        for (Vocabulary vocabulary : values()) {
            for (String family : vocabulary.families) {
                if (family.length() > longest && isOf(name, family)) {
                    found = vocabulary;
                    longest = family.length();
                }
            }
        }
        return found;
    }

    /** {@code o1} and {@code o1-mini}, and not {@code o10}. */
    private static boolean isOf(String name, String family) {
        return name.startsWith(family)
                && (name.length() == family.length()
                        || family.endsWith("-")
                        || !Character.isLetterOrDigit(name.charAt(family.length())));
    }

    /** OpenAI's name for it, {@code o200k_base} for example. */
    public String label() {
        return type.getName();
    }

    /**
     * Counts the tokens of texts, each by itself. Special tokens are text here. Blocks for milliseconds, and at first use
     * for some hundreds of them; safe on any thread.
     *
     * @param texts what to count; of a long list all after the first {@value #MOST_COUNTED} UTF-16 units is estimated
     */
    public long count(List<String> texts) {
        Encoding encoding = ENCODINGS.getEncoding(type);
        TokenEstimate beyond = new TokenEstimate();
        long tokens = 0;
        int left = MOST_COUNTED;
        for (String text : texts) {
            int from = 0;
            while (from < text.length() && left > 0) {
                int end = pieceEnd(text, from, Math.min(from + Math.min(PIECE, left), text.length()));
                tokens += encoding.countTokensOrdinary(text.substring(from, end));
                left -= end - from;
                from = end;
            }
            beyond.addText(text.substring(from));
        }
        return tokens + beyond.tokens();
    }

    /** Where a piece ends: before the last blank in it, for tokens begin with one; else anywhere but within a character. */
    private static int pieceEnd(String text, int from, int limit) {
        if (limit == text.length()) {
            return limit;
        }
        for (int i = limit; i > from; i--) {
            if (text.charAt(i) == ' ') {
                return i;
            }
        }
        return Character.isLowSurrogate(text.charAt(limit)) && limit - 1 > from ? limit - 1 : limit;
    }
}
