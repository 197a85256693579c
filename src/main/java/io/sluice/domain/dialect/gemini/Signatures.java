package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Proofs in Gemini's JSON, where they must be base64: labels are wrapped in it. */
final class Signatures {
    /** What Gemini takes in the place of a signature for calls that it did not make (Gemini API, thought signatures). */
    static final String PLACEHOLDER = "skip_thought_signature_validator";

    /**
     * What a client is given with the first of a model's calls that nobody signed, for Gemini from 3 on refuses calls
     * without any: should the chat move there, this is where the placeholder belongs. It is no proof, and no loss.
     */
    static final String UNSIGNED = write(Kind.CALL, new Proof(Maker.OTHER, ""));

    private Signatures() {}

    /** The proof of a client's call; null when nobody signed it. */
    static @Nullable Proof ofCall(String json) {
        Proof proof = read(json).proof();
        return isNone(proof) ? null : proof;
    }

    /** Whether this stands for no proof. */
    static boolean isNone(Proof proof) {
        return proof.maker() == Maker.OTHER && proof.value().isEmpty();
    }

    /** What a client's signature is. One without a label is Gemini's; one whose label cannot be unwrapped is nobody's. */
    static ProofLabel read(String json) {
        if (!json.startsWith(ProofLabel.WRAPPED_MARK)) {
            return new ProofLabel(Kind.THINKING, new Proof(Maker.GEMINI, json));
        }
        try {
            ProofLabel label = ProofLabel.read(new String(Base64.getDecoder().decode(json), UTF_8));
            return label != null ? label : new ProofLabel(Kind.THINKING, new Proof(Maker.GEMINI, json));
        } catch (IllegalArgumentException e) {
            return new ProofLabel(Kind.THINKING, new Proof(Maker.OTHER, json));
        }
    }

    /** A proof for a client. */
    static String write(Kind kind, Proof proof) {
        if (proof.maker() == Maker.GEMINI && !proof.value().startsWith(ProofLabel.WRAPPED_MARK)) {
            return proof.value();
        }
        return Base64.getEncoder().encodeToString(ProofLabel.of(kind, proof).getBytes(UTF_8));
    }
}
