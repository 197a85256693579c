package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.group.Roster.Step;
import io.sluice.cluster.raft.MemberId;
import io.sluice.cluster.raft.QuotaLog.Change;
import io.sluice.cluster.raft.QuotaLog.Progress;
import io.sluice.cluster.raft.QuotaLog.Role;
import io.sluice.cluster.raft.QuotaLog.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static final MemberId A = new MemberId("a", 1, 1);
    private static final MemberId B = new MemberId("b", 2, 1);
    private static final MemberId B_AGAIN = new MemberId("b", 3, 1);
    private static final MemberId B_THIRD = new MemberId("b", 4, 1);
    private static final MemberId C = new MemberId("c", 5, 1);
    private static final Progress CAUGHT_UP = new Progress(100, Map.of(B, 100L, B_AGAIN, 100L, B_THIRD, 100L, C, 100L));
    private static final Progress BEHIND = new Progress(100, Map.of(B_AGAIN, 99L));

    private static Standing standing(List<MemberId> voters, MemberId... learners) {
        List<MemberId> members = new ArrayList<>(voters);
        members.addAll(List.of(learners));
        return new Standing(Role.LEADER, A, members, voters, true);
    }

    private static Optional<Step> next(Standing standing, Progress progress, MemberId... wanting) {
        List<MemberId> gone = List.of(B);
        return Roster.next(3, standing, progress, List.of(wanting), member -> !gone.contains(member));
    }

    @Test
    void aNewIdentityListensFirst() {
        assertThat(next(standing(List.of(A, B, C)), CAUGHT_UP, B_AGAIN)).contains(new Step(Change.ADD, B_AGAIN));
        assertThat(next(standing(List.of(A, B, C), B_AGAIN), BEHIND, B_AGAIN)).isEmpty();
    }

    @Test
    void itsOlderIdentityIsRemovedBeforeItVotes() {
        assertThat(next(standing(List.of(A, B, C), B_AGAIN), CAUGHT_UP, B_AGAIN))
                .contains(new Step(Change.REMOVE, B));
        assertThat(next(standing(List.of(A, C), B_AGAIN), CAUGHT_UP, B_AGAIN))
                .contains(new Step(Change.PROMOTE, B_AGAIN));
        assertThat(next(standing(List.of(A, C, B_AGAIN)), CAUGHT_UP, B_AGAIN)).isEmpty();
    }

    @Test
    void votersNeverBecomeFewerThanAllNamesButOne() {
        assertThat(next(standing(List.of(A, B), B_AGAIN), CAUGHT_UP, B_AGAIN))
                .contains(new Step(Change.PROMOTE, B_AGAIN));
        assertThat(next(standing(List.of(A, B, B_AGAIN)), CAUGHT_UP)).contains(new Step(Change.REMOVE, B));
        assertThat(next(standing(List.of(A, B)), CAUGHT_UP)).isEmpty();
    }

    @Test
    void aDeadVoterThatNobodyReplacesStays() {
        assertThat(next(standing(List.of(A, B, C)), CAUGHT_UP)).isEmpty();
    }

    @Test
    void anOlderLearnerOfTheNameMakesRoom() {
        assertThat(next(standing(List.of(A, C), B_AGAIN), CAUGHT_UP, B_THIRD))
                .contains(new Step(Change.REMOVE, B_AGAIN));
    }

    @Test
    void aLeaderThatCameBackRemovesItsOwnOlderIdentity() {
        MemberId before = new MemberId("a", 9, 1);
        Standing standing = standing(List.of(A, before, C));

        assertThat(Roster.next(3, standing, CAUGHT_UP, List.of(), member -> !member.equals(before)))
                .contains(new Step(Change.REMOVE, before));
    }
}
