package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.Hedge;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstByteTimesTest {
    private static final Hedge P95 = new Hedge(null, Duration.ofMillis(200), Duration.ofSeconds(5));

    private final FirstByteTimes times = new FirstByteTimes();

    private Duration patience(Hedge hedge) {
        return times.patience(hedge, "m", true);
    }

    @Test
    void waitsLongWhileTooLittleIsKnown() {
        for (int i = 1; i < FirstByteTimes.ENOUGH; i++) {
            times.learn("m", true, 1_000_000);
        }
        assertThat(patience(P95)).isEqualTo(P95.most());
        times.learn("m", true, 1_000_000);
        assertThat(patience(P95)).isEqualTo(P95.least());
    }

    @Test
    void whatIsConfiguredCountsWithinItsBounds() {
        assertThat(patience(new Hedge(Duration.ofMillis(800), P95.least(), P95.most())))
                .isEqualTo(Duration.ofMillis(800));
        assertThat(patience(new Hedge(Duration.ofMillis(1), P95.least(), P95.most())))
                .isEqualTo(P95.least());
        assertThat(patience(new Hedge(Duration.ofSeconds(9), P95.least(), P95.most())))
                .isEqualTo(P95.most());
    }

    @Test
    void streamsAndModelsAreApart() {
        for (int i = 0; i < 100; i++) {
            times.learn("m", false, 3_000_000_000L);
            times.learn("n", true, 3_000_000_000L);
            times.learn("m", true, 1_000_000_000L);
        }
        assertThat(patience(P95)).isBetween(Duration.ofMillis(1_000), Duration.ofMillis(1_125));
    }

    /** Whatever comes: within the bounds, never below the true quantile, and at most an eighth above it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isNearTheTrueQuantile(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] nanos = new long[random.nextInt(FirstByteTimes.ENOUGH, 900)];
        long scale = random.nextLong(1_000_000, 6_000_000_000L);
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = random.nextLong(scale);
            times.learn("m", true, nanos[i]);
        }
        Arrays.sort(nanos);
        long above = nanos.length / 20;
        long quantile = nanos[nanos.length - 1 - (int) above];
        Duration patience = patience(P95);

        assertThat(patience).isBetween(P95.least(), P95.most());
        if (patience.compareTo(P95.least()) > 0 && patience.compareTo(P95.most()) < 0) {
            assertThat(patience.toNanos()).isBetween(quantile / 1_000 * 1_000, quantile + quantile / 8 + 1_000);
        } else if (patience.equals(P95.least())) {
            assertThat(quantile).isLessThanOrEqualTo(P95.least().toNanos() + 1_000);
        } else {
            assertThat(quantile + quantile / 8 + 1_000)
                    .isGreaterThanOrEqualTo(P95.most().toNanos());
        }
    }

    @Test
    void remembersABoundedNumberOfModels() {
        for (int i = 0; i < 5_000; i++) {
            for (int j = 0; j < FirstByteTimes.ENOUGH; j++) {
                times.learn("m" + i, true, 1_000_000_000L);
            }
        }
        assertThat(times.patience(P95, "m0", true)).isEqualTo(P95.most());
        assertThat(times.patience(P95, "m4999", true)).isLessThan(Duration.ofSeconds(2));
    }
}
