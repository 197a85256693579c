package io.sluice.cluster.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.spi.exception.TargetNotMemberException;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.cluster.member.MemberNode.Heard;
import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.lease.GroupFormatException;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.Address;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Heartbeat;
import io.sluice.message.PoolAction;
import io.sluice.message.PoolActionResult;
import io.sluice.message.QuotaCounters;
import io.sluice.message.RevisionChanged;
import io.sluice.message.ShowQuota;
import io.sluice.testkit.Await;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.LogLines;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real members in one process; two of them, a and b, stay for all tests. */
class MemberVerticleTest {
    private static final Map<String, Integer> PORTS =
            Map.of("a", FreePort.next(), "b", FreePort.next(), "c", FreePort.next());
    private static final GatewayRevision ONE = revision("000000000001");
    private static final GatewayRevision TWO = revision("000000000002");
    private static final AtomicBoolean ran = new AtomicBoolean();

    private static MemberNode a;
    private static MemberNode b;
    private static Heard heardA;
    private static Heard heardB;

    private static GatewayRevision revision(String id) {
        return new RevisionBuilder()
                .id(id)
                .channel("c", channel -> channel.accounts("x", "y").serves("m"))
                .key("app", "sk-test-0123456789abcdef")
                .build();
    }

    @BeforeAll
    static void start() {
        a = MemberNode.start("a", 1, PORTS);
        b = MemberNode.start("b", 2, PORTS);
        heardA = a.enter(ONE);
        heardB = b.enter(ONE);
        Await.until(() -> heardA.members().size() == 2 && heardB.members().size() == 2);
    }

    @AfterAll
    static void stop() {
        b.close();
        a.close();
    }

    @Test
    void everyoneSeesEveryone() {
        assertThat(heardA.members()).isEqualTo(Map.of("a", ONE.id(), "b", ONE.id()));
        assertThat(heardB.members()).isEqualTo(heardA.members());
        assertThat(heardB.views.getLast().members())
                .satisfiesExactly(
                        first -> {
                            assertThat(first.address()).isEqualTo("127.0.0.1:" + PORTS.get("a"));
                            assertThat(first.incarnation()).isEqualTo("1");
                            assertThat(first.version()).isEqualTo("1.0.0");
                            assertThat(first.voter()).isTrue();
                            assertThat(first.self()).isFalse();
                        },
                        second -> assertThat(second.self()).isTrue());
    }

    @Test
    void driftAppearsEverywhereAndGoes() {
        try (LogLines log = LogLines.of(MemberVerticle.class)) {
            a.bus().publish(Address.REVISION_CHANGED, new RevisionChanged(TWO));
            Await.until(() -> heardA.drift() && heardB.drift());
            assertThat(heardB.members()).isEqualTo(Map.of("a", TWO.id(), "b", ONE.id()));

            b.bus().publish(Address.REVISION_CHANGED, new RevisionChanged(TWO));
            Await.until(() -> heardA.members().containsValue(TWO.id()) && !heardA.drift() && !heardB.drift());

            assertThat(log.lines().stream().filter(line -> line.contains("revisions differ")))
                    .as("once on each node")
                    .hasSize(2);
            assertThat(log.has("every node has configuration revision " + TWO.id()))
                    .isTrue();
        } finally {
            a.bus().publish(Address.REVISION_CHANGED, new RevisionChanged(ONE));
            b.bus().publish(Address.REVISION_CHANGED, new RevisionChanged(ONE));
            Await.until(() -> !heardA.drift() && heardA.members().containsValue(ONE.id()));
            Await.until(() -> !heardB.drift() && heardB.members().containsValue(ONE.id()));
        }
    }

