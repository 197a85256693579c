package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.raft.MemberId;
import io.sluice.domain.lease.ClientId;
import io.sluice.domain.lease.GroupOperation;
import io.sluice.message.GroupStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nodes found a group, lose one another, and find back. Time and network are simulated; everything else is real. */
class GroupNodeTest {
    private static final Duration MOST = Duration.ofSeconds(60);
    private static final Duration LATELY = Duration.ofMillis(500);

    private final SimulatedCluster cluster = new SimulatedCluster(7, "a", "b", "c");

    @Test
    void threeNodesFoundAGroupThatKnowsThatNothingWasUsed() {
        cluster.startAll();

        Duration took = cluster.until(MOST, () -> cluster.allAnswered(LATELY));

        assertThat(took).isLessThan(Duration.ofSeconds(3));
        SimulatedCluster.Node leader = cluster.leader();
        assertThat(leader).isNotNull();
        cluster.pass(Duration.ofSeconds(1));
        assertThat(leader.charged()).isLessThan(SimulatedCluster.LIMIT);
        GroupStatus status = cluster.node("b").status();
        assertThat(status.grants()).isTrue();
        assertThat(status.leader()).isEqualTo(leader.self.name());
        assertThat(status.members()).containsExactly("a", "b", "c");
        assertThat(status.voters()).containsExactly("a", "b", "c");
    }

    @Test
    void aNodeInNobodysListIsAClient() {
        cluster.startAll();
        SimulatedCluster.Node further = cluster.start("d");

        cluster.until(MOST, () -> cluster.allAnswered(LATELY));

        cluster.pass(Duration.ofSeconds(2));
        assertThat(further.status().role()).isEqualTo("client");
        assertThat(further.status().grants()).isTrue();
        assertThat(further.status().members()).containsExactly("a", "b", "c");
        assertThat(further.startedOver).isZero();
    }

    @Test
    void grantsGoOnWithinTwoSecondsWhenTheLeaderIsKilled() {
        founded();
        String leader = leaderName();
        long before = groupEpoch("a", "b", "c");

        cluster.kill(leader);
        cluster.pass(LATELY);
        Duration took = cluster.until(MOST, () -> cluster.allAnswered(Duration.ofMillis(200)));

        assertThat(took.plus(LATELY)).isLessThan(Duration.ofSeconds(2));
        assertThat(groupEpoch("a", "b", "c")).isEqualTo(before);
        assertThat(cluster.nodes.values())
                .allSatisfy(node -> assertThat(node.startedOver).isZero());
        assertThat(cluster.nodes.values())
                .allSatisfy(node -> assertThat(node.told).noneMatch(status -> began(node) && !status.grants()));
    }

    @Test
    void aLeaderThatIsCutOffAnswersNobody() {
        founded();
        SimulatedCluster.Node old = cluster.leader();
        cluster.names.stream()
                .filter(name -> !name.equals(old.self.name()))
                .forEach(name -> cluster.net.cut(old.self.name(), name));
        cluster.pass(Duration.ofMillis(10));
        long last = old.answeredAt;

        cluster.pass(Duration.ofSeconds(10));

        assertThat(old.answeredAt).isEqualTo(last);
        assertThat(old.status().grants()).isFalse();
        assertThat(old.status().reason()).isEqualTo("no quorum: 1 of 3 voters reachable");
        assertThat(others(old))
                .allSatisfy(node -> assertThat(node.answeredWithin(LATELY)).isTrue());

        cluster.net.healAll();
        cluster.until(Duration.ofSeconds(3), () -> cluster.allAnswered(LATELY));
        cluster.pass(Duration.ofSeconds(1));
        assertSameState();
        assertThat(cluster.nodes.values())
                .allSatisfy(node -> assertThat(node.startedOver).isZero());
    }

