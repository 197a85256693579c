package io.sluice.cluster.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.RaftMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the library's messages of the bytes of {@link MessageEncoder}. Used for one message. */
final class MessageDecoder {
    /** More than a leader ever sends in one. */
    static final int MOST_ENTRIES = 1024;

    private static final RaftModelFactory MODELS = new DefaultRaftModelFactory();
    private static final MembershipChangeMode[] MODES = MembershipChangeMode.values();

    private final Object group;
    private final WireReader in;

    private MessageDecoder(Object group, byte[] message) {
        this.group = group;
        this.in = new WireReader(message);
    }

    static RaftMessage decode(Object group, byte[] message) throws WireFormatException {
        MessageDecoder decoder = new MessageDecoder(group, message);
        RaftMessage decoded = decoder.message();
        decoder.in.end();
        return decoded;
    }

    private RaftMessage message() throws WireFormatException {
        int version = in.octet();
        if (version != MessageEncoder.VERSION) {
            throw new WireFormatException("a message of version " + version + ", known is " + MessageEncoder.VERSION);
        }
        int kind = in.octet();
        RaftEndpoint sender = new Endpoint(in.member());
        int term = in.small();
        return switch (kind) {
            case MessageEncoder.APPEND -> append(sender, term);
            case MessageEncoder.APPEND_OK ->
                MODELS.createAppendEntriesSuccessResponseBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setLastLogIndex(in.number())
                        .setQuerySequenceNumber(in.number())
                        .setFlowControlSequenceNumber(in.number())
                        .build();
            case MessageEncoder.APPEND_FAILED ->
                MODELS.createAppendEntriesFailureResponseBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setExpectedNextIndex(in.number())
                        .setQuerySequenceNumber(in.number())
                        .setFlowControlSequenceNumber(in.number())
                        .build();
            case MessageEncoder.INSTALL -> install(sender, term);
            case MessageEncoder.INSTALL_NEXT ->
                MODELS.createInstallSnapshotResponseBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setSnapshotIndex(in.number())
                        .setRequestedSnapshotChunkIndex(in.small())
                        .setQuerySequenceNumber(in.number())
                        .setFlowControlSequenceNumber(in.number())
                        .build();
            case MessageEncoder.PRE_VOTE ->
                MODELS.createPreVoteRequestBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setLastLogTerm(in.small())
                        .setLastLogIndex(in.number())
                        .build();
            case MessageEncoder.PRE_VOTE_ANSWER ->
                MODELS.createPreVoteResponseBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setGranted(in.flag())
                        .build();
            case MessageEncoder.VOTE ->
                MODELS.createVoteRequestBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setLastLogTerm(in.small())
                        .setLastLogIndex(in.number())
                        .setSticky(in.flag())
                        .build();
            case MessageEncoder.VOTE_ANSWER ->
                MODELS.createVoteResponseBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setGranted(in.flag())
                        .build();
            case MessageEncoder.ELECT_NOW ->
                MODELS.createTriggerLeaderElectionRequestBuilder()
                        .setGroupId(group)
                        .setSender(sender)
                        .setTerm(term)
                        .setLastLogTerm(in.small())
                        .setLastLogIndex(in.number())
                        .build();
            default -> throw new WireFormatException("a message of unknown kind " + kind);
        };
    }

    private RaftMessage append(RaftEndpoint sender, int term) throws WireFormatException {
        var builder = MODELS.createAppendEntriesRequestBuilder()
                .setGroupId(group)
                .setSender(sender)
                .setTerm(term)
                .setPreviousLogTerm(in.small())
                .setPreviousLogIndex(in.number())
                .setCommitIndex(in.number())
                .setQuerySequenceNumber(in.number())
                .setFlowControlSequenceNumber(in.number());
        int count = in.count(MOST_ENTRIES);
        List<LogEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(MODELS.createLogEntryBuilder()
                    .setIndex(in.number())
                    .setTerm(in.small())
                    .setOperation(operation())
                    .build());
        }
        return builder.setLogEntries(entries).build();
    }

    private Object operation() throws WireFormatException {
        int kind = in.octet();
        return switch (kind) {
            case MessageEncoder.OPERATION -> in.bytes();
            case MessageEncoder.MEMBERS ->
                MODELS.createUpdateRaftGroupMembersOpBuilder()
                        .setMode(mode())
                        .setEndpoint(new Endpoint(in.member()))
                        .setMembers(endpoints())
                        .setVotingMembers(endpoints())
                        .build();
            default -> throw new WireFormatException("an entry of unknown kind " + kind);
        };
    }

    private MembershipChangeMode mode() throws WireFormatException {
        int mode = in.octet();
        if (mode >= MODES.length) {
            throw new WireFormatException("an unknown change of members: " + mode);
        }
        return MODES[mode];
    }

    private RaftMessage install(RaftEndpoint sender, int term) throws WireFormatException {
        return MODELS.createInstallSnapshotRequestBuilder()
                .setGroupId(group)
                .setSender(sender)
                .setTerm(term)
                .setSenderLeader(in.flag())
                .setSnapshotTerm(in.small())
                .setSnapshotIndex(in.number())
                .setTotalSnapshotChunkCount(in.small())
                .setQuerySequenceNumber(in.number())
                .setFlowControlSequenceNumber(in.number())
                .setSnapshottedMembers(endpoints())
                .setGroupMembersView(view())
                .setSnapshotChunk(chunk())
                .build();
    }

    private @Nullable SnapshotChunk chunk() throws WireFormatException {
        if (!in.flag()) {
            return null;
        }
        return MODELS.createSnapshotChunkBuilder()
                .setIndex(in.number())
                .setTerm(in.small())
                .setSnapshotChunkIndex(in.small())
                .setSnapshotChunkCount(in.small())
                .setOperation(in.bytes())
                .setGroupMembersView(view())
                .build();
    }

    private RaftGroupMembersView view() throws WireFormatException {
        return MODELS.createRaftGroupMembersViewBuilder()
                .setLogIndex(in.number())
                .setMembers(endpoints())
                .setVotingMembers(endpoints())
                .build();
    }

    private Collection<RaftEndpoint> endpoints() throws WireFormatException {
        Collection<RaftEndpoint> endpoints = new LinkedHashSet<>();
        for (MemberId member : in.members()) {
            endpoints.add(new Endpoint(member));
        }
        return endpoints;
    }
}
