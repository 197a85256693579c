package io.sluice.cluster.link;

import io.sluice.cluster.link.Handshake.Role;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.config.ClusterConfig.HostPort;
import io.sluice.config.ClusterConfig.Voter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one voter connected: dials as long as nobody of its name is, whoever dialled. Its name is resolved anew each time.
 * Used on the link's event loop.
 */
final class Dial implements Connection.Events {
    private static final Logger LOG = LoggerFactory.getLogger(Dial.class);

    /** Longest wait before the next attempt. */
    private static final int LONGEST_MILLIS = 200;

    /** Longest wait after refusals, which do not mend themselves in a moment. */
    private static final int LONGEST_REFUSED_MILLIS = 5_000;

    private static final int MOST_DOUBLINGS = 8;

    private final Voter voter;
    private final Vertx vertx;
    private final NetClient client;
    private final Identity identity;
    private final Function<Peer, Optional<String>> objection;
    private final BooleanSupplier connected;
    private final Connection.Events inside;
    private @Nullable Connection greeting;
    private boolean busy;
    private boolean closed;
    private int refusals;
    private boolean reported;

    /**
     * Dials nobody yet.
     *
     * @param voter whom to reach
     * @param client connects; the link's
     * @param identity what this node says of itself
     * @param connected whether a node of that name is connected
     * @param inside asked for objections; takes over who has proven itself, and hears of the end of everyone
     */
    Dial(Voter voter, Vertx vertx, NetClient client, Identity identity, BooleanSupplier connected, TcpLink inside) {
        this.voter = voter;
        this.vertx = vertx;
        this.client = client;
        this.identity = identity;
        this.connected = connected;
        this.inside = inside;
        this.objection = peer -> inside.objectionTo(peer).or(() -> misplaced(peer));
    }

    private Optional<String> misplaced(Peer peer) {
        return peer.name().equals(voter.name())
                ? Optional.empty()
                : Optional.of("the node there is " + peer.name() + ", not " + voter.name());
    }

    /** Connects now, unless the voter is connected or about to be. */
    void now() {
        if (closed || busy || connected.getAsBoolean()) {
            return;
        }
        busy = true;
        client.connect(voter.linkPort(), voter.member().host())
                .onSuccess(this::greet)
                .onFailure(this::unreachable);
    }

    /** Connects in a moment: spread at random, so that nodes that lost each other at once do not come back at once. */
    void later() {
        if (closed || busy) {
            return;
        }
        busy = true;
        long most = Math.min((long) LONGEST_MILLIS << Math.min(refusals, MOST_DOUBLINGS), LONGEST_REFUSED_MILLIS);
        vertx.setTimer(identity.random().nextLong(most / 4, most), timer -> {
            busy = false;
            now();
        });
    }

    private void greet(NetSocket socket) {
        if (closed) {
            socket.close();
        } else {
            greeting = new Connection(socket, identity.handshake(Role.DIALLER, objection), this);
        }
    }

    private void unreachable(Throwable cause) {
        if (cause instanceof SSLException) {
            refusals++;
        }
        if (!closed && !reported) {
            reported = true;
            HostPort there = new HostPort(voter.member().host(), voter.linkPort());
            LOG.info("{} cannot be reached at {}: {}", voter.name(), there, Faults.text(cause));
        }
        busy = false;
        later();
    }

    /** Gives an attempt up that takes too long. */
    void tick() {
        if (greeting != null) {
            greeting.tick();
        }
    }

    /** Dials no more. */
    void close() {
        closed = true;
        if (greeting != null) {
            greeting.close();
        }
    }

    @Override
    public void established(Connection connection, Hello hello) {
        greeting = null;
        busy = false;
        refusals = 0;
        reported = false;
        inside.established(connection, hello);
    }

    @Override
    public void frame(Peer from, Buffer frame) {
        inside.frame(from, frame);
    }

    @Override
    public void closed(Connection connection, Connection.End end) {
        inside.closed(connection, end);
        if (connection == greeting) {
            greeting = null;
            busy = false;
            refusals = end instanceof Connection.End.Gone ? refusals : refusals + 1;
        }
        later();
    }
}
