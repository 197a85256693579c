package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class RollingLimitTest {
    private static final long WINDOW = 100;

    private final RollingLimit limit = new RollingLimit(WINDOW);

    private RollingLimit.Use enter(long now) {
        return Objects.requireNonNull(limit.enter(now), "refused");
    }

    @Test
    void letsInAgainExactlyWhenTheOldestLeaves() {
        limit.set(new CredentialScript.Limits(2, 0));
        enter(0);
        enter(30);

        assertThat(limit.enter(99)).isNull();
        assertThat(limit.requestWait(99)).isEqualTo(1);
        assertThat(limit.enter(100)).isNotNull();
        assertThat(limit.enter(129)).isNull();
    }

    @Test
    void givesThePlaceBackWhenTheTokensDoNotFit() {
        limit.set(new CredentialScript.Limits(2, 50));
        assertThat(limit.charge(enter(0), 40, 0)).isTrue();

        assertThat(limit.charge(enter(1), 11, 1)).isFalse();

        assertThat(limit.requests()).isEqualTo(1);
        assertThat(limit.tokens()).isEqualTo(40);
        assertThat(limit.tokenWait(11, 1)).isEqualTo(99);
        assertThat(limit.charge(enter(2), 10, 2)).isTrue();
    }

    @Test
    void replacesTheChargeByWhatWasUsed() {
        limit.set(new CredentialScript.Limits(0, 50));
        RollingLimit.Use use = enter(0);
        limit.charge(use, 50, 0);

        limit.settle(use, 20);

        assertThat(limit.tokens()).isEqualTo(20);
        limit.moveTo(WINDOW);
        limit.settle(use, 50);
        assertThat(limit.tokens()).isZero();
    }

    @Test
    void keepsWhatWasUsedWhenTheLimitChanges() {
        limit.set(new CredentialScript.Limits(3, 0));
        enter(0);
        enter(1);

        limit.set(new CredentialScript.Limits(2, 0));

        assertThat(limit.enter(2)).isNull();
        assertThat(limit.untilUnused(2)).isEqualTo(99);
    }
}
