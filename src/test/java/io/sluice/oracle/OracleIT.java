package io.sluice.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The oracle sees what it should: nodes that know nothing of one another send too much, one node alone does not. */
class OracleIT {
    private final long seed = System.nanoTime();

    private Result run(Scenario scenario, int windowSeconds, int seconds) {
        Settings settings =
                new Settings(Duration.ofSeconds(windowSeconds), Duration.ofSeconds(seconds), 1, seed, false);
        Result result = OracleRun.of(scenario, settings);
        System.out.println(Table.HEADER + "\n" + Table.row(result));
        return result;
    }

    @Test
    @Tag("proof")
    void seesThatNodesWhichKnowNothingOfOneAnotherSendTooMuch() {
        Result result = run(Scenarios.named("calm").apart(), 2, 5);

        assertThat(result.overshoots()).as(Table.row(result)).isTrue();
        assertThat(result.largest().requests()).isGreaterThan(1.5);
        assertThat(result.largest().tokens()).isGreaterThan(1.2);
    }

    @Test
    @Tag("proof")
    void seesThatOneNodeSendsNoAccountTooMuch() {
        Result result = run(Scenarios.named("single"), 6, 9);

        assertThat(result.overshoots()).as(Table.row(result)).isFalse();
        assertThat(result.tally().admitted()).isPositive();
        // A machine that stands still longer than the guard of so short a window cannot use its room in time.
        assertThat(result.tally().errors().keySet()).as(Table.row(result)).isSubsetOf("503 overloaded");
    }
}