    @Test
    void aNodeThatIsCutFromTheLeaderOnlyAsksByTheThird() {
        founded();
        String leader = leaderName();
        SimulatedCluster.Node other = others(cluster.leader()).getFirst();
        cluster.net.cut(leader, other.self.name());

        cluster.pass(Duration.ofSeconds(5));
        for (int i = 0; i < 100; i++) {
            cluster.pass(Duration.ofMillis(100));
            assertThat(other.answeredWithin(LATELY)).isTrue();
            assertThat(other.status().grants()).isTrue();
        }
        assertThat(leaderName()).isEqualTo(leader);

        cluster.net.healAll();
        cluster.until(MOST, () -> isVoter(other) && other.isLiving());
        cluster.pass(Duration.ofSeconds(1));
        assertSameState();
    }

    @Test
    void aKilledNodeComesBackUnderANewIdentity() {
        founded();
        String killed = others(cluster.leader()).getFirst().self.name();
        cluster.kill(killed);
        cluster.pass(Duration.ofSeconds(5));

        SimulatedCluster.Node back = cluster.start(killed);
        Duration took = cluster.until(MOST, () -> isVoter(back));

        assertThat(took).isLessThan(Duration.ofSeconds(3));
        cluster.pass(Duration.ofSeconds(1));
        assertThat(cluster.leader().log().standing().voters()).hasSize(3);
        assertThat(cluster.leader().log().standing().members()).hasSize(3);
        assertSameState();
    }

    @Test
    void aSurvivorOfThreeSaysThatThereIsNoQuorumAndFoundsANewGroupWithASecondName() {
        founded();
        cluster.kill("b");
        cluster.kill("c");

        cluster.pass(Duration.ofSeconds(8));

        assertThat(cluster.node("a").status().grants()).isFalse();
        assertThat(cluster.node("a").status().reason()).isEqualTo("no quorum: 1 of 3 voters reachable");
        cluster.start("b");
        Duration took = cluster.until(MOST, () -> cluster.allAnswered(LATELY));
        assertThat(took).isLessThan(Duration.ofSeconds(5));
        cluster.pass(Duration.ofSeconds(1));
        // The known part is in the fill: everything is charged, and what was written since.
        assertThat(cluster.leader().charged()).isGreaterThanOrEqualTo(SimulatedCluster.LIMIT);
        assertThat(cluster.node("a").startedOver).isEqualTo(1);

        SimulatedCluster.Node third = cluster.start("c");
        cluster.until(MOST, () -> isVoter(third));
        cluster.pass(Duration.ofSeconds(1));
        assertThat(cluster.node("a").status().members()).containsExactly("a", "b", "c");
        assertSameState();
    }

    @Test
    void aClusterThatWasKilledAsAWholeKnowsNothing() {
        founded();
        List.of("a", "b", "c").forEach(cluster::kill);
        cluster.pass(Duration.ofSeconds(1));

        cluster.startAll();
        Duration took = cluster.until(MOST, () -> cluster.allAnswered(LATELY));

        assertThat(took).isLessThan(Duration.ofSeconds(3));
        cluster.pass(Duration.ofSeconds(1));
        assertThat(cluster.leader().charged()).isGreaterThanOrEqualTo(SimulatedCluster.LIMIT);
    }

    @Test
    void twoOfThreeDoNotTakeTheFirstStartForEmptyWithoutTheThird() {
        cluster.start("a");
        cluster.start("b");

        cluster.pass(Duration.ofSeconds(5));
        assertThat(cluster.node("a").status().reason()).isEqualTo("waiting for members: c");
        assertThat(cluster.node("a").status().grants()).isFalse();

        cluster.until(MOST, () -> cluster.allAnswered(LATELY));
        cluster.pass(Duration.ofSeconds(1));
        assertThat(cluster.leader().charged()).isGreaterThanOrEqualTo(SimulatedCluster.LIMIT);
    }

