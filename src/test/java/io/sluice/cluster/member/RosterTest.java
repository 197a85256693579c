package io.sluice.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.message.ClusterView;
import io.sluice.testkit.LogLines;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final MemberEntry A = entry("a", 1, "1.4.0", "r1");
    private static final MemberEntry B = entry("b", 2, "1.5.0", "r1");

    private final LogLines log = LogLines.of(Roster.class);
    private final Roster roster = new Roster(new Peer("a", 1), "1.4.0", Set.of("a", "b"));

    private static MemberEntry entry(String name, long incarnation, String version, String revision) {
        return new MemberEntry(name, incarnation, name + ":5701", version, revision, 0);
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void showsMembersByName() {
        ClusterView view =
                roster.update(List.of(B, A, entry("guest", 255, "1.4.0", "r1"))).orElseThrow();

        assertThat(view.drift()).isFalse();
        assertThat(view.members())
                .containsExactly(
                        new ClusterView.Member("a", "1", "a:5701", "1.4.0", "r1", true, true),
                        new ClusterView.Member("b", "2", "b:5701", "1.5.0", "r1", true, false),
                        new ClusterView.Member("guest", "ff", "guest:5701", "1.4.0", "r1", false, false));
    }

    @Test
    void isQuietWhenNothingChanged() {
        roster.update(List.of(A, B));

        assertThat(roster.update(List.of(B, A))).isEmpty();
        assertThat(log.lines()).hasSize(1).allMatch(line -> line.contains("b (1.5.0) is in the cluster, at b:5701"));
    }

    @Test
    void tellsOfDriftAtEachChange() {
        roster.update(List.of(A, B));
        assertThat(roster.update(List.of(A.withRevision("r2"), B)).orElseThrow().drift())
                .isTrue();
        assertThat(roster.update(List.of(A.withRevision("r2"), B))).isEmpty();
        assertThat(roster.update(List.of(A.withRevision("r2"), B.withRevision("r2")))
                        .orElseThrow()
                        .drift())
                .isFalse();

        assertThat(log.lines().stream().filter(line -> line.contains("revision")))
                .containsExactly(
                        "WARN configuration revisions differ; the smallest limits rule meanwhile: a r2, b r1",
                        "INFO every node has configuration revision r2");
    }

    @Test
    void tellsWhoLeft() {
        roster.update(List.of(A, B));
        roster.update(List.of(A));

        assertThat(log.lines()).contains("INFO b left the cluster");
    }

    @Test
    void tellsOfAnotherMajorVersionAndOfItsOwnName() {
        roster.update(List.of(A, entry("b", 2, "2.0.0", "r1"), entry("a", 3, "1.4.0", "r1")));

        assertThat(log.lines())
                .contains(
                        "WARN b runs version 2.0.0, this node 1.4.0: only adjacent versions work together",
                        "ERROR two nodes are named a: the other one is at a:5701");
    }
}
