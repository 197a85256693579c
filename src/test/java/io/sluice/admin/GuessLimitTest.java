package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class GuessLimitTest {
    private long now = Long.MAX_VALUE - 5;
    private final GuessLimit limit = new GuessLimit(() -> now);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void waitsGrowAndEnd() {
        for (int i = 0; i < 4; i++) {
            limit.wrong("10.0.0.1");
            assertThat(limit.waitSeconds("10.0.0.1")).isZero();
        }
        long[] waits = new long[7];
        for (int i = 0; i < waits.length; i++) {
            limit.wrong("10.0.0.1");
            waits[i] = limit.waitSeconds("10.0.0.1");
            pass(Duration.ofSeconds(waits[i]));
            assertThat(limit.waitSeconds("10.0.0.1")).isZero();
        }

        assertThat(waits).containsExactly(1, 2, 4, 8, 16, 30, 30);
        assertThat(limit.waitSeconds("10.0.0.2")).isZero();
    }

    @Test
    void aRightOneForgetsAndSoDoesTime() {
        for (int i = 0; i < 8; i++) {
            limit.wrong("10.0.0.1");
        }
        limit.right("10.0.0.1");
        assertThat(limit.waitSeconds("10.0.0.1")).isZero();

        for (int i = 0; i < 8; i++) {
            limit.wrong("10.0.0.1");
        }
        pass(Duration.ofMinutes(16));
        limit.wrong("10.0.0.1");
        assertThat(limit.waitSeconds("10.0.0.1")).as("the first one again").isZero();
    }

    @Test
    void oneCustomerHasAWholeNetworkOfIpv6() {
        for (int i = 0; i < 8; i++) {
            limit.wrong("2001:db8:1:2::" + i);
        }

        assertThat(limit.waitSeconds("2001:db8:1:2:ffff::1")).isPositive();
        assertThat(limit.waitSeconds("2001:db8:1:3::1")).isZero();
    }

    @Test
    void tellsOfAnAddressOnceAMinute() {
        assertThat(limit.wrong("10.0.0.1")).isEqualTo(1);
        assertThat(limit.wrong("10.0.0.1")).isZero();
        assertThat(limit.wrong("10.0.0.2")).isEqualTo(1);
        pass(Duration.ofSeconds(61));
        assertThat(limit.wrong("10.0.0.1")).isEqualTo(2);
    }

    @Test
    void remembersABoundedNumberOfAddresses() {
        for (int i = 0; i < 9; i++) {
            limit.wrong("10.9.9.9");
        }
        for (int i = 0; i < 10_000; i++) {
            limit.wrong("10.1." + i / 250 + "." + i % 250);
        }

        assertThat(limit.waitSeconds("10.9.9.9")).as("the oldest was forgotten").isZero();
    }
}