    @Test
    void oneOfThreeWaits() {
        cluster.start("b");

        cluster.pass(Duration.ofSeconds(30));

        assertThat(cluster.node("b").status().grants()).isFalse();
        assertThat(cluster.node("b").status().reason()).isEqualTo("waiting for members: a, c");
        assertThat(cluster.node("b").answeredWithin(Duration.ofSeconds(30))).isFalse();
    }

    @Test
    void ofTwoNodesOfOneNameTheLaterOneVotes() {
        founded();
        SimulatedCluster.Node first = others(cluster.leader()).getFirst();
        SimulatedCluster.Node second = cluster.start(first.self.name());

        cluster.until(MOST, () -> isVoter(second));

        cluster.pass(Duration.ofSeconds(4));
        assertThat(second.answeredWithin(LATELY)).isTrue();
        assertThat(first.answeredWithin(LATELY)).isFalse();
        assertThat(first.status().reason()).isEqualTo("no quorum: 1 of 3 voters reachable");
    }

    @Test
    void aNodeThatWasReplacedSaysSoAndTakesNoPart() {
        founded();
        SimulatedCluster.Node node = others(cluster.leader()).getFirst();
        node.group.renew(SimulatedCluster.renewal(new ClientId(node.self.name(), 77), 1));

        cluster.until(MOST, () -> !node.status().grants());

        assertThat(node.status().reason())
                .isEqualTo("another node was started later under the name " + node.self.name());
        assertThat(node.status().role()).isEqualTo("client");
    }

    @Test
    void anOperationThatNobodyCanReadStopsEverybodyAndIsNamed() {
        founded();

        cluster.leader().log().propose(new byte[] {99, 1, 2});
        cluster.pass(Duration.ofSeconds(5));

        assertThat(cluster.nodes.values()).allSatisfy(node -> {
            assertThat(node.status().grants()).isFalse();
            assertThat(node.status().reason()).contains("cannot be read", "version 99");
        });
    }

    @Test
    void aMemberThatDiffersTakesTheLeadersState() {
        founded();
        SimulatedCluster.Node other = others(cluster.leader()).getFirst();
        other.replica().group().apply(new GroupOperation.Batch(1_000_000, Map.of(), List.of()));
        MemberId before = other.log().self();

        cluster.until(MOST, () -> other.log() != null && !other.log().self().equals(before) && isVoter(other));

        cluster.pass(Duration.ofSeconds(1));
        assertSameState();
    }

    private void founded() {
        cluster.startAll();
        cluster.until(MOST, () -> cluster.allAnswered(LATELY));
        cluster.pass(Duration.ofSeconds(1));
    }

    private String leaderName() {
        return cluster.leader().self.name();
    }

    private List<SimulatedCluster.Node> others(SimulatedCluster.Node than) {
        return cluster.nodes.values().stream().filter(node -> node != than).toList();
    }

    private boolean began(SimulatedCluster.Node node) {
        return node.told.stream().anyMatch(GroupStatus::grants)
                && node.told.indexOf(node.told.stream()
                                .filter(GroupStatus::grants)
                                .findFirst()
                                .orElseThrow())
                        == 0;
    }

    private long groupEpoch(String... names) {
        return List.of(names).stream()
                .filter(cluster.nodes::containsKey)
                .map(name -> cluster.disks.get(name).newest().epoch())
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    private boolean isVoter(SimulatedCluster.Node node) {
        SimulatedCluster.Node leader = cluster.leader();
        return leader != null
                && node.log() != null
                && leader.log().standing().voters().contains(node.log().self())
                && leader.log().standing().voters().size() == 3;
    }

    private void assertSameState() {
        cluster.until(
                Duration.ofSeconds(5),
                () -> cluster.nodes.values().stream()
                                .filter(node -> node.replica() != null)
                                .map(node -> node.replica().applied())
                                .distinct()
                                .count()
                        == 1);
        assertThat(cluster.nodes.values().stream()
                        .filter(node -> node.replica() != null)
                        .map(node -> node.replica().group().hash())
                        .distinct())
                .hasSize(1);
    }
}
