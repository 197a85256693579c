package io.sluice.domain.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.RetryShare;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
    private static final long SECOND = 1_000_000_000L;

    private final RetryBudget budget = new RetryBudget();

    private int spendAll(RetryShare share, long now) {
        int spent = 0;
        while (budget.spend(share, now)) {
            spent++;
        }
        return spent;
    }

    @Test
    void quietLaneMayAskAgainALittle() {
        assertThat(spendAll(new RetryShare(20, 10), 0)).isEqualTo(10);
    }

    @Test
    void shareAndLeastAreNotAdded() {
        for (int i = 0; i < 100; i++) {
            budget.request(5 * SECOND);
        }
        assertThat(spendAll(new RetryShare(20, 10), 5 * SECOND)).isEqualTo(20);
    }

    @Test
    void nothingAllowedIsNothingSpent() {
        budget.request(0);
        assertThat(spendAll(new RetryShare(0, 0), 0)).isZero();
    }

    @Test
    void whatWasSpentComesBackWithTime() {
        RetryShare share = new RetryShare(0, 3);
        assertThat(spendAll(share, 0)).isEqualTo(3);
        assertThat(budget.hasRoom(share, 9 * SECOND)).isFalse();
        assertThat(budget.hasRoom(share, 10 * SECOND)).isTrue();
        assertThat(spendAll(share, 10 * SECOND)).isEqualTo(3);
    }

    /** Against a list of everything that happened: never more than allowed, and never less. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void agreesWithTheWholeHistory(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RetryShare share = new RetryShare(random.nextInt(101), random.nextInt(12));
        List<Long> requests = new ArrayList<>();
        List<Long> retries = new ArrayList<>();
        // Monotonic clocks may begin anywhere, below zero too.
        long now = random.nextLong(-50 * SECOND, 50 * SECOND);
        for (int i = 0; i < 5_000; i++) {
            now += random.nextInt(20) == 0 ? random.nextLong(15 * SECOND) : random.nextLong(SECOND / 20);
            if (random.nextInt(3) > 0) {
                budget.request(now);
                requests.add(Math.floorDiv(now, SECOND));
                continue;
            }
            long from = Math.floorDiv(now, SECOND) - RetryBudget.SECONDS;
            long asked = requests.stream().filter(second -> second > from).count();
            long spent = retries.stream().filter(second -> second > from).count();
            boolean may = spent + 1 <= Math.max(share.least(), asked * share.percent() / 100);
            assertThat(budget.hasRoom(share, now))
                    .as("step %s of seed %s", i, seed)
                    .isEqualTo(may);
            assertThat(budget.spend(share, now)).isEqualTo(may);
            if (may) {
                retries.add(Math.floorDiv(now, SECOND));
            }
        }
    }

    /** Everybody fails, and everybody would try three times: what goes out stays near what was asked. */
    @Test
    void stormOfFailuresStaysSmall() {
        long attempts = 0;
        int requests = 40_000;
        for (int i = 0; i < requests; i++) {
            long now = i * SECOND / 400;
            budget.request(now);
            attempts++;
            for (int again = 0; again < 2 && budget.spend(RetryShare.DEFAULT, now); again++) {
                attempts++;
            }
        }
        assertThat(attempts).isLessThanOrEqualTo(requests * 12L / 10 + RetryShare.DEFAULT.least());
    }
}
