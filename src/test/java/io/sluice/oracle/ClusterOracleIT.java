package io.sluice.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * No account gets more than its limit from three nodes together, whatever happens to them: the short forms, in windows of
 * six seconds. The long forms are {@code src/bench/run oracle all}.
 */
class ClusterOracleIT {
    private static final Duration WINDOW = Duration.ofSeconds(6);

    private final long seed = System.nanoTime();

    private Result run(String scenario, int seconds) {
        Result result = OracleRun.of(
                Scenarios.named(scenario), new Settings(WINDOW, Duration.ofSeconds(seconds), 0.7, seed, false));
        System.out.println(Table.HEADER + "\n" + Table.row(result));
        return result;
    }

    @Test
    void noAccountGetsTooMuchFromThreeNodes() {
        Result result = run("calm", 14);

        assertThat(result.overshoots()).as(Table.row(result)).isFalse();
        assertThat(result.use().get(Pool.Kind.REQUESTS)).as(Table.row(result)).isGreaterThan(0.7);
        assertThat(result.use().get(Pool.Kind.TOKENS)).as(Table.row(result)).isGreaterThan(0.7);
        assertThat(result.tally().errors()).as(Table.row(result)).isEmpty();
    }

    @Test
    void noAccountGetsTooMuchWhileNodesAreKilled() {
        Result result = run("kill", 16);

        assertThat(result.overshoots()).as(Table.row(result)).isFalse();
        assertThat(result.faults()).containsKey("kill");
        assertThat(result.use().get(Pool.Kind.REQUESTS)).as(Table.row(result)).isGreaterThan(0.4);
    }
}
