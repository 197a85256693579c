package io.sluice.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.RaftMessage;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The bytes of each message are those of version 1, and anything else is refused as a whole. */
class MessageCodecTest {
    private static final RaftModelFactory MODELS = new DefaultRaftModelFactory();
    private static final RaftEndpoint A = new Endpoint(new MemberId("a", 0x1f, 1));
    private static final RaftEndpoint B = new Endpoint(new MemberId("b", -2, 300));
    private static final String HEAD_OF_A = "0161000000000000001f01";
    private static final String B_BYTES = "0162fffffffffffffffeac02";

    private static RaftGroupMembersView view() {
        return MODELS.createRaftGroupMembersViewBuilder()
                .setLogIndex(4)
                .setMembers(List.of(A, B))
                .setVotingMembers(List.of(A))
                .build();
    }

    private static List<LogEntry> entries() {
        return List.of(
                MODELS.createLogEntryBuilder()
                        .setIndex(200)
                        .setTerm(3)
                        .setOperation(new byte[] {7, 8, 9})
                        .build(),
                MODELS.createLogEntryBuilder()
                        .setIndex(201)
                        .setTerm(3)
                        .setOperation(MODELS.createUpdateRaftGroupMembersOpBuilder()
                                .setMode(MembershipChangeMode.ADD_LEARNER)
                                .setEndpoint(B)
                                .setMembers(List.of(A, B))
                                .setVotingMembers(List.of(A))
                                .build())
                        .build());
    }

    /** Each message, and its bytes in version 1. */
    private static Map<String, RaftMessage> messages() {
        Map<String, RaftMessage> all = new LinkedHashMap<>();
        String members = "02" + HEAD_OF_A + B_BYTES + "01" + HEAD_OF_A;
        all.put(
                "0101" + HEAD_OF_A + "03" + "02c701c601" + "0506" + "02" + "c80103" + "0003070809" + "c90103" + "0100"
                        + B_BYTES + members,
                append(entries()));
        all.put(
                "0102" + HEAD_OF_A + "03" + "c9010506",
                MODELS.createAppendEntriesSuccessResponseBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setLastLogIndex(201)
                        .setQuerySequenceNumber(5)
                        .setFlowControlSequenceNumber(6)
                        .build());
        all.put(
                "0103" + HEAD_OF_A + "03" + "c9010506",
                MODELS.createAppendEntriesFailureResponseBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setExpectedNextIndex(201)
                        .setQuerySequenceNumber(5)
                        .setFlowControlSequenceNumber(6)
                        .build());
        all.put(
                "0104" + HEAD_OF_A + "03" + "0102c801020506" + "01" + HEAD_OF_A + "04" + members + "01" + "c801020102"
                        + "020a0b" + "04" + members,
                install(true));
        all.put(
                "0104" + HEAD_OF_A + "03" + "0102c801020506" + "01" + HEAD_OF_A + "04" + members + "00",
                install(false));
        all.put(
                "0105" + HEAD_OF_A + "03" + "c801010506",
                MODELS.createInstallSnapshotResponseBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setSnapshotIndex(200)
                        .setRequestedSnapshotChunkIndex(1)
                        .setQuerySequenceNumber(5)
                        .setFlowControlSequenceNumber(6)
                        .build());
        all.put(
                "0106" + HEAD_OF_A + "03" + "02c801",
                MODELS.createPreVoteRequestBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setLastLogTerm(2)
                        .setLastLogIndex(200)
                        .build());
        all.put(
                "0107" + HEAD_OF_A + "03" + "01",
                MODELS.createPreVoteResponseBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setGranted(true)
                        .build());
        all.put(
                "0108" + HEAD_OF_A + "03" + "02c80101",
                MODELS.createVoteRequestBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setLastLogTerm(2)
                        .setLastLogIndex(200)
                        .setSticky(true)
                        .build());
        all.put(
                "0109" + HEAD_OF_A + "03" + "00",
                MODELS.createVoteResponseBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setGranted(false)
                        .build());
        all.put(
                "010a" + HEAD_OF_A + "03" + "02c801",
                MODELS.createTriggerLeaderElectionRequestBuilder()
                        .setGroupId("g")
                        .setSender(A)
                        .setTerm(3)
                        .setLastLogTerm(2)
                        .setLastLogIndex(200)
                        .build());
        return all;
    }

