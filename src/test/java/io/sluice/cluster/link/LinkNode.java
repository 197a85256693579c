package io.sluice.cluster.link;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.sluice.config.ClusterConfig.HostPort;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.domain.Secret;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A link on an event loop of its own, used from a test's thread. */
final class LinkNode implements AutoCloseable {
    static final Secret NAME = Secret.of("the name of the cluster");

    final List<String> received = new CopyOnWriteArrayList<>();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Link link;

    private LinkNode(ClusterConfig config, Peer self) {
        Promise<Link> opened = Promise.promise();
        vertx.runOnContext(
                on -> TcpLink.opener(config, self, "1.0.0").open(vertx).onComplete(opened));
        try {
            link = TestNode.await(opened.future());
        } catch (RuntimeException | AssertionError e) {
            TestNode.await(vertx.close());
            throw e;
        }
        call(l -> {
            l.onFrame((from, frame) -> {
                threads.add(Thread.currentThread());
                received.add(from.name() + ":" + frame);
            });
            l.onPeers(() -> threads.add(Thread.currentThread()));
            return true;
        });
    }

    static LinkNode open(String name, long incarnation, Map<String, Integer> ports) {
        return open(config(ports.get(name), ports, NAME, null), new Peer(name, incarnation));
    }

    static LinkNode open(ClusterConfig config, Peer self) {
        return new LinkNode(config, self);
    }

    static ClusterConfig config(int linkPort, Map<String, Integer> ports, Secret name, @Nullable ClusterTlsConfig tls) {
        List<Voter> voters = ports.entrySet().stream()
                .map(e -> new Voter(e.getKey(), new HostPort("127.0.0.1", 1), e.getValue()))
                .toList();
        return new ClusterConfig(name, new HostPort("127.0.0.1", 1), linkPort, 1, tls, false, voters, null);
    }

    boolean send(String name, String frame) {
        return call(l -> l.send(name, Buffer.buffer(frame)));
    }

    Set<Peer> connected() {
        return call(Link::connected);
    }

    boolean knows(String name) {
        return connected().stream().anyMatch(peer -> peer.name().equals(name));
    }

    <T> T call(Function<Link, T> use) {
        Promise<T> answer = Promise.promise();
        vertx.runOnContext(on -> Future.succeededFuture(link).map(use).onComplete(answer));
        return TestNode.await(answer.future());
    }

    @Override
    public void close() {
        Promise<Void> closed = Promise.promise();
        vertx.runOnContext(on -> link.close().onComplete(closed));
        TestNode.await(closed.future());
        TestNode.await(vertx.close());
    }

    /** Ends it as a killed process does: nothing is said but that the connection is over. */
    Future<Void> kill() {
        return vertx.close();
    }
}
