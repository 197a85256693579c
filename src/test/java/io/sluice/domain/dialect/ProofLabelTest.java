package io.sluice.domain.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProofLabelTest {
    @Property(tries = 500)
    void everyProofComesBack(
            @ForAll Kind kind, @ForAll Maker maker, @ForAll Maker own, @ForAll String value, @ForAll boolean nested) {
        Proof proof = new Proof(maker, nested ? ProofLabel.MARK + value : value);

        assertThat(ProofLabel.inward(ProofLabel.outward(kind, proof, own), own)).isEqualTo(proof);
        assertThat(ProofLabel.read(ProofLabel.of(kind, proof))).isEqualTo(new ProofLabel(kind, proof));
    }

    @Test
    void proofIsAsItsMakerWroteItInTheMakersDialect() {
        Proof proof = new Proof(Maker.ANTHROPIC, "EqQB==");

        assertThat(ProofLabel.outward(Kind.THINKING, proof, Maker.ANTHROPIC)).isEqualTo("EqQB==");
        assertThat(ProofLabel.outward(Kind.HIDDEN, proof, Maker.GEMINI)).isEqualTo("sluice.anthropic-hidden.EqQB==");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sluice.",
                "sluice..x",
                "sluice.acme.x",
                "sluice.ANTHROPIC.x",
                "sluice.anthropic",
                "sluice.anthropic-.x",
                "sluice.anthropic-hidden-call.x",
                "sluice.-hidden.x"
            })
    void brokenLabelIsNobodys(String text) {
        assertThat(ProofLabel.read(text)).isEqualTo(new ProofLabel(Kind.THINKING, new Proof(Maker.OTHER, text)));
    }

    @Test
    void hugeLabelIsNobodys() {
        String text = ProofLabel.MARK + "a".repeat(4 * 1024 * 1024);

        assertThat(ProofLabel.inward(text, Maker.OPENAI)).isEqualTo(new Proof(Maker.OTHER, text));
        assertThat(ProofLabel.inward(text + ".x", Maker.OPENAI).maker()).isEqualTo(Maker.OTHER);
    }

    @Test
    void wrappedMarkBeginsEveryWrappedLabel() {
        for (String rest : new String[] {"", "a", "anthropic.x", "é"}) {
            assertThat(Base64.getEncoder().encodeToString((ProofLabel.MARK + rest).getBytes(UTF_8)))
                    .startsWith(ProofLabel.WRAPPED_MARK);
        }
    }
}
