package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.raft.MemberId;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ClientId;
import io.sluice.domain.lease.GroupCodec;
import io.sluice.domain.lease.GroupOperation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a replica cannot read it does not apply, not even in part; and all replicas are equal at the same index. */
class GroupReplicaTest {
    private static final MemberId SELF = new MemberId("a", 1, 1);
    private static final ClientId CLIENT = new ClientId("a", 5);

    private final GroupReplica replica = new GroupReplica(SELF, () -> 7);

    private static byte[] found() {
        return GroupCodec.encode(new GroupOperation.Found(new byte[0], false, 1, true));
    }

    private static byte[] batch(long sequence) {
        return GroupCodec.encode(
                new GroupOperation.Batch(1_000_000, Map.of(), List.of(SimulatedCluster.renewal(CLIENT, sequence))));
    }

    @Test
    void nothingIsAnsweredBeforeTheFirstOperation() {
        assertThat(replica.apply(1, batch(1))).isEmpty();
        assertThat(replica.isFounded()).isFalse();

        replica.apply(2, found());

        assertThat(replica.isFounded()).isTrue();
        assertThat(replica.apply(3, batch(1))).extracting(Answer::status).containsExactly(Answer.Status.TAKEN);
    }

    @Test
    void aSecondFoundingChangesNothing() {
        replica.apply(1, found());
        replica.apply(2, batch(1));
        long hash = replica.group().hash();

        replica.apply(3, GroupCodec.encode(new GroupOperation.Found(new byte[0], true, 2, true)));

        assertThat(replica.group().hash()).isEqualTo(hash);
        assertThat(replica.failures()).isZero();
    }

    @Test
    void anOperationOfANewerFormatStopsItUnchanged() {
        replica.apply(1, found());
        byte[] newer = batch(1);
        newer[0] = 99;
        long hash = replica.group().hash();

        assertThat(replica.apply(2, newer)).isEmpty();

        assertThat(replica.broken()).startsWith("the operation at 2 cannot be read: ");
        assertThat(replica.apply(3, batch(1))).isEmpty();
        assertThat(replica.group().hash()).isEqualTo(hash);
    }

    @Test
    void aSnapshotOfANewerFormatStopsItUnchanged() {
        replica.apply(1, found());
        byte[] newer = replica.snapshot(1);
        newer[0] = 99;
        GroupReplica other = new GroupReplica(SELF, () -> 7);

        other.install(200, newer);

        assertThat(other.broken()).isEqualTo("the snapshot at 200 cannot be read: version 99, known is 1");
        assertThat(other.isFounded()).isFalse();
    }

    @Test
    void oneThatBeganFromASnapshotHasTheSameBytes() {
        replica.apply(1, found());
        for (int sequence = 1; sequence <= 100; sequence++) {
            replica.apply(1 + sequence, batch(sequence));
        }
        GroupReplica other = new GroupReplica(new MemberId("b", 2, 1), () -> 8);

        other.install(101, replica.snapshot(101));
        for (int index = 102; index <= 200; index++) {
            replica.apply(index, batch(index - 1));
            other.apply(index, batch(index - 1));
        }

        assertThat(other.snapshot(200)).isEqualTo(replica.snapshot(200));
        assertThat(other.checkIndex()).isEqualTo(200);
        assertThat(other.checkHash()).isEqualTo(replica.checkHash()).isNotZero();
    }
}
