package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.GroupStatus;
import io.sluice.message.ReadinessChanged;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private final List<ReadinessChanged> told = new ArrayList<>();

    private static GroupStatus group(boolean grants, String reason) {
        return new GroupStatus(grants, reason, "g", "a", "leader", List.of("a"), List.of("a"));
    }

    @Test
    void nodeAloneIsReadyWhenItServes() {
        Readiness readiness = new Readiness(false, told::add);

        readiness.serving();

        assertThat(told).containsExactly(new ReadinessChanged(true, ""));
    }

    @Test
    void nodeOfAClusterWaitsForTheGroup() {
        Readiness readiness = new Readiness(true, told::add);

        readiness.serving();
        readiness.group(group(false, "waiting for members: b, c"));
        readiness.group(group(true, ""));
        readiness.group(group(true, ""));

        assertThat(told)
                .containsExactly(
                        new ReadinessChanged(false, "waiting for the quota group"),
                        new ReadinessChanged(false, "waiting for members: b, c"),
                        new ReadinessChanged(true, ""));
    }

    @Test
    void groupThatIsThereBeforeTheNodeServesIsEnough() {
        Readiness readiness = new Readiness(true, told::add);

        readiness.group(group(true, ""));
        readiness.serving();

        assertThat(told).containsExactly(new ReadinessChanged(true, ""));
    }

    @Test
    void minorityIsNotReadyUntilItHealed() {
        Readiness readiness = new Readiness(true, told::add);
        readiness.group(group(true, ""));
        readiness.serving();
        told.clear();

        readiness.group(group(false, "no quorum"));
        readiness.group(group(true, ""));

        assertThat(told).containsExactly(new ReadinessChanged(false, "no quorum"), new ReadinessChanged(true, ""));
    }

    @Test
    void drainIsForGood() {
        Readiness readiness = new Readiness(true, told::add);
        readiness.group(group(true, ""));
        readiness.serving();
        told.clear();

        readiness.draining();
        readiness.group(group(false, "no quorum"));
        readiness.group(group(true, ""));
        readiness.serving();

        assertThat(told).containsExactly(new ReadinessChanged(false, "draining"));
    }
}
