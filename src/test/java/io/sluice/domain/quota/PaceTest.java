package io.sluice.domain.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MINUTE = 60_000_000_000L;

    @Test
    void earnsElevenTenthsOfTheLimitInItsWindow() {
        assertThat(Pace.unitsIn(MINUTE, 60, MINUTE)).isEqualTo(66);
        assertThat(Pace.unitsIn(MINUTE / 2, 1 << 30, MINUTE)).isEqualTo((1L << 30) * 11 / 20);
        assertThat(Pace.unitsIn(-1, 60, MINUTE)).isZero();
    }

    @Test
    void costsAreTheReverse() {
        for (long amount : new long[] {1, 3, 60, 30_000, 1L << 20, 1L << 40}) {
            for (long units : new long[] {1, 2, 7, 1000, amount}) {
                long cost = Pace.costNanos(units, amount, MINUTE);
                assertThat(Pace.unitsIn(cost, amount, MINUTE)).isGreaterThanOrEqualTo(units);
                assertThat(amount > 1_000_000 || Pace.unitsIn(cost - 1, amount, MINUTE) < units)
                        .isTrue();
            }
        }
    }

    @Test
    void amountsThatDoNotFitAreBounded() {
        assertThat(Pace.costNanos(1L << 62, 1, MINUTE)).isEqualTo(1L << 60);
        assertThat(Pace.unitsIn(Long.MAX_VALUE, 1L << 40, 1_000_000)).isEqualTo(1L << 60);
    }

    @Test
    void timePaysTheDebt() {
        Pace pace = new Pace(Long.MIN_VALUE);
        assertThat(pace.debtNanos(0)).isZero();

        pace.spend(0, 66, 60, MINUTE);

        assertThat(pace.debtNanos(0)).isEqualTo(MINUTE);
        assertThat(pace.debtNanos(MINUTE / 4)).isEqualTo(MINUTE * 3 / 4);
        pace.giveBack(MINUTE / 4, 33, 60, MINUTE);
        assertThat(pace.debtNanos(MINUTE / 4)).isEqualTo(MINUTE / 4);
        pace.giveBack(MINUTE / 4, 1000, 60, MINUTE);
        assertThat(pace.debtNanos(MINUTE / 4)).isZero();
    }
}
