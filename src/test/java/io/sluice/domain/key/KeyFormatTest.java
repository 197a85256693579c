package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KeyFormatTest {
    private static final String ZEROS = "sk-sluice-" + "0".repeat(32);

    @Test
    void writesPrefixRandomPartAndCheck() {
        assertThat(KeyFormat.generate(bound -> 0)).startsWith(ZEROS).hasSize(48).matches("sk-sluice-[0-9A-Za-z]{38}");
    }

    @Test
    void checkIsTheDocumentedOne() {
        // sha256("sk-sluice-000…0")[0..5] as a number modulo 62^6, computed apart.
        assertThat(KeyFormat.generate(bound -> 0)).isEqualTo(ZEROS + "OLzgL4");
    }

    @Property(tries = 200)
    void takesWhatItMade(@ForAll long seed) {
        assertThat(KeyFormat.isGenerated(KeyFormat.generate(new Random(seed)::nextInt)))
                .isTrue();
    }

    @Property(tries = 200)
    void refusesOneWrongCharacter(@ForAll long seed, @ForAll @IntRange(max = 47) int place) {
        String key = KeyFormat.generate(new Random(seed)::nextInt);
        char wrong = key.charAt(place) == 'x' ? 'y' : 'x';
        assertThat(KeyFormat.isGenerated(key.substring(0, place) + wrong + key.substring(place + 1)))
                .isFalse();
    }

    @Test
    void refusesOtherTexts() {
        assertThat(KeyFormat.isGenerated(null)).isFalse();
        assertThat(KeyFormat.isGenerated("")).isFalse();
        assertThat(KeyFormat.isGenerated(ZEROS)).isFalse();
        assertThat(KeyFormat.isGenerated("sk-" + "a".repeat(45))).isFalse();
    }
}
