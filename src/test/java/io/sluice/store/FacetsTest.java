package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.store.Facets.Counts;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class FacetsTest {
    @Test
    void classesOfTimesGrowAndAreRightToSixPercent() {
        int last = -1;
        for (long micros = 1; micros < 200_000_000_000L; micros += 1 + micros / 37) {
            int bin = Facets.time(micros);
            assertThat(bin).isBetween(Math.max(0, last), 399);
            last = bin;
            assertThat((double) Facets.micros(bin)).isCloseTo(micros, Percentage.withPercentage(6.7));
        }
        assertThat(Facets.time(0)).isEqualTo(1);
        assertThat(Facets.time(Long.MAX_VALUE)).isEqualTo(399);
    }

    @Test
    void smallTimesAreExact() {
        for (int micros = 1; micros < 16; micros++) {
            assertThat(Facets.micros(Facets.time(micros))).isEqualTo(micros);
        }
    }

    @Test
    void percentilesOfPartsAddUpToThoseOfTheWhole() {
        Random random = new Random(7);
        long[] times = new long[10_000];
        Counts whole = new Counts();
        for (int i = 0; i < times.length; i++) {
            times[i] = (long) Math.exp(8 + 2 * random.nextGaussian());
            whole.add(Facets.time(times[i]), 1);
        }
        Arrays.sort(times);

        UsageFacets read = whole.read();

        assertThat(read.measured()).isEqualTo(times.length);
        assertThat(read.p50Micros().doubleValue()).isCloseTo(times[4_999], within(times[4_999] * 0.07));
        assertThat(read.p99Micros().doubleValue()).isCloseTo(times[9_899], within(times[9_899] * 0.07));
    }

    @Test
    void ofNothingThereIsNoPercentile() {
        assertThat(new Counts().read()).isEqualTo(UsageFacets.NONE);
    }
}
