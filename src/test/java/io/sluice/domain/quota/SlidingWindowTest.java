package io.sluice.domain.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class SlidingWindowTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long TTL = 500 * MILLI;

    private record Charge(long instant, long units) {}

    @Example
    void aMinuteHasBucketsOf250MillisAndAGuardOf500() {
        SlidingWindow window = new SlidingWindow(60 * SECOND, 240, TTL, 0);

        assertThat(window.bucketNanos()).isEqualTo(250 * MILLI);
        assertThat(SlidingWindow.guardNanos(60 * SECOND)).isEqualTo(500 * MILLI);
        assertThat(SlidingWindow.guardNanos(5 * SECOND)).isEqualTo(100 * MILLI);
        assertThat(SlidingWindow.guardNanos(SECOND)).isEqualTo(100 * MILLI);
    }

    @Example
    void aChargeLeavesWhenItsBucketsEndIsOlderThanWindowAndGuard() {
        SlidingWindow window = new SlidingWindow(60 * SECOND, 240, TTL, 0);
        window.add(0, 100 * MILLI, 7);
        long leaves = 250 * MILLI + 60 * SECOND + 500 * MILLI;

        assertThat(window.dropsTo(0, 6)).isEqualTo(leaves);
        assertThat(window.used(leaves - 1)).isEqualTo(7);
        assertThat(window.used(leaves)).isZero();
    }

    @Example
    void aFutureChargeCountsAtOnceAndOneBeyondTheHorizonIsADefect() {
        SlidingWindow window = new SlidingWindow(60 * SECOND, 240, TTL, 0);

        window.add(0, TTL, 3);

        assertThat(window.used(0)).isEqualTo(3);
        assertThatThrownBy(() -> window.add(0, TTL + 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Example
    void whatHasLeftCannotBeGivenBack() {
        SlidingWindow window = new SlidingWindow(10 * SECOND, 240, TTL, 0);
        window.add(0, 0, 5);

        window.add(20 * SECOND, 0, -5);

        assertThat(window.used(20 * SECOND)).isZero();
    }

    @Example
    void timeMayBeNegative() {
        SlidingWindow window = new SlidingWindow(10 * SECOND, 240, TTL, -100 * SECOND);
        window.add(-100 * SECOND, -100 * SECOND, 5);

        assertThat(window.used(-91 * SECOND)).isEqualTo(5);
        assertThat(window.used(-80 * SECOND)).isZero();
    }

    /**
     * Against a list of charges: whatever was charged within the window and the guard counts, nothing that is older than
     * these and one bucket does, and the instant of room is the first one.
     */
    @Property(tries = 300)
    void agreesWithAListOfCharges(@ForAll @LongRange(min = 1, max = 100) long seconds, @ForAll long seed) {
        Random random = new Random(seed);
        int resolution = random.nextBoolean() ? 240 : 60;
        long length = seconds * SECOND;
        long now = random.nextLong(-1000, 1000) * SECOND;
        SlidingWindow window = new SlidingWindow(length, resolution, TTL, now);
        long kept = length + SlidingWindow.guardNanos(length);
        List<Charge> charges = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            now += random.nextInt(10) == 0 ? random.nextLong(length) : random.nextLong(length / 50);
            if (random.nextInt(4) == 0 && !charges.isEmpty()) {
                Charge given = charges.remove(random.nextInt(charges.size()));
                window.add(now, given.instant(), -given.units());
            } else {
                Charge charge = new Charge(now + random.nextLong(TTL + 1), random.nextLong(1, 50));
                charges.add(charge);
                window.add(now, charge.instant(), charge.units());
            }
            long at = now;
            long used = window.used(at);
            assertThat(used).isGreaterThanOrEqualTo(sum(charges, at - kept));
            assertThat(used).isLessThanOrEqualTo(sum(charges, at - kept - window.bucketNanos()));
            long rest = random.nextLong(used + 1);
            assertThat(window.dropsTo(at, rest)).isEqualTo(firstInstant(charges, window, kept, at, rest));
        }
    }

    private static long sum(List<Charge> charges, long from) {
        return charges.stream()
                .filter(c -> c.instant() >= from)
                .mapToLong(Charge::units)
                .sum();
    }

    private static long firstInstant(List<Charge> charges, SlidingWindow window, long kept, long now, long rest) {
        List<Charge> byAge = new ArrayList<>(charges);
        byAge.sort(java.util.Comparator.comparingLong(Charge::instant));
        long left = 0;
        ArrayDeque<Charge> live = new ArrayDeque<>();
        for (Charge charge : byAge) {
            if (leaves(charge, window, kept) > now) {
                live.add(charge);
                left += charge.units();
            }
        }
        long instant = now;
        while (left > rest) {
            Charge oldest = live.remove();
            left -= oldest.units();
            instant = leaves(oldest, window, kept);
        }
        return instant;
    }

    private static long leaves(Charge charge, SlidingWindow window, long kept) {
        return (Math.floorDiv(charge.instant(), window.bucketNanos()) + 1) * window.bucketNanos() + kept;
    }
}
