package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.group.Founding.Action;
import io.sluice.cluster.group.Founding.Enter;
import io.sluice.cluster.group.Founding.HandOver;
import io.sluice.cluster.group.Founding.Leave;
import io.sluice.cluster.group.Founding.Save;
import io.sluice.cluster.group.Founding.Send;
import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.MemberId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of founding, seen from node b, which is asked by a and by c. */
class FoundingTest {
    private static final Link.Peer A = new Link.Peer("a", 1);
    private static final Link.Peer B = new Link.Peer("b", 2);
    private static final Link.Peer C = new Link.Peer("c", 3);
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final GroupId FIRST = new GroupId(4, A);
    private static final GroupId SECOND = new GroupId(4, C);
    private static final MemberId MINE = new MemberId("b", 2, 1);
    private static final long MILLI = 1_000_000;

    private final Founding founding = new Founding(B, NAMES, GroupRecord.NONE, 0);
    private long now;

    @BeforeEach
    void everybodyIsThere() {
        founding.connected(Set.of(A, C));
    }

    private static GroupFrame.Propose propose(GroupId group) {
        return new GroupFrame.Propose(group, List.of(A, B, C));
    }

    private static GroupFrame.Start start(GroupId group) {
        return new GroupFrame.Start(group, List.of(MINE, new MemberId("a", 1, 1)), 1, new byte[] {1});
    }

    private List<Action> accept(Link.Peer from, GroupId group) {
        founding.proposed(from, propose(group), false, now);
        return founding.saved(new GroupRecord(group), now);
    }

    private void bound() {
        accept(A, FIRST);
        founding.started(A, start(FIRST), now);
    }

    @Test
    void acceptsOnlyWhatIsOnDisk() {
        assertThat(founding.proposed(A, propose(FIRST), false, now)).containsExactly(new Save(new GroupRecord(FIRST)));
        assertThat(founding.collect(A, new GroupFrame.Collect(FIRST))).isEmpty();

        assertThat(founding.saved(new GroupRecord(FIRST), now))
                .containsExactly(new Send("a", new GroupFrame.Accept(FIRST, MINE, false)));
        assertThat(founding.collect(A, new GroupFrame.Collect(FIRST))).containsExactly(new HandOver("a", FIRST));
    }

    @Test
    void aRepeatedProposalIsAcceptedUnderTheSameIdentity() {
        accept(A, FIRST);

        assertThat(founding.proposed(A, propose(FIRST), false, now))
                .containsExactly(new Send("a", new GroupFrame.Accept(FIRST, MINE, false)));
    }

    @Test
    void theHighestAcceptanceCounts() {
        accept(A, FIRST);
        accept(C, SECOND);

        assertThat(founding.collect(A, new GroupFrame.Collect(FIRST))).isEmpty();
        assertThat(founding.started(A, start(FIRST), now)).isEmpty();
        assertThat(founding.proposed(A, propose(FIRST), false, now)).isEmpty();
        assertThat(founding.collect(C, new GroupFrame.Collect(SECOND))).containsExactly(new HandOver("c", SECOND));
    }

    @Test
    void nobodyProposesInTheNameOfAnother() {
        assertThat(founding.proposed(C, propose(FIRST), false, now)).isEmpty();
        assertThat(founding.proposed(A, new GroupFrame.Propose(FIRST, List.of(A, C)), false, now))
                .isEmpty();
    }

    @Test
    void anOlderGroupIsLeftForGood() {
        bound();
        GroupId next = new GroupId(5, A);

        assertThat(founding.proposed(A, propose(next), false, now))
                .containsExactly(new Leave(), new Save(new GroupRecord(next)));
        assertThat(founding.started(A, start(FIRST), now)).isEmpty();
        assertThat(founding.saved(new GroupRecord(next), now))
                .containsExactly(new Send("a", new GroupFrame.Accept(next, new MemberId("b", 2, 2), true)));
    }

    @Test
    void aGroupThatLivesIsNotLeft() {
        bound();

        assertThat(founding.proposed(A, propose(new GroupId(5, A)), true, now)).isEmpty();
    }

    @Test
    void joiningALivingGroupTakesTheAcceptanceBack() {
        accept(A, FIRST);
        GroupId living = new GroupId(3, C);
        now += TimeUnit.SECONDS.toNanos(3);
        founding.status(C, leading(living), now);

        // An epoch that was accepted is never forgotten, so the record does not go back to the older one.
        assertThat(founding.tick(false, false, now)).containsExactly(new Save(new GroupRecord(FIRST)));
        assertThat(founding.collect(A, new GroupFrame.Collect(FIRST))).isEmpty();
        assertThat(founding.started(A, start(FIRST), now)).isEmpty();
        assertThat(founding.saved(new GroupRecord(FIRST), now))
                .containsExactly(new Enter(living, new MemberId("b", 2, 2), List.of(new MemberId("c", 3, 1)), 1, null));
    }

    @Test
    void aStartOfWhatWasNotAcceptedCountsNothing() {
        assertThat(founding.started(A, start(FIRST), now)).isEmpty();
        assertThat(founding.place()).isInstanceOf(Place.Free.class);
    }

    @Test
    void theSmallestNameProposesWhenAllSeeTheSame() {
        Founding smallest = new Founding(A, NAMES, new GroupRecord(FIRST), now);
        smallest.connected(Set.of(B, C));
        smallest.status(B, free(7, A, B, C), now);
        smallest.status(C, free(2, B, C), now);
        smallest.tick(false, false, now);
        assertThat(smallest.reason()).isEqualTo("members do not see the same members");

        smallest.status(C, free(2, A, B, C), now);
        assertThat(smallest.tick(false, false, now)).isEmpty();
        now += 300 * MILLI;
        List<Action> actions = smallest.tick(false, false, now);

        GroupId proposed = new GroupId(8, A);
        assertThat(actions)
                .containsExactly(
                        new Save(new GroupRecord(proposed)),
                        new Send("b", propose(proposed)),
                        new Send("c", propose(proposed)));
    }

    @Test
    void oneMissingIsWaitedForLongerWhenItMayBeTheFirstStartOfAll() {
        Founding smallest = new Founding(A, NAMES, GroupRecord.NONE, now);
        smallest.connected(Set.of(B));
        for (long second = 0; second < 10; second++) {
            smallest.status(B, free(0, A, B), now);
            assertThat(smallest.tick(false, false, now)).isEmpty();
            assertThat(smallest.reason()).isEqualTo("waiting for members: c");
            now += TimeUnit.SECONDS.toNanos(1);
        }

        smallest.status(B, free(0, A, B), now);
        assertThat(smallest.tick(false, false, now)).isNotEmpty();
    }

    private static GroupFrame.Status free(long epoch, Link.Peer... view) {
        return status(new GroupId(epoch, C), GroupId.NONE, false, List.of(view));
    }

    private static GroupFrame.Status leading(GroupId group) {
        return status(group, group, true, List.of(A, B, C));
    }

    private static GroupFrame.Status status(GroupId newest, GroupId bound, boolean leads, List<Link.Peer> view) {
        List<MemberId> members = leads ? List.of(new MemberId("c", 3, 1)) : List.of();
        return new GroupFrame.Status(
                NAMES, newest, leads, bound, leads, leads, "", 1, 0, 0, 0, members, members, members, view);
    }
}
