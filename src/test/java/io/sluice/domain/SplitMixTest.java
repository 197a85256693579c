package io.sluice.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitMixTest {
    /** Nodes of two versions have to choose the same; the JDK's generator is an independent SplitMix64. */
    @Test
    void givesTheNumbersOfThePaper() {
        long seed = 42;
        SplittableRandom expected = new SplittableRandom(seed);
        long state = seed;
        for (int i = 0; i < 1_000; i++) {
            state = SplitMix.next(state);

            assertThat(SplitMix.mix(state)).isEqualTo(expected.nextLong());
        }
    }

    @Test
    void tellsTheOrderOfTwoNumbers() {
        assertThat(SplitMix.mix(1, 2)).isNotEqualTo(SplitMix.mix(2, 1)).isEqualTo(SplitMix.mix(1, 2));
    }
}
