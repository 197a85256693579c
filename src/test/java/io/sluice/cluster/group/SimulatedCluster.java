package io.sluice.cluster.group;

import io.sluice.cluster.link.Link;
import io.sluice.cluster.raft.QuotaLog;
import io.sluice.domain.lease.Answer;
import io.sluice.domain.lease.ClientId;
import io.sluice.domain.lease.Renewal;
import io.sluice.domain.lease.ScopeDefinition;
import io.sluice.domain.lease.ScopeStatement;
import io.sluice.domain.lease.Units;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.GroupStatus;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Nodes of a cluster in one thread: real log, real group, simulated time and network. Each node renews all the time. */
final class SimulatedCluster {
    static final String SCOPE = "account/one";
    static final long LIMIT = 1L << 30;
    static final Duration WINDOW = Duration.ofHours(1);
    private static final long RENEW_NANOS = 50_000_000;

    final VirtualTime time = new VirtualTime();
    final Random random;
    final SimulatedNet net;
    final List<String> names;
    final Map<String, Node> nodes = new LinkedHashMap<>();
    final Map<String, GroupRecord> disks = new HashMap<>();
    final Audit audit = new Audit();
    private long incarnations;

    SimulatedCluster(long seed, String... names) {
        this.random = new Random(seed);
        this.net = new SimulatedNet(time, random);
        this.names = List.of(names);
    }

    /** Starts a node, also one that votes nowhere. */
    Node start(String name) {
        Node node = new Node(name);
        nodes.put(name, node);
        return node;
    }

    void startAll() {
        names.forEach(this::start);
    }

    void kill(String name) {
        Node node = nodes.remove(name);
        if (node != null) {
            node.loop.kill();
            net.remove(node.self);
        }
    }

    Node node(String name) {
        return nodes.get(name);
    }

    /** The node that leads and was answered lately; null for none. */
    @Nullable
    Node leader() {
        return nodes.values().stream()
                .filter(node -> node.group.counters().isPresent() && node.isLiving())
                .findFirst()
                .orElse(null);
    }

    boolean allAnswered(Duration within) {
        return nodes.values().stream().allMatch(node -> node.answeredWithin(within));
    }

    Duration until(Duration atMost, BooleanSupplier condition) {
        return time.until(atMost, condition);
    }

    void pass(Duration duration) {
        time.pass(duration);
    }

    /** The group whose leader has just answered a client; null when that leader is gone. */
    private @Nullable GroupId group(ClientId client) {
        return nodes.values().stream()
                .filter(node -> node.leads() && node.replica().group().taken(client) > 0)
                .map(node -> node.groupId())
                .findFirst()
                .orElse(null);
    }

    /** One process. */
    final class Node {
        final Link.Peer self;
        final VirtualTime.ProcessLoop loop;
        final GroupNode group;
        final List<GroupStatus> told = new ArrayList<>();
        ClientId client;
        long sequence;
        long answeredAt = Long.MIN_VALUE / 2;
        int startedOver;
        boolean replaced;

        Node(String name) {
            self = new Link.Peer(name, ++incarnations);
            loop = time.new ProcessLoop(random.nextLong(1L << 50));
            client = freshClient();
            group = new GroupNode(
                    new GroupNode.Setup(
                            loop,
                            net.open(self, loop),
                            names,
                            this::save,
                            disks.getOrDefault(name, GroupRecord.NONE),
                            () -> Instant.ofEpochSecond(1_800_000_000),
                            new Random(random.nextLong())),
                    told::add);
            loop.schedule(RENEW_NANOS, this::renew);
        }

        private Future<Void> save(GroupRecord record) {
            var promise = io.vertx.core.Promise.<Void>promise();
            time.schedule(
                    1_000_000 + random.nextInt(3_000_000),
                    () -> loop.run(() -> {
                        disks.put(self.name(), record);
                        promise.complete();
                    }));
            return promise.future();
        }

        private ClientId freshClient() {
            return new ClientId(self.name(), random.nextLong() | 1);
        }

        /** Each renewal says that one more request was written. */
        private void renew() {
            if (replaced) {
                return;
            }
            sequence++;
            audit.asked(client, sequence);
            ClientId asking = client;
            long number = sequence;
            group.renew(renewal(asking, number)).onSuccess(answer -> answered(asking, number, answer));
        }

        private void answered(ClientId asked, long number, Answer answer) {
            answeredAt = time.nanos();
            switch (answer.status()) {
                case TAKEN -> audit.acknowledged(asked, number, group(asked));
                case START_OVER -> {
                    startedOver++;
                    client = freshClient();
                    sequence = 0;
                }
                case REPLACED -> replaced = true;
            }
            loop.schedule(RENEW_NANOS, this::renew);
        }

        boolean answeredWithin(Duration duration) {
            return time.nanos() - answeredAt <= duration.toNanos();
        }

        boolean isLiving() {
            GroupReplica replica = replica();
            return replica != null && loop.nanos() - replica.appliedAt() < 1_000_000_000L;
        }

        @Nullable
        GroupReplica replica() {
            return group.member() == null ? null : group.member().replica();
        }

        @Nullable
        QuotaLog log() {
            return group.member() == null ? null : group.member().log();
        }

        GroupId groupId() {
            return group.member() == null
                    ? GroupId.NONE
                    : group.member().entry().group();
        }

        int share() {
            return group.member() == null ? 0 : group.member().entry().share();
        }

        /** Whether it leads, and its copy holds everything that was ever committed. */
        boolean leads() {
            return group.member() != null
                    && group.member().leading() != null
                    && group.member().leading().hasCommitted();
        }

        GroupStatus status() {
            return group.status();
        }

        /** Requests that this node's copy counts. */
        long charged() {
            GroupReplica replica = replica();
            return replica == null
                    ? 0
                    : replica.group().counters().stream()
                            .flatMap(scope -> scope.limits().stream())
                            .mapToLong(limit -> limit.charged())
                            .sum();
        }
    }

    static Renewal renewal(ClientId client, long sequence) {
        LimitSet limits = new LimitSet(List.of(new Limit(Dimension.REQUESTS, LIMIT, WINDOW)), 0);
        return new Renewal(
                client,
                sequence,
                "r1",
                sequence == 1 ? List.of(new ScopeDefinition(0, SCOPE, limits)) : List.of(),
                List.of(new ScopeStatement(
                        0, oneRequest(), List.of(), Units.NONE, 0, Units.NONE, 0, List.of(), Units.NONE, null)),
                false);
    }

    private static Units oneRequest() {
        return Units.of(1, 0, 0, 0, 0);
    }
}
