package io.sluice.domain.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Proofs in the hands of clients, which send them back unread. Where the client's dialect is the maker's own, a proof
 * stands there as the maker wrote it; all others have a label in front that names their maker:
 *
 * <pre>
 * sluice.MAKER.VALUE           the proof of thinking that can be read
 * sluice.MAKER-hidden.VALUE    thinking that its maker alone can read
 * sluice.MAKER-call.VALUE      the proof of the call that follows, in dialects whose calls have no place for it
 * </pre>
 *
 * A label that names nobody known, or that is broken, is a proof of {@link Maker#OTHER}: it goes to no provider. Dialects
 * where a proof must be base64 carry a label in that.
 *
 * @param kind what it is the proof of
 * @param proof what stands behind the label
 */
public record ProofLabel(Kind kind, Proof proof) {
    /** What every label begins with. */
    public static final String MARK = "sluice.";

    /** What the base64 of every label begins with: the mark's last character ends in the group behind. */
    public static final String WRAPPED_MARK =
            Base64.getEncoder().encodeToString(MARK.substring(0, 6).getBytes(UTF_8));

    /** No word of a maker is longer. */
    private static final int LONGEST_WORD = 32;

    /** What a proof is of. */
    public enum Kind {
        /** Thinking that can be read. */
        THINKING(""),
        /** Thinking that its maker alone can read. */
        HIDDEN("-hidden"),
        /** The call that follows. */
        CALL("-call");

        private final String suffix;

        Kind(String suffix) {
            this.suffix = suffix;
        }
    }

    /** The proof with its label. */
    public static String of(Kind kind, Proof proof) {
        return MARK + proof.maker().word() + kind.suffix + "." + proof.value();
    }

    /**
     * A proof for a client.
     *
     * @param own whose proofs stand in the client's dialect as they are
     */
    public static String outward(Kind kind, Proof proof, Maker own) {
        return proof.maker() == own && !isLabelled(proof.value()) ? proof.value() : of(kind, proof);
    }

    /**
     * A proof from a client.
     *
     * @param own whose it is when it has no label
     */
    public static Proof inward(String text, Maker own) {
        ProofLabel label = read(text);
        return label == null ? new Proof(own, text) : label.proof();
    }

    /** Whether a text has a label, be it a broken one. */
    public static boolean isLabelled(String text) {
        return text.startsWith(MARK);
    }

    /** What a label says; null for a text without one. */
    public static @Nullable ProofLabel read(String text) {
        if (!isLabelled(text)) {
            return null;
        }
        int from = MARK.length();
        int dot = text.indexOf('.', from);
        if (dot > from && dot - from <= LONGEST_WORD) {
            String word = text.substring(from, dot);
            for (Kind kind : Kind.values()) {
                for (Maker maker : Maker.values()) {
                    if (word.equals(maker.word() + kind.suffix)) {
                        return new ProofLabel(kind, new Proof(maker, text.substring(dot + 1)));
                    }
                }
            }
        }
        return new ProofLabel(Kind.THINKING, new Proof(Maker.OTHER, text));
    }
}
