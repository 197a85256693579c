package io.sluice.cluster.raft;

import io.microraft.RaftEndpoint;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.AppendEntriesFailureResponse;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.AppendEntriesSuccessResponse;
import io.microraft.model.message.InstallSnapshotRequest;
import io.microraft.model.message.InstallSnapshotResponse;
import io.microraft.model.message.PreVoteRequest;
import io.microraft.model.message.PreVoteResponse;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.message.TriggerLeaderElectionRequest;
import io.microraft.model.message.VoteRequest;
import io.microraft.model.message.VoteResponse;
import java.util.Collection;
import java.util.List;

/**
 * The bytes of the library's messages: version, kind, sender, term, and what the kind needs. The group they belong to is
 * named by the frame around them.
 */
final class MessageEncoder {
    static final int VERSION = 1;

    static final int APPEND = 1;
    static final int APPEND_OK = 2;
    static final int APPEND_FAILED = 3;
    static final int INSTALL = 4;
    static final int INSTALL_NEXT = 5;
    static final int PRE_VOTE = 6;
    static final int PRE_VOTE_ANSWER = 7;
    static final int VOTE = 8;
    static final int VOTE_ANSWER = 9;
    static final int ELECT_NOW = 10;

    static final int OPERATION = 0;
    static final int MEMBERS = 1;

    /** An append carries no more than this: the rest follows when it was acknowledged. A single entry may be larger. */
    static final int MOST_APPENDED_BYTES = 4 << 20;

    private MessageEncoder() {}

    static byte[] encode(RaftMessage message) {
        return switch (message) {
            case AppendEntriesRequest append -> append(append);
            case AppendEntriesSuccessResponse ok ->
                head(APPEND_OK, ok)
                        .number(ok.getLastLogIndex())
                        .number(ok.getQuerySequenceNumber())
                        .number(ok.getFlowControlSequenceNumber())
                        .toBytes();
            case AppendEntriesFailureResponse failed ->
                head(APPEND_FAILED, failed)
                        .number(failed.getExpectedNextIndex())
                        .number(failed.getQuerySequenceNumber())
                        .number(failed.getFlowControlSequenceNumber())
                        .toBytes();
            case InstallSnapshotRequest install -> install(install);
            case InstallSnapshotResponse next ->
                head(INSTALL_NEXT, next)
                        .number(next.getSnapshotIndex())
                        .number(next.getRequestedSnapshotChunkIndex())
                        .number(next.getQuerySequenceNumber())
                        .number(next.getFlowControlSequenceNumber())
                        .toBytes();
            case PreVoteRequest ask ->
                head(PRE_VOTE, ask)
                        .number(ask.getLastLogTerm())
                        .number(ask.getLastLogIndex())
                        .toBytes();
            case PreVoteResponse answer ->
                head(PRE_VOTE_ANSWER, answer).flag(answer.isGranted()).toBytes();
            case VoteRequest ask ->
                head(VOTE, ask)
                        .number(ask.getLastLogTerm())
                        .number(ask.getLastLogIndex())
                        .flag(ask.isSticky())
                        .toBytes();
            case VoteResponse answer ->
                head(VOTE_ANSWER, answer).flag(answer.isGranted()).toBytes();
            case TriggerLeaderElectionRequest now ->
                head(ELECT_NOW, now)
                        .number(now.getLastLogTerm())
                        .number(now.getLastLogIndex())
                        .toBytes();
            default -> throw new IllegalArgumentException("no message of the library: " + message.getClass());
        };
    }

    private static WireWriter head(int kind, RaftMessage message) {
        return new WireWriter(64)
                .octet(VERSION)
                .octet(kind)
                .member(Endpoint.member(message.getSender()))
                .number(message.getTerm());
    }

    private static byte[] append(AppendEntriesRequest append) {
        List<LogEntry> entries = append.getLogEntries();
        int count = fitting(entries);
        WireWriter writer = head(APPEND, append)
                .number(append.getPreviousLogTerm())
                .number(append.getPreviousLogIndex())
                .number(append.getCommitIndex())
                .number(append.getQuerySequenceNumber())
                .number(append.getFlowControlSequenceNumber())
                .number(count);
        entries.subList(0, count).forEach(entry -> entry(writer, entry));
        return writer.toBytes();
    }

    private static int fitting(List<LogEntry> entries) {
        long bytes = 0;
        for (int i = 0; i < entries.size(); i++) {
            bytes += entries.get(i).getOperation() instanceof byte[] operation ? operation.length : 0;
            if (bytes > MOST_APPENDED_BYTES && i > 0) {
                return i;
            }
        }
        return entries.size();
    }

    private static void entry(WireWriter writer, LogEntry entry) {
        writer.number(entry.getIndex()).number(entry.getTerm());
        switch (entry.getOperation()) {
            case byte[] operation -> writer.octet(OPERATION).bytes(operation);
            case UpdateRaftGroupMembersOp members -> {
                writer.octet(MEMBERS).octet(members.getMode().ordinal()).member(Endpoint.member(members.getEndpoint()));
                endpoints(writer, members.getMembers());
                endpoints(writer, members.getVotingMembers());
            }
            default -> throw new IllegalArgumentException("no operation: " + entry);
        }
    }

    private static byte[] install(InstallSnapshotRequest install) {
        SnapshotChunk chunk = install.getSnapshotChunk();
        WireWriter writer = head(INSTALL, install)
                .flag(install.isSenderLeader())
                .number(install.getSnapshotTerm())
                .number(install.getSnapshotIndex())
                .number(install.getTotalSnapshotChunkCount())
                .number(install.getQuerySequenceNumber())
                .number(install.getFlowControlSequenceNumber());
        endpoints(writer, install.getSnapshottedMembers());
        view(writer, install.getGroupMembersView());
        writer.flag(chunk != null);
        if (chunk != null) {
            writer.number(chunk.getIndex())
                    .number(chunk.getTerm())
                    .number(chunk.getSnapshotChunkIndex())
                    .number(chunk.getSnapshotChunkCount())
                    .bytes((byte[]) chunk.getOperation());
            view(writer, chunk.getGroupMembersView());
        }
        return writer.toBytes();
    }

    private static void view(WireWriter writer, RaftGroupMembersView view) {
        writer.number(view.getLogIndex());
        endpoints(writer, view.getMembers());
        endpoints(writer, view.getVotingMembers());
    }

    private static void endpoints(WireWriter writer, Collection<RaftEndpoint> endpoints) {
        writer.members(endpoints.stream().map(Endpoint::member).toList());
    }
}
