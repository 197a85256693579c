package io.sluice.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ArrivalLogTest {
    private static final long WINDOW = 100;

    private record Seen(long at, long tokens) {}

    @Test
    void countsArrivalsOneWindowApartInDifferentWindows() {
        ArrivalLog log = new ArrivalLog(WINDOW);

        log.close(log.arrive(0));
        log.close(log.arrive(WINDOW - 1));
        log.close(log.arrive(WINDOW));

        assertThat(log.maxRequests()).isEqualTo(2);
        assertThat(log.requests()).isEqualTo(3);
    }

    @Test
    void addsLateTokensToEveryWindowThatHoldsTheirRequest() {
        ArrivalLog log = new ArrivalLog(WINDOW);
        long early = log.arrive(0);
        long late = log.arrive(99);
        log.charge(late, 10);
        log.close(late);
        log.moveTo(1_000);

        log.charge(early, 7);
        log.close(early);

        assertThat(log.maxTokens()).isEqualTo(17);
        assertThat(log.tokensInWindow()).isZero();
    }

    @Test
    void keepsNoMoreThanTheWindowWhenNothingIsOpen() {
        ArrivalLog log = new ArrivalLog(WINDOW);

        for (int i = 0; i < 100_000; i++) {
            log.close(log.arrive(i));
        }

        assertThat(log.kept()).isEqualTo(WINDOW);
        assertThat(log.maxRequests()).isEqualTo(WINDOW);
    }

    @Property(tries = 500)
    void agreesWithCountingEveryWindow(@ForAll long seed, @ForAll @IntRange(min = 1, max = 120) int arrivals) {
        SplittableRandom random = new SplittableRandom(seed);
        ArrivalLog log = new ArrivalLog(WINDOW);
        List<Seen> seen = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        long now = 0;

        for (int i = 0; i < arrivals; i++) {
            now += random.nextInt(8) == 0 ? random.nextLong(2 * WINDOW) : random.nextLong(10);
            open.add((int) log.arrive(now));
            seen.add(new Seen(now, 0));
            while (!open.isEmpty() && random.nextInt(3) > 0) {
                settle(log, seen, open, random);
            }
        }
        while (!open.isEmpty()) {
            settle(log, seen, open, random);
        }

        assertThat(log.maxRequests()).isEqualTo(largest(seen, false));
        assertThat(log.maxTokens()).isEqualTo(largest(seen, true));
    }

    private static void settle(ArrivalLog log, List<Seen> seen, List<Integer> open, SplittableRandom random) {
        int number = open.remove(random.nextInt(open.size()));
        for (int part = random.nextInt(3); part > 0; part--) {
            long tokens = random.nextLong(50);
            log.charge(number, tokens);
            seen.set(number, new Seen(seen.get(number).at(), seen.get(number).tokens() + tokens));
        }
        log.close(number);
    }

    /** The naive checker: every window that begins with an arrival, each arrival asked. */
    private static long largest(List<Seen> seen, boolean tokens) {
        long largest = 0;
        for (Seen first : seen) {
            long sum = 0;
            for (Seen each : seen) {
                if (each.at() >= first.at() && each.at() < first.at() + WINDOW) {
                    sum += tokens ? each.tokens() : 1;
                }
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }
}