    @Test
    void whoLeavesOrDiesIsGone() {
        MemberNode c = MemberNode.start("c", 3, PORTS);
        Heard heardC = c.enter(ONE);
        Await.until(() -> heardA.members().containsKey("c") && heardB.members().containsKey("c"));
        assertThat(heardC.members()).hasSize(3);
        c.close();
        Await.until(() -> heardA.members().size() == 2 && heardB.members().size() == 2);
        IMap<String, byte[]> entries = a.hazelcast().getMap(HazelcastSettings.MEMBERS);
        assertThat(entries.keySet()).as("it took its entry with it").hasSize(2);

        MemberNode again = MemberNode.start("c", 4, PORTS);
        again.enter(ONE);
        Await.until(() -> heardA.members().containsKey("c") && heardB.members().containsKey("c"));
        again.hazelcast().getLifecycleService().terminate();
        Await.until(
                Duration.ofSeconds(12),
                () -> heardA.members().size() == 2 && heardB.members().size() == 2);
        again.close();
    }

    @Test
    void twoNodesOfOneNameAreTold() {
        Map<String, Integer> ports = Map.of("a", PORTS.get("a"), "b", PORTS.get("c"));
        try (LogLines log = LogLines.of(MemberVerticle.class);
                MemberNode twin = MemberNode.start("b", 99, ports)) {
            twin.enter(ONE);

            Await.until(() -> log.has("two nodes are named b: the other one is at 127.0.0.1:" + PORTS.get("c"))
                    && log.has("two nodes are named b: the other one is at 127.0.0.1:" + PORTS.get("b")));
        }
        Await.until(() -> heardA.views.getLast().members().size() == 2
                && heardB.views.getLast().members().size() == 2);
    }

    @Test
    void aStrangerOfAnotherClusterNameStaysAlone() {
        Map<String, Integer> ports = Map.of("a", PORTS.get("a"), "c", PORTS.get("c"));
        try (MemberNode stranger =
                MemberNode.start(MemberNode.config("c", ports, Secret.of("another name"), null), new Peer("c", 3))) {
            assertThat(stranger.hazelcast().getCluster().getMembers()).hasSize(1);
            assertThat(a.hazelcast().getCluster().getMembers()).hasSize(2);
        }
    }

    @Test
    void aStockClientFindsNoDoor() {
        ClientConfig client =
                new ClientConfig().setClusterName(a.hazelcast().getConfig().getClusterName());
        client.getNetworkConfig().addAddress("127.0.0.1:" + PORTS.get("a"));
        client.getConnectionStrategyConfig().getConnectionRetryConfig().setClusterConnectTimeoutMillis(1_500);

        assertThatThrownBy(() -> HazelcastClient.newHazelcastClient(client))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Unable to connect to any cluster");
    }

    @Test
    void theSecretIsNotTheNameOnTheWire() {
        assertThat(a.hazelcast().getConfig().getClusterName())
                .doesNotContain(MemberNode.NAME.reveal())
                .matches("[0-9a-f]{32}");
    }

