package io.sluice.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes bytes on to a server on loopback, but holds the first ones of each connection back for a random time: a TLS
 * handshake through it is late.
 */
public final class SlowRelay implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final NetServer server;
    private final NetClient client = vertx.createNetClient();
    private final AtomicInteger connections = new AtomicInteger();
    private final Set<NetSocket> open = new HashSet<>();
    private final SplittableRandom random;
    private final long mostMillis;
    private final int target;

    private SlowRelay(int target, Duration atMost, long seed) {
        this.target = target;
        this.mostMillis = atMost.toMillis();
        this.random = new SplittableRandom(seed);
        this.server = TestNode.await(
                vertx.createNetServer().connectHandler(this::accept).listen(0, "127.0.0.1"));
    }

    /**
     * Starts one on a free port.
     *
     * @param target port of the server behind it
     * @param atMost the longest delay
     * @param seed of the delays
     */
    public static SlowRelay to(int target, Duration atMost, long seed) {
        return new SlowRelay(target, atMost, seed);
    }

    private void accept(NetSocket near) {
        connections.incrementAndGet();
        near.pause();
        long delay = 1 + random.nextLong(mostMillis);
        vertx.setTimer(delay, t -> client.connect(target, "127.0.0.1").onSuccess(far -> join(near, far)));
    }

    private void join(NetSocket near, NetSocket far) {
        open.add(near);
        near.closeHandler(v -> open.remove(near));
        near.pipeTo(far);
        far.pipeTo(near);
    }

    /** Its port. */
    public int port() {
        return server.actualPort();
    }

    /** How many connections were made through it. */
    public int connections() {
        return connections.get();
    }

    /** Closes all connections, so that new ones must be made. */
    public void drop() {
        vertx.runOnContext(v -> Set.copyOf(open).forEach(NetSocket::close));
    }

    @Override
    public void close() {
        TestNode.await(vertx.close());
    }
}
