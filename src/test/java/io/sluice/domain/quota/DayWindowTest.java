package io.sluice.domain.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DayWindowTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TTL = SECOND / 2;

    private final DayWindow window = new DayWindow(TTL, 0);

    @Test
    void countsEverythingForTheFirstDayItIsTold() {
        window.add(0, 0, 3);

        assertThat(window.begin(SECOND, 100)).isFalse();

        assertThat(window.used(100_000 * SECOND)).isEqualTo(3);
        assertThat(window.day()).isEqualTo(100);
    }

    @Test
    void aDayThatIsOverDoesNotComeBack() {
        window.begin(0, 100);
        window.add(0, 0, 3);
        assertThat(window.begin(20 * SECOND, 101)).isTrue();

        assertThat(window.begin(21 * SECOND, 100)).isFalse();
        assertThat(window.begin(21 * SECOND, 101)).isFalse();

        assertThat(window.day()).isEqualTo(101);
        assertThat(window.used(21 * SECOND)).isZero();
    }

    @Test
    void whatIsLeftBehindCountsForAGuard() {
        window.begin(0, 100);
        window.add(0, 0, 3);
        window.begin(20 * SECOND, 101);

        assertThat(window.used(20 * SECOND + SECOND / 2)).isEqualTo(3);
        assertThat(window.dropsTo(20 * SECOND, 0)).isEqualTo(20 * SECOND + SECOND / 2 + 1);
        assertThat(window.used(20 * SECOND + SECOND / 2 + 1)).isZero();
    }

    @Test
    void theLastSecondsAndWhatLiesAheadGoAlong() {
        window.begin(0, 100);
        window.add(0, 0, 1);
        window.add(15 * SECOND, 15 * SECOND, 2);
        window.add(20 * SECOND, 20 * SECOND + TTL, 4);

        window.begin(20 * SECOND, 101);

        assertThat(window.used(30 * SECOND)).isEqualTo(6);
        assertThat(window.at(30 * SECOND, 15 * SECOND)).isEqualTo(6);
        assertThat(window.at(30 * SECOND, 0)).isZero();
    }

    @Test
    void whatIsGivenBackLeavesTheDayItWasChargedOn() {
        window.begin(0, 100);
        window.add(0, 0, 5);
        window.begin(20 * SECOND, 101);
        window.add(20 * SECOND, 20 * SECOND, 7);

        window.add(20 * SECOND, 0, -window.at(20 * SECOND, 0));

        assertThat(window.used(20 * SECOND)).isEqualTo(7);
        window.add(30 * SECOND, 30 * SECOND, 0);
        window.add(30 * SECOND, 20 * SECOND, -2);
        assertThat(window.used(30 * SECOND)).isEqualTo(5);
    }

    @Test
    void knowsTheNextDayOnlyAfterOneBegan() {
        window.begin(0, 100);
        window.add(0, 0, 5);
        assertThat(window.dropsTo(SECOND, 4)).isEqualTo(Long.MAX_VALUE);

        window.begin(20 * SECOND, 101);
        window.add(20 * SECOND, 20 * SECOND, 5);

        assertThat(window.dropsTo(30 * SECOND, 4)).isEqualTo(20 * SECOND + 86_400 * SECOND);
    }

    /** The provider's midnight lies up to 8 s before and up to the guard after the instant at which ours is told. */
    @Test
    void noDayOfTheProviderHoldsMoreThanWasFree() {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        Random random = new Random(seed);
        long day = 60 * SECOND;
        long late = random.nextLong(9 * SECOND);
        long limit = 50;
        List<long[]> arrivals = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < 20_000; i++) {
            now += random.nextLong(100_000_000L);
            window.begin(now, Math.floorDiv(now - late, day));
            long units = random.nextLong(4);
            if (window.used(now) + units <= limit) {
                // Charged at its expiry, written before it, and there a little later.
                window.add(now, now + TTL, units);
                long written = now + random.nextLong(TTL);
                arrivals.add(new long[] {written + random.nextLong(SECOND / 4), units});
            }
        }
        long last = now / day;
        for (long d = 0; d <= last; d++) {
            long from = d * day;
            long sum = arrivals.stream()
                    .filter(arrival -> arrival[0] >= from && arrival[0] < from + day)
                    .mapToLong(arrival -> arrival[1])
                    .sum();
            assertThat(sum).as("day " + d + ", seed " + seed).isLessThanOrEqualTo(limit);
        }
    }
}
