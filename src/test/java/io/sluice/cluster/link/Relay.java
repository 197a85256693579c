package io.sluice.cluster.link;

import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

/** Passes bytes between two nodes, until it is cut: then it swallows them, and neither end is told. */
final class Relay implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final NetClient client = vertx.createNetClient();
    private final NetServer server;
    private final int target;
    private volatile boolean cut;

    private Relay(int target) {
        this.target = target;
        this.server = TestNode.await(
                vertx.createNetServer().connectHandler(this::accept).listen(0, "127.0.0.1"));
    }

    static Relay to(int target) {
        return new Relay(target);
    }

    int port() {
        return server.actualPort();
    }

    void cut(boolean whether) {
        cut = whether;
    }

    private void accept(NetSocket from) {
        from.pause();
        client.connect(target, "127.0.0.1").onFailure(cause -> from.close()).onSuccess(to -> {
            pass(from, to);
            pass(to, from);
            from.resume();
        });
    }

    private void pass(NetSocket from, NetSocket to) {
        from.handler(bytes -> {
                    if (!cut) {
                        to.write(bytes);
                    }
                })
                .closeHandler(gone -> {
                    if (!cut) {
                        to.close();
                    }
                });
    }

    @Override
    public void close() {
        TestNode.await(vertx.close());
    }
}
