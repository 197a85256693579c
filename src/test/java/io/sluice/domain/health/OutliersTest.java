package io.sluice.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.GatewayRevision;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OutliersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long FAST = 100_000_000L;
    private static final int ACCOUNTS = 6;

    private final Outliers outliers = new Outliers(revision(ACCOUNTS));
    private long now = -5 * SECOND;

    private static GatewayRevision revision(int accounts) {
        return new RevisionBuilder()
                .channel("c", c -> c.accounts(IntStream.range(0, accounts)
                                .mapToObj(i -> "a" + i)
                                .toArray(String[]::new))
                        .serves("m"))
                .build();
    }

    private static int last(Outliers outliers, int accounts, long now) {
        return (int) IntStream.range(0, accounts)
                .filter(slot -> outliers.isLast(slot, now))
                .count();
    }

    private void serve(int slot, int times, long firstNanos) {
        for (int i = 0; i < times; i++) {
            outliers.learn(slot, true, firstNanos, now);
        }
    }

    /** Fails and serves by turns, so that no failures follow one another. */
    private void halfFail(int slot, int times) {
        for (int i = 0; i < times; i++) {
            outliers.learn(slot, false, -1, now);
            outliers.learn(slot, true, FAST, now);
        }
    }

    @Test
    void nobodyIsLastAtFirst() {
        outliers.sweep(now);

        assertThat(last(outliers, ACCOUNTS, now)).isZero();
        assertThat(outliers.share(0, now)).isEqualTo(PoolSnapshot.WHOLE);
        assertThat(outliers.successPermille(0, now)).isEqualTo(-1);
        assertThat(outliers.latency(0)).isNull();
        assertThat(outliers.isLast(-1, now)).isFalse();
        assertThat(outliers.isLast(ACCOUNTS, now)).isFalse();
    }

    @Test
    void threeFailuresInARowSuspectAtOnceUntilOneSuccess() {
        outliers.learn(2, false, -1, now);
        outliers.learn(2, false, -1, now);
        assertThat(outliers.isLast(2, now)).isFalse();

        outliers.learn(2, false, -1, now);
        assertThat(outliers.isLast(2, now)).isTrue();
        assertThat(outliers.isLast(2, now + SECOND)).isFalse();

        outliers.learn(2, true, FAST, now);
        assertThat(outliers.isLast(2, now)).isFalse();
    }

    @Test
    void eachFurtherFailureDoublesThePenaltyUpToItsBound() {
        for (int i = 0; i < 4; i++) {
            outliers.learn(2, false, -1, now);
        }
        assertThat(outliers.isLast(2, now + 2 * SECOND - 1)).isTrue();
        assertThat(outliers.isLast(2, now + 2 * SECOND)).isFalse();

        for (int i = 0; i < 100; i++) {
            outliers.learn(2, false, -1, now);
        }
        assertThat(outliers.isLast(2, now + 60 * SECOND - 1)).isTrue();
        assertThat(outliers.isLast(2, now + 60 * SECOND)).isFalse();
    }

    @Test
    void whoFailsMoreThanItsNeighboursIsEjectedAndComesBackInSteps() {
        for (int slot = 0; slot < ACCOUNTS; slot++) {
            if (slot == 4) {
                halfFail(slot, 15);
            } else {
                serve(slot, 30, FAST);
            }
        }
        outliers.sweep(now);

        assertThat(outliers.isLast(4, now)).isTrue();
        assertThat(outliers.share(4, now)).isEqualTo(100);
        assertThat(last(outliers, ACCOUNTS, now)).isEqualTo(1);
        now += Outliers.EJECTION.toNanos();
        assertThat(outliers.isLast(4, now)).isFalse();
        assertThat(outliers.share(4, now)).isEqualTo(100);
        assertThat(outliers.share(4, now + Outliers.RETURN.toNanos() / 2)).isEqualTo(550);
        assertThat(outliers.share(4, now + Outliers.RETURN.toNanos())).isEqualTo(PoolSnapshot.WHOLE);
        outliers.sweep(now);
        assertThat(outliers.isLast(4, now))
                .as("what it did before is forgotten")
                .isFalse();
    }

    @Test
    void ejectionsGrowAndAreForgiven() {
        assertThat(ejectedFor()).isEqualTo(Outliers.EJECTION);
        assertThat(ejectedFor()).isEqualTo(Outliers.EJECTION.multipliedBy(2));
        for (int i = 0; i < 20; i++) {
            ejectedFor();
        }
        assertThat(ejectedFor()).isEqualTo(Outliers.LONGEST_EJECTION);

        now += Outliers.FORGIVEN.toNanos() * 100;
        assertThat(ejectedFor()).isEqualTo(Outliers.EJECTION);
    }

    private Duration ejectedFor() {
        for (int slot = 1; slot < ACCOUNTS; slot++) {
            serve(slot, 30, FAST);
        }
        halfFail(0, 20);
        outliers.sweep(now);
        long seconds = 0;
        while (outliers.isLast(0, now)) {
            now += SECOND;
            seconds++;
        }
        return Duration.ofSeconds(seconds);
    }

    @Test
    void whoIsMuchSlowerThanItsNeighboursIsEjected() {
        for (int slot = 0; slot < ACCOUNTS; slot++) {
            serve(slot, Outliers.LEAST_TIMED, slot == 1 ? 4 * FAST : slot == 2 ? 2 * FAST : FAST);
        }
        outliers.sweep(now);

        assertThat(outliers.isLast(1, now)).isTrue();
        assertThat(last(outliers, ACCOUNTS, now)).isEqualTo(1);
        assertThat(outliers.latency(1).usualMicros()).isBetween(399_000, 401_000);
    }

    @Test
    void aFewMillisecondsAreNobodysFault() {
        for (int slot = 0; slot < ACCOUNTS; slot++) {
            serve(slot, 100, slot == 1 ? 90_000_000 : 2_000_000);
        }
        outliers.sweep(now);

        assertThat(last(outliers, ACCOUNTS, now)).isZero();
    }

    @Test
    void fewOutcomesSayNothing() {
        for (int slot = 1; slot < ACCOUNTS; slot++) {
            serve(slot, 100, FAST);
        }
        halfFail(0, (Outliers.LEAST - 1) / 2);
        outliers.sweep(now);

        assertThat(outliers.isLast(0, now)).isFalse();
    }

    @Test
    void whatAllSufferEjectsNobody() {
        for (int slot = 0; slot < ACCOUNTS; slot++) {
            halfFail(slot, 100);
        }
        outliers.sweep(now);

        assertThat(last(outliers, ACCOUNTS, now)).isZero();
        assertThat(outliers.successPermille(3, now)).isEqualTo(500);
    }

    @Test
    void halfOfATierThatFailsIsEjected() {
        for (int slot = 0; slot < ACCOUNTS; slot++) {
            if (slot < 3) {
                halfFail(slot, 15);
            } else {
                serve(slot, 30, FAST);
            }
        }
        outliers.sweep(now);

        assertThat(IntStream.range(0, ACCOUNTS).filter(slot -> outliers.isLast(slot, now)))
                .containsExactly(0, 1, 2);
    }

    @Test
    void whoIsAloneIsNeverLast() {
        Outliers alone = new Outliers(revision(1));
        for (int i = 0; i < 100; i++) {
            alone.learn(0, false, -1, now);
        }
        alone.sweep(now);

        assertThat(alone.isLast(0, now)).isFalse();
    }

    @Test
    void tiersAreComparedEachForItself() {
        Outliers two = new Outliers(new RevisionBuilder()
                .channel("fast", c -> c.priority(5).accounts("a", "b").serves("m"))
                .channel("slow", c -> c.accounts("a", "b").serves("m"))
                .build());
        for (int i = 0; i < 100; i++) {
            two.learn(0, true, FAST, now);
            two.learn(1, true, FAST, now);
            two.learn(2, true, 20 * FAST, now);
            two.learn(3, true, 20 * FAST, now);
        }
        two.sweep(now);

        assertThat(last(two, 4, now)).isZero();
    }

    @Test
    void oldOutcomesDoNotCount() {
        halfFail(0, 100);
        now += 2 * RecentOutcomes.WINDOW;
        for (int slot = 1; slot < ACCOUNTS; slot++) {
            serve(slot, 30, FAST);
        }
        outliers.sweep(now);

        assertThat(outliers.isLast(0, now)).isFalse();
        assertThat(outliers.successPermille(0, now)).isEqualTo(-1);
    }

    @Test
    void anotherRevisionTakesWhatIsKnownAndKeepsTheBound() {
        for (int slot = 0; slot < 3; slot++) {
            for (int i = 0; i < 10; i++) {
                outliers.learn(slot, false, -1, now);
            }
        }
        assertThat(last(outliers, ACCOUNTS, now)).isEqualTo(3);

        Outliers moved = outliers.movedTo(revision(4), slot -> slot == 3 ? -1 : 2 - slot);

        assertThat(last(moved, 4, now)).isEqualTo(2);
        assertThat(moved.successPermille(0, now)).isZero();
        assertThat(moved.successPermille(3, now)).isEqualTo(-1);
    }

    @Property(seed = "1", tries = 100)
    void neverMoreThanHalfOfATierIsLast(@ForAll @IntRange(min = 1, max = 30) int accounts, @ForAll long seed) {
        Outliers tier = new Outliers(revision(accounts));
        SplittableRandom random = new SplittableRandom(seed);
        double[] chance = random.doubles(accounts).toArray();
        long time = 0;
        for (int i = 0; i < 3_000; i++) {
            int slot = random.nextInt(accounts);
            boolean ok = random.nextDouble() < chance[slot];
            tier.learn(slot, ok, ok ? 1 + (long) (chance[slot] * 5 * SECOND) : -1, time);
            time += random.nextLong(SECOND / 10);
            if (random.nextInt(20) == 0) {
                tier.sweep(time);
            }
            assertThat(last(tier, accounts, time)).isLessThanOrEqualTo(accounts / 2);
        }
    }

    @Property(seed = "1", tries = 100)
    void equalAccountsAreNotEjectedForNoise(
            @ForAll @IntRange(min = 2, max = 30) int accounts,
            @ForAll @DoubleRange(min = 0.7, max = 1) double chance,
            @ForAll long seed) {
        Outliers tier = new Outliers(revision(accounts));
        SplittableRandom random = new SplittableRandom(seed);
        long time = 0;
        for (int i = 0; i < 10_000; i++) {
            int slot = random.nextInt(accounts);
            boolean ok = random.nextDouble() < chance;
            // Times spread over more than an octave in both directions.
            tier.learn(slot, ok, ok ? (long) (SECOND * Math.exp(random.nextDouble(-1, 1))) : -1, time);
            time += SECOND / 50;
            if (i % 50 == 0) {
                tier.sweep(time);
                for (int each = 0; each < accounts; each++) {
                    assertThat(tier.share(each, time)).as("ejected").isEqualTo(PoolSnapshot.WHOLE);
                }
            }
        }
    }

    @Property(seed = "1", tries = 50)
    void whoWasEjectedComesBackWhenItIsWell(@ForAll @IntRange(min = 2, max = 20) int accounts, @ForAll long seed) {
        Outliers tier = new Outliers(revision(accounts));
        SplittableRandom random = new SplittableRandom(seed);
        long time = 0;
        boolean wasLast = false;
        for (int second = 0; second < 1_200; second++) {
            for (int slot = 0; slot < accounts; slot++) {
                boolean ill = slot == 0 && second < 600 && random.nextBoolean();
                tier.learn(slot, !ill, ill ? -1 : FAST, time);
            }
            time += SECOND;
            tier.sweep(time);
            wasLast |= tier.isLast(0, time);
        }

        assertThat(wasLast).isTrue();
        assertThat(tier.isLast(0, time)).isFalse();
        assertThat(tier.share(0, time)).isEqualTo(PoolSnapshot.WHOLE);
    }
}
