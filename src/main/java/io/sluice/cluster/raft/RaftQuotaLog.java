package io.sluice.cluster.raft;

import io.microraft.MembershipChangeMode;
import io.microraft.Ordered;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.RaftNodeStatus;
import io.microraft.model.message.RaftMessage;
import io.microraft.report.RaftGroupMembers;
import io.microraft.report.RaftNodeReport;
import io.microraft.transport.Transport;
import io.sluice.domain.lease.Answer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** The log by MicroRaft, in memory, all of it on one loop. */
public final class RaftQuotaLog implements QuotaLog {
    /** Operations from one snapshot to the next; the log holds about half as many more. */
    public static final int SNAPSHOT_EVERY = 200;

    /**
     * In the library's time, {@link RaftTime#FACTOR} times as fast: heartbeats each 200 ms, a leader is given up after
     * 800 ms, an election after 200 ms.
     */
    private static final RaftConfig CONFIG = RaftConfig.newBuilder()
            .setLeaderHeartbeatPeriodSecs(1)
            .setLeaderHeartbeatTimeoutSecs(4)
            .setLeaderElectionTimeoutMillis(1000)
            .setCommitCountToTakeSnapshot(SNAPSHOT_EVERY)
            .setMaxPendingLogEntryCount(100)
            .setAppendEntriesRequestBatchSize(100)
            .setRaftNodeReportPublishPeriodSecs(50)
            .setTransferSnapshotsFromFollowersEnabled(false)
            .build();

    private final MemberId self;
    private final Listener listener;
    private final RaftTime time;
    private final RaftNode node;
    private Standing standing;

    /**
     * A member that does not take part yet.
     *
     * @param group the group's identity; messages of another must not be given to {@link #receive}
     * @param self a fresh identity
     * @param initial the members with which the group was founded
     * @param replica what the log is for
     * @param courier carries messages
     * @param listener hears of changes, on the loop
     * @param loop where it runs
     * @param random spreads elections
     */
    public RaftQuotaLog(
            String group,
            MemberId self,
            Collection<MemberId> initial,
            Replica replica,
            Courier courier,
            Listener listener,
            Loop loop,
            Random random) {
        this.self = self;
        this.listener = listener;
        this.time = new RaftTime(loop);
        this.standing = new Standing(
                initial.contains(self) ? Role.FOLLOWER : Role.LEARNER,
                null,
                List.copyOf(initial),
                List.copyOf(initial),
                true);
        this.node = RaftNode.newBuilder()
                .setGroupId(group)
                .setLocalEndpoint(new Endpoint(self))
                .setInitialGroupMembers(
                        initial.stream().<RaftEndpoint>map(Endpoint::new).toList())
                .setConfig(CONFIG)
                .setExecutor(time)
                .setClock(time)
                .setRandom(random)
                .setTransport(new Frames(courier))
                .setStateMachine(new ReplicaMachine(replica))
                .setRaftNodeReportListener(this::reported)
                .build();
    }

    @Override
    public MemberId self() {
        return self;
    }

    @Override
    public void start() {
        node.start();
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public Progress progress() {
        CompletableFuture<Ordered<RaftNodeReport>> report = node.getReport();
        if (!report.isDone() || report.isCompletedExceptionally()) {
            return new Progress(0, Map.of());
        }
        var log = report.resultNow().getResult().getLog();
        return new Progress(
                log.getCommitIndex(),
                log.getFollowerMatchIndices().entrySet().stream()
                        .collect(Collectors.toMap(entry -> Endpoint.member(entry.getKey()), Map.Entry::getValue)));
    }

    @Override
    public Future<List<Answer>> propose(byte[] operation) {
        return future(node.<List<Answer>>replicate(operation)).map(Ordered::getResult);
    }

    @Override
    public Future<Void> change(Change change, MemberId member) {
        MembershipChangeMode mode =
                switch (change) {
                    case ADD -> MembershipChangeMode.ADD_LEARNER;
                    case PROMOTE -> MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER;
                    case REMOVE -> MembershipChangeMode.REMOVE_MEMBER;
                };
        long known = node.getCommittedMembers().getLogIndex();
        return future(node.changeMembership(new Endpoint(member), mode, known)).mapEmpty();
    }

    @Override
    public Future<Void> handOver(MemberId to) {
        return future(node.transferLeadership(new Endpoint(to))).mapEmpty();
    }

    @Override
    public void receive(String name, long incarnation, byte[] message) throws WireFormatException {
        RaftMessage decoded = MessageDecoder.decode(node.getGroupId(), message);
        MemberId sender = Endpoint.member(decoded.getSender());
        boolean honest = sender.name().equals(name) && sender.incarnation() == incarnation;
        if (honest && standing.running()) {
            node.handle(decoded);
        }
    }

    @Override
    public void close() {
        node.terminate();
        time.close();
    }

    private void reported(RaftNodeReport report) {
        RaftEndpoint leader = report.getTerm().getLeaderEndpoint();
        RaftGroupMembers members = report.getEffectiveMembers();
        Standing now = new Standing(
                Role.valueOf(report.getRole().name()),
                leader == null ? null : Endpoint.member(leader),
                members.getMembers().stream().map(Endpoint::member).toList(),
                members.getVotingMembers().stream().map(Endpoint::member).toList(),
                !RaftNodeStatus.isTerminal(report.getStatus()));
        if (!now.equals(standing)) {
            standing = now;
            listener.changed();
        }
    }

    private static <T> Future<T> future(CompletableFuture<T> stage) {
        Promise<T> promise = Promise.promise();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                promise.complete(value);
            } else {
                promise.fail(failure);
            }
        });
        return promise.future();
    }

    /**
     * Messages as bytes.
     *
     * @param courier carries them
     */
    private record Frames(Courier courier) implements Transport {
        @Override
        public void send(RaftEndpoint target, RaftMessage message) {
            courier.send(Endpoint.member(target), MessageEncoder.encode(message));
        }

        @Override
        public boolean isReachable(RaftEndpoint endpoint) {
            return true;
        }
    }
}
