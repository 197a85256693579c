package io.sluice.domain.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class OutputEstimatesTest {
    private final OutputEstimates estimates = new OutputEstimates();

    @Test
    void fallsBackUntilTwentyAnswersWereSeen() {
        for (int i = 0; i < 19; i++) {
            estimates.learn("k", "m", 100);
        }
        assertThat(estimates.estimate("k", "m", 512)).isEqualTo(512);

        estimates.learn("k", "m", 100);

        assertThat(estimates.estimate("k", "m", 512)).isBetween(100L, 113L);
        assertThat(estimates.estimate("other", "m", 512)).isEqualTo(512);
        assertThat(estimates.estimate("k", "other", 512)).isEqualTo(512);
    }

    @Test
    void nineteenOfTwentyAnswersStayWithin() {
        Random random = new Random(1);
        int within = 0;
        for (int i = 0; i < 5000; i++) {
            long tokens = (long) Math.exp(5 + random.nextGaussian());
            if (i >= 1000 && tokens <= estimates.estimate("k", "m", 0)) {
                within++;
            }
            estimates.learn("k", "m", tokens);
        }

        assertThat(within).isBetween(4000 * 93 / 100, 4000 * 99 / 100);
    }

    @Test
    void oneVeryLongAnswerIsNotTheRule() {
        for (int i = 0; i < 99; i++) {
            estimates.learn("k", "m", 10);
        }

        estimates.learn("k", "m", 1_000_000_000);

        assertThat(estimates.estimate("k", "m", 0)).isEqualTo(10);
    }

    @Test
    void followsAChange() {
        for (int i = 0; i < 5000; i++) {
            estimates.learn("k", "m", 1000);
        }

        for (int i = 0; i < 6000; i++) {
            estimates.learn("k", "m", 7);
        }

        assertThat(estimates.estimate("k", "m", 0)).isEqualTo(7);
    }

    @Test
    void everySizeIsRoundedUpByAtMostAnEighth() {
        for (long size : new long[] {0, 1, 7, 8, 9, 15, 16, 17, 1000, 65_535, 65_536, Integer.MAX_VALUE}) {
            OutputEstimates fresh = new OutputEstimates();
            for (int i = 0; i < 20; i++) {
                fresh.learn("k", "m", size);
            }

            assertThat(fresh.estimate("k", "m", -1)).isBetween(size, size + size / 8 + 1);
        }
    }

    @Test
    void correctsTheInputByWhatProvidersReport() {
        assertThat(estimates.correctInput("m", 100)).isEqualTo(100);
        for (int i = 0; i < 20; i++) {
            estimates.learnInput("m", 1000, 1300);
        }

        assertThat(estimates.correctInput("m", 1000)).isBetween(1300L, 1500L);
        assertThat(estimates.correctInput("other", 1000)).isEqualTo(1000);
    }

    @Test
    void correctsByHalfAtLeastAndTwiceAtMost() {
        for (int i = 0; i < 20; i++) {
            estimates.learnInput("small", 1000, 1);
            estimates.learnInput("large", 1, 1000);
            estimates.learnInput("none", 0, 1000);
        }

        assertThat(estimates.correctInput("small", 1001)).isEqualTo(501);
        assertThat(estimates.correctInput("large", 1000)).isEqualTo(2000);
        assertThat(estimates.correctInput("none", 1000)).isEqualTo(1000);
    }

    @Test
    void forgetsWhatWasNotUsedForLongest() {
        for (int i = 0; i < 20; i++) {
            estimates.learn("first", "m", 100);
        }

        for (int i = 0; i < 1000; i++) {
            estimates.learn("k" + i, "m", 1);
        }

        assertThat(estimates.estimate("first", "m", 512)).isEqualTo(512);
    }
}
