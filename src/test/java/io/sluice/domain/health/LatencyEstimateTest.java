package io.sluice.domain.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatencyEstimateTest {
    private final LatencyEstimate estimate = new LatencyEstimate();

    @Test
    void knowsNothingAtFirst() {
        assertThat(estimate.samples()).isZero();
        assertThat(estimate.usualMicros()).isZero();
        assertThat(estimate.quantileMicros(990)).isZero();
    }

    @Test
    void oneSampleIsUsual() {
        estimate.add(400_000);

        assertThat(estimate.usualMicros()).isCloseTo(400_000, within(1));
        assertThat(estimate.quantileMicros(500)).isBetween(400_000, 450_000);
    }

    @Test
    void oneSlowAnswerMovesTheUsualLittle() {
        for (int i = 0; i < 50; i++) {
            estimate.add(200_000);
        }
        estimate.add(60_000_000);

        assertThat(estimate.usualMicros()).isLessThan(300_000);
    }

    @Test
    void manySlowAnswersInARowMoveIt() {
        for (int i = 0; i < 500; i++) {
            estimate.add(200_000);
        }
        for (int i = 0; i < 32; i++) {
            estimate.add(2_000_000);
        }

        assertThat(estimate.usualMicros()).isGreaterThan(1_000_000);
    }

    @Test
    void oldSamplesFade() {
        for (int i = 0; i < 10_000; i++) {
            estimate.add(5_000_000);
        }
        for (int i = 0; i < 3 * LatencyEstimate.HALVE_AT; i++) {
            estimate.add(100_000);
        }

        assertThat(estimate.quantileMicros(500)).isBetween(100_000, 112_500);
        assertThat(estimate.samples()).isLessThanOrEqualTo(LatencyEstimate.HALVE_AT);
    }

    @Test
    void absurdSamplesAreBounded() {
        estimate.add(-5);
        estimate.add(Long.MAX_VALUE);

        assertThat(estimate.quantileMicros(500)).isPositive();
        assertThat(estimate.quantileMicros(1_000)).isEqualTo((1 << 30) - 1);
        assertThat(estimate.usualMicros()).isPositive();
    }

    @Property(seed = "1", tries = 300)
    void quantilesAreAtMostAnEighthTooLarge(
            @ForAll @Size(min = 1, max = LatencyEstimate.HALVE_AT)
                    List<@LongRange(min = 256, max = 1_000_000_000) Long> samples,
            @ForAll @IntRange(min = 1, max = 1_000) int permille) {
        LatencyEstimate filled = new LatencyEstimate();
        for (long sample : samples) {
            filled.add(sample);
        }
        List<Long> sorted = samples.stream().sorted().toList();

        long exact = sorted.get(Math.ceilDiv(samples.size() * permille, 1_000) - 1);

        assertThat((long) filled.quantileMicros(permille)).isBetween(exact, exact + exact / 8);
    }
}