    private static AppendEntriesRequest append(List<LogEntry> entries) {
        return MODELS.createAppendEntriesRequestBuilder()
                .setGroupId("g")
                .setSender(A)
                .setTerm(3)
                .setPreviousLogTerm(2)
                .setPreviousLogIndex(199)
                .setCommitIndex(198)
                .setQuerySequenceNumber(5)
                .setFlowControlSequenceNumber(6)
                .setLogEntries(entries)
                .build();
    }

    private static RaftMessage install(boolean chunk) {
        return MODELS.createInstallSnapshotRequestBuilder()
                .setGroupId("g")
                .setSender(A)
                .setTerm(3)
                .setSenderLeader(true)
                .setSnapshotTerm(2)
                .setSnapshotIndex(200)
                .setTotalSnapshotChunkCount(2)
                .setQuerySequenceNumber(5)
                .setFlowControlSequenceNumber(6)
                .setSnapshottedMembers(List.of(A))
                .setGroupMembersView(view())
                .setSnapshotChunk(
                        chunk
                                ? MODELS.createSnapshotChunkBuilder()
                                        .setIndex(200)
                                        .setTerm(2)
                                        .setSnapshotChunkIndex(1)
                                        .setSnapshotChunkCount(2)
                                        .setOperation(new byte[] {10, 11})
                                        .setGroupMembersView(view())
                                        .build()
                                : null)
                .build();
    }

    @TestFactory
    Stream<DynamicTest> everyMessageHasTheBytesOfVersionOne() {
        return messages().entrySet().stream()
                .map(one -> DynamicTest.dynamicTest(one.getValue().getClass().getSimpleName(), () -> {
                    byte[] bytes = MessageEncoder.encode(one.getValue());
                    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(one.getKey());
                    RaftMessage back = MessageDecoder.decode("g", bytes);
                    assertThat(back).hasSameClassAs(one.getValue());
                    assertThat(back.getGroupId()).isEqualTo("g");
                    assertThat(MessageEncoder.encode(back)).isEqualTo(bytes);
                }));
    }

    @Test
    void aNewerVersionIsNamed() {
        assertThatThrownBy(() -> MessageDecoder.decode("g", new byte[] {2, 1}))
                .isInstanceOf(WireFormatException.class)
                .hasMessage("a message of version 2, known is 1");
    }

    @Test
    void damagedBytesAreRefusedAndNothingElse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (String golden : messages().keySet()) {
            byte[] bytes = HexFormat.of().parseHex(golden);
            for (int length = 0; length < bytes.length; length++) {
                refuseOrRead(java.util.Arrays.copyOf(bytes, length), true, seed);
            }
            refuseOrRead(java.util.Arrays.copyOf(bytes, bytes.length + 1), true, seed);
            for (int i = 0; i < 2_000; i++) {
                byte[] mutated = bytes.clone();
                for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                    mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
                }
                refuseOrRead(mutated, false, seed);
            }
        }
    }

    /** Anything but a message and the one exception is a mistake, also running out of memory. */
    private static void refuseOrRead(byte[] bytes, boolean mustRefuse, long seed) {
        try {
            MessageDecoder.decode("g", bytes);
            assertThat(mustRefuse).as("seed %d", seed).isFalse();
        } catch (WireFormatException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Test
    void anAppendIsCutToWhatALinkCarries() throws Exception {
        List<LogEntry> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.add(MODELS.createLogEntryBuilder()
                    .setIndex(200 + i)
                    .setTerm(3)
                    .setOperation(new byte[1 << 20])
                    .build());
        }

        byte[] bytes = MessageEncoder.encode(append(many));

        assertThat(bytes.length).isLessThan(5 << 20);
        AppendEntriesRequest back = (AppendEntriesRequest) MessageDecoder.decode("g", bytes);
        assertThat(back.getLogEntries()).hasSize(4);
        assertThat(back.getLogEntries().getLast().getIndex()).isEqualTo(203);
    }
}
