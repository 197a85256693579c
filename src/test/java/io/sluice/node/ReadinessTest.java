package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.GroupStatus;
import io.sluice.message.LedgerState;
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
        Readiness readiness = new Readiness("a", false, told::add);

        readiness.serving();

        assertThat(told).containsExactly(new ReadinessChanged(true, ""));
    }

    @Test
    void nodeOfAClusterWaitsForTheGroup() {
        Readiness readiness = new Readiness("a", true, told::add);

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
        Readiness readiness = new Readiness("a", true, told::add);

        readiness.group(group(true, ""));
        readiness.serving();

        assertThat(told).containsExactly(new ReadinessChanged(true, ""));
    }

    @Test
    void voterIsReadyWhenItVotesAndStaysSo() {
        Readiness readiness = new Readiness("a", true, told::add);
        readiness.serving();
        told.clear();

        readiness.group(as("client"));
        readiness.group(as("learner"));
        readiness.group(as("follower"));
        readiness.group(as("learner"));

        assertThat(told)
                .containsExactly(
                        new ReadinessChanged(false, "joining the quota group"), new ReadinessChanged(true, ""));
    }

    @Test
    void nodeWithoutAVoteIsReadyAsAClient() {
        Readiness readiness = new Readiness("d", true, told::add);

        readiness.group(as("client"));
        readiness.serving();

        assertThat(told).containsExactly(new ReadinessChanged(true, ""));
    }

    @Test
    void isNotReadyWhileUsageCannotBeRecorded() {
        Readiness readiness = new Readiness("a", false, told::add);
        readiness.serving();
        told.clear();

        readiness.ledger(new LedgerState(false, "full", 9, 0));
        readiness.ledger(new LedgerState(false, "full", 10, 0));
        readiness.ledger(new LedgerState(true, "", 0, 0));

        assertThat(told)
                .containsExactly(
                        new ReadinessChanged(false, "usage cannot be recorded"), new ReadinessChanged(true, ""));
    }

    private static GroupStatus as(String role) {
        return new GroupStatus(true, "", "g", "b", role, List.of("a", "b"), List.of("b"));
    }

    @Test
    void minorityIsNotReadyUntilItHealed() {
        Readiness readiness = new Readiness("a", true, told::add);
        readiness.group(group(true, ""));
        readiness.serving();
        told.clear();

        readiness.group(group(false, "no quorum"));
        readiness.group(group(true, ""));

        assertThat(told).containsExactly(new ReadinessChanged(false, "no quorum"), new ReadinessChanged(true, ""));
    }

    @Test
    void drainIsForGood() {
        Readiness readiness = new Readiness("a", true, told::add);
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
