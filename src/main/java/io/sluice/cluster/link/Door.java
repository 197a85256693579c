package io.sluice.cluster.link;

import io.sluice.cluster.link.Handshake.Role;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Takes connections from others until they have proven themselves. A stranger costs little: it may send frames of 1 KiB,
 * lives for two seconds, and is one of {@value #MAX_STRANGERS}, of which the oldest goes when another comes. Used on the
 * link's event loop.
 */
final class Door implements Connection.Events {
    /** Most connections that have not proven themselves. */
    static final int MAX_STRANGERS = 256;

    private final Identity identity;
    private final Function<Link.Peer, Optional<String>> objection;
    private final Connection.Events inside;
    private final Set<Connection> strangers = new LinkedHashSet<>();

    /**
     * Nobody is there yet.
     *
     * @param identity what this node says of itself
     * @param objection why a peer is not wanted; empty when it is
     * @param inside takes over who has proven itself, and hears of the end of everyone
     */
    Door(Identity identity, Function<Link.Peer, Optional<String>> objection, Connection.Events inside) {
        this.identity = identity;
        this.objection = objection;
        this.inside = inside;
    }

    /** Somebody connected. */
    void accept(NetSocket socket) {
        if (strangers.size() >= MAX_STRANGERS) {
            strangers.iterator().next().close();
        }
        strangers.add(new Connection(socket, identity.handshake(Role.LISTENER, objection), this));
    }

    /** Closes who takes too long. */
    void tick() {
        List.copyOf(strangers).forEach(Connection::tick);
    }

    /** Closes everyone who has not proven itself. */
    void close() {
        List.copyOf(strangers).forEach(Connection::close);
    }

    @Override
    public void established(Connection connection, Hello hello) {
        strangers.remove(connection);
        inside.established(connection, hello);
    }

    @Override
    public void frame(Link.Peer from, Buffer frame) {
        inside.frame(from, frame);
    }

    @Override
    public void closed(Connection connection, Connection.End end) {
        strangers.remove(connection);
        inside.closed(connection, end);
    }
}