    @Test
    void listensOnLoopbackOnly() throws IOException {
        List<String> listening = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            Files.readAllLines(Path.of("/proc/net", table)).stream()
                    .map(String::trim)
                    .filter(line -> line.contains(" 0A "))
                    .map(line -> line.split("\\s+")[1])
                    .forEach(listening::add);
        }
        for (int port : List.of(PORTS.get("a"), a.config().busPort())) {
            String hex = ":%04X".formatted(port);
            assertThat(listening.stream().filter(address -> address.endsWith(hex)))
                    .isNotEmpty()
                    .allMatch(address -> address.equals("0100007F" + hex)
                            || address.equals("0000000000000000FFFF00000100007F" + hex));
        }
        assertThat(Files.readString(Path.of("/proc/net/udp"), StandardCharsets.US_ASCII))
                .as("no multicast")
                .doesNotContain(":%04X ".formatted(54_327));
    }

    /** Runs code where it is read. */
    private static final class Gadget implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) {
            ran.set(true);
        }
    }

    @Test
    void aClassOfSomebodyElseIsNeverMade() {
        IMap<String, Object> map = a.hazelcast().getMap("gadgets");
        map.set("gadget", new Gadget());

        assertThatThrownBy(() -> b.hazelcast().getMap("gadgets").get("gadget"))
                .isInstanceOf(HazelcastSerializationException.class)
                .hasRootCauseInstanceOf(SecurityException.class);
        assertThat(ran).isFalse();
    }

    /** Members repeat an operation elsewhere when they are told so by an exception: those must pass the filter. */
    @Test
    void exceptionsOfMembersPass() {
        Exception exception = new TargetNotMemberException("moved");
        exception.addSuppressed(new IOException("once", new IllegalStateException("twice")));
        IMap<String, Object> map = a.hazelcast().getMap("exceptions");
        map.set("it", exception);

        assertThat(b.hazelcast().<String, Object>getMap("exceptions").get("it"))
                .isInstanceOfSatisfying(TargetNotMemberException.class, back -> assertThat(back.getSuppressed())
                        .hasSize(1));
    }

    @Test
    void aProvidersWordReachesTheLanesOfOthers() {
        Candidate candidate = ONE.models().get("m").candidates().getFirst();
        UpstreamFailure slow = new UpstreamFailure(
                UpstreamFailure.Kind.RATE_LIMITED, 429, "slow down", null, null, null, Duration.ofSeconds(7));
        IntStream.range(0, 20).forEach(i -> a.bus()
                .publish(Address.ATTEMPT_FINISHED, new AttemptFinished(candidate, slow, true, 1, 1, 1)));

        Await.until(() -> heardB.coolsFor(candidate) > 0);

        assertThat(heardB.coolsFor(candidate))
                .isBetween(
                        Duration.ofSeconds(1).toMillis(), Duration.ofSeconds(8).toMillis());
    }

    /** On another account than other tests use: only a human could take it back, and one does. */
    @Test
    void whatAHumanSaysReachesTheOthersAndWhoComesLater() {
        Candidate candidate = ONE.models().get("m").candidates().getLast();
        try {
            assertThat(act(a, PoolAction.Kind.DISABLE, candidate)).isEqualTo(PoolActionResult.Outcome.DONE);
            Await.until(() -> heardB.standing(candidate) == PoolSnapshot.DISABLED);

            try (MemberNode c = MemberNode.start("c", 5, PORTS)) {
                Heard heardC = c.enter(ONE);

                Await.until(() -> heardC.standing(candidate) == PoolSnapshot.DISABLED);
                assertThat(act(c, PoolAction.Kind.ENABLE, candidate)).isEqualTo(PoolActionResult.Outcome.DONE);
                Await.until(() -> heardA.standing(candidate) == PoolSnapshot.UP);
                Await.until(() -> heardB.standing(candidate) == PoolSnapshot.UP);
            }
        } finally {
            act(a, PoolAction.Kind.ENABLE, candidate);
            Await.until(() -> heardA.members().size() == 2 && heardB.members().size() == 2);
            // Other tests count them.
            Await.until(() -> a.hazelcast().getCluster().getMembers().size() == 2);
        }
    }

    private static PoolActionResult.Outcome act(MemberNode node, PoolAction.Kind kind, Candidate candidate) {
        PoolAction action = new PoolAction(kind, candidate.accountId(), "", "me");
        return TestNode.await(node.bus().request(Address.POOL_ACT, action)).outcome();
    }

    @Test
    void localMessagesStayHere() {
        a.bus().serve(Address.heartbeat(0), Future::succeededFuture);
        Heartbeat beat = new Heartbeat(1);

        assertThat(TestNode.await(a.bus().request(Address.heartbeat(0), beat))).isSameAs(beat);
        assertThat(a.hazelcast().<String, Object>getMultiMap("__vertx.subs").keySet())
                .as("what other nodes are told of")
                .containsOnly(
                        Address.CONFIG_CHANGED.name(),
                        Address.ACCOUNT_HEALTH.name(),
                        Address.CIRCUIT_MOVED.name(),
                        Address.HEALTH_WORDS.name());
    }

    @Test
    void withoutALeaderThereAreNoCounters() {
        assertThat(TestNode.await(b.bus().request(Address.QUOTA_SHOW, new ShowQuota())))
                .isEqualTo(SharedCounters.NONE);
    }

    @Test
    void countersWrittenByOneAreReadByAll() {
        // Each name is as long as a piece may be in all, so that many must be cut apart.
        String padding = "x".repeat(3_000);
        List<ScopeCounters> scopes = IntStream.range(0, 600)
                .mapToObj(i -> new ScopeCounters(i + padding, List.of(), Map.of(), 0, Map.of(), 0, i))
                .toList();
        QuotaCounters counters = new QuotaCounters("a", 42, scopes);
        SharedCounters writer = on(a, context -> new SharedCounters(a.hazelcast(), context, new IdsOnly()));
        SharedCounters reader = on(b, context -> new SharedCounters(b.hazelcast(), context, new IdsOnly()));
        try {
            for (long at = 1; at <= 3; at++) {
                QuotaCounters written = new QuotaCounters("a", at, scopes);
                TestNode.await(writer.write(written));
                assertThat(TestNode.await(reader.read())).isEqualTo(written);
            }
            TestNode.await(writer.write(counters));
            assertThat(TestNode.await(writer.read())).isEqualTo(counters);
            assertThat(a.hazelcast()
                            .<String, byte[]>getMap(HazelcastSettings.COUNTERS)
                            .values())
                    .hasSizeGreaterThan(10)
                    .allMatch(piece -> piece.length <= SharedCounters.MAX_PIECE);
        } finally {
            a.hazelcast().getMap(HazelcastSettings.COUNTERS).clear();
        }
    }

    private static <T> T on(MemberNode node, Function<io.vertx.core.Context, T> make) {
        Promise<T> made = Promise.promise();
        node.vertx().runOnContext(on -> made.complete(make.apply(node.vertx().getOrCreateContext())));
        return TestNode.await(made.future());
    }

    /** A form as small as can be. */
    private static final class IdsOnly implements SharedCounters.Form {
        @Override
        public byte[] encode(List<ScopeCounters> scopes) {
            return String.join(
                            "\n",
                            scopes.stream()
                                    .map(s -> s.id() + " " + s.grantedRequests())
                                    .toList())
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public List<ScopeCounters> decode(byte[] bytes) throws GroupFormatException {
            return new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(" "))
                    .map(f -> new ScopeCounters(f[0], List.of(), Map.of(), 0, Map.of(), 0, Long.parseLong(f[1])))
                    .toList();
        }
    }

    @Test
    void aDamagedPieceIsAnEmptyAnswer() {
        SharedCounters reader = on(b, context -> new SharedCounters(b.hazelcast(), context, new IdsOnly()));
        IMap<String, byte[]> map = a.hazelcast().getMap(HazelcastSettings.COUNTERS);
        try {
            map.set("head", new byte[] {1, 0, 1});

            assertThat(TestNode.await(reader.read())).isEqualTo(SharedCounters.NONE);
        } finally {
            map.clear();
        }
    }

    @Test
    void hazelcastIsClosedUp() {
        HazelcastInstance member = a.hazelcast();

        assertThat(member.getConfig().getJetConfig().isEnabled()).isFalse();
        assertThat(member.getConfig().getAdvancedNetworkConfig().getEndpointConfigs())
                .hasSize(1);
        assertThat(member.getConfig()
                        .getAdvancedNetworkConfig()
                        .getJoin()
                        .getMulticastConfig()
                        .isEnabled())
                .isFalse();
        assertThat(member.getConfig()
                        .getAdvancedNetworkConfig()
                        .getJoin()
                        .getAutoDetectionConfig()
                        .isEnabled())
                .isFalse();
        assertThat(member.getConfig().getManagementCenterConfig().isScriptingEnabled())
                .isFalse();
        assertThat(member.getConfig().getProperty("hazelcast.phone.home.enabled"))
                .isEqualTo("false");
    }
}
