package io.sluice.domain.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The protocol as a state machine, under everything that may happen, against a naive exact checker. */
class GroupPropertyTest {
    private static final long SEED = Long.getLong("sluice.seed", System.nanoTime());

    private static void run(int worlds, long steps) {
        System.out.println("seed " + SEED + " (-Dsluice.seed)");
        long arrived = 0;
        for (int i = 0; i < worlds; i++) {
            GroupWorld world = new GroupWorld(SEED + i);
            world.run(steps);
            arrived += world.ledger.count();
        }
        // Otherwise nothing was tried.
        assertThat(arrived).isGreaterThan(worlds * steps / 100);
    }

    @Test
    void noWindowEverHoldsMoreThanItsLimit() {
        run(5, 6_000);
    }

    @Test
    @Tag("proof")
    void noWindowEverHoldsMoreThanItsLimitInAMillionSteps() {
        run(50, 20_000);
    }
}
