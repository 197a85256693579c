package io.sluice.cluster.link;

import io.sluice.cluster.ClusterTls;
import io.sluice.config.ClusterConfig;
import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A link over TCP. Every node listens, and dials every voter but itself; one connection between two nodes is enough, whoever
 * dialled it. Where both dialled at once, the one dialled by the smaller name stays, on both ends.
 */
public final class TcpLink implements Link, Connection.Events {
    private static final Logger LOG = LoggerFactory.getLogger(TcpLink.class);

    private static final int CONNECT_MILLIS = 1_000;

    private final Peer self;
    private final Vertx vertx;
    private final Incarnations incarnations;
    private final NetServer server;
    private final NetClient client;
    private final Door door;
    private final Map<String, Dial> dials = new HashMap<>();
    private final Map<String, Connection> connections = new HashMap<>();
    private FrameHandler frameHandler = (from, frame) -> {};
    private PeersHandler peersHandler = () -> {};
    private long timer;
    private boolean closed;

    private TcpLink(Vertx vertx, ClusterConfig config, Peer self, String program) {
        this.self = self;
        this.vertx = vertx;
        this.incarnations = new Incarnations(self);
        this.server = vertx.createNetServer(serverOptions(config));
        this.client = vertx.createNetClient(clientOptions(config));
        Identity identity = new Identity(self, program, config.name(), new SecureRandom());
        this.door = new Door(identity, incarnations::objectionTo, this);
        config.voters().stream()
                .filter(voter -> !voter.name().equals(self.name()))
                .forEach(voter -> dials.put(
                        voter.name(),
                        new Dial(voter, vertx, client, identity, () -> connections.containsKey(voter.name()), this)));
    }

    /**
     * How a node opens its link.
     *
     * @param config where to listen, whom to dial, what proves a member
     * @param self this run of this node
     * @param program version of the program, for others' logs
     */
    public static Opener opener(ClusterConfig config, Peer self, String program) {
        return vertx -> new TcpLink(vertx, config, self, program).open();
    }

    private static NetServerOptions serverOptions(ClusterConfig config) {
        NetServerOptions options =
                new NetServerOptions().setHost(config.bind().host()).setPort(config.linkPort());
        ClusterTlsConfig tls = config.tls();
        if (tls != null) {
            ClusterTls.secure(options, tls);
            options.setClientAuth(ClientAuth.REQUIRED);
        }
        return options;
    }

    private static NetClientOptions clientOptions(ClusterConfig config) {
        NetClientOptions options = new NetClientOptions().setConnectTimeout(CONNECT_MILLIS);
        ClusterTlsConfig tls = config.tls();
        if (tls != null) {
            ClusterTls.secure(options, tls);
            options.setHostnameVerificationAlgorithm("HTTPS");
        }
        return options;
    }

    private Future<Link> open() {
        server.connectHandler(door::accept)
                .exceptionHandler(cause -> LOG.warn("a connection to the link failed: {}", Faults.text(cause)));
        return server.listen()
                .<Link>map(listening -> {
                    timer = vertx.setPeriodic(Connection.TICK_MILLIS, tick -> tick());
                    dials.values().forEach(Dial::now);
                    return this;
                })
                .onFailure(cause -> client.close());
    }

    private void tick() {
        List.copyOf(connections.values()).forEach(Connection::tick);
        dials.values().forEach(Dial::tick);
        door.tick();
    }

    @Override
    public Peer self() {
        return self;
    }

    @Override
    public boolean send(String name, Buffer frame) {
        if (frame.length() == 0 || frame.length() > Connection.MAX_FRAME) {
            throw new IllegalArgumentException("a frame of " + frame.length() + " bytes");
        }
        Connection connection = connections.get(name);
        return connection != null && connection.send(frame);
    }

    @Override
    public Set<Peer> connected() {
        return connections.values().stream()
                .map(Connection::peer)
                .filter(Objects::nonNull)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void onFrame(FrameHandler handler) {
        frameHandler = handler;
    }

    @Override
    public void onPeers(PeersHandler handler) {
        peersHandler = handler;
    }

    @Override
    public Future<Void> close() {
        closed = true;
        vertx.cancelTimer(timer);
        dials.values().forEach(Dial::close);
        door.close();
        List.copyOf(connections.values()).forEach(Connection::close);
        return Future.join(server.close(), client.close()).mapEmpty();
    }

    /** Why a peer is not wanted, for both logs; empty when it is. */
    Optional<String> objectionTo(Peer peer) {
        return incarnations.objectionTo(peer);
    }

    @Override
    public void established(Connection connection, Hello hello) {
        Peer peer = hello.peer();
        incarnations.proven(peer);
        Connection before = connections.get(peer.name());
        if (before != null && peer.equals(before.peer()) && !replaces(connection, before, peer)) {
            connection.close();
            return;
        }
        connections.put(peer.name(), connection);
        if (before == null) {
            LOG.info("connected with {} ({}) at {}", peer.name(), hello.program(), connection.address());
        } else {
            before.close();
            if (!peer.equals(before.peer())) {
                LOG.warn(
                        "{} at {} is a newer run than the one at {}, which goes",
                        peer.name(),
                        connection.address(),
                        before.address());
            }
        }
        peersHandler.changed();
    }

    /** Of two connections with one run of a node; both ends come to the same answer. */
    private boolean replaces(Connection fresh, Connection before, Peer peer) {
        if (fresh.dialled() == before.dialled()) {
            return true;
        }
        return fresh.dialled() == self.name().compareTo(peer.name()) < 0;
    }

    @Override
    public void frame(Peer from, Buffer frame) {
        frameHandler.frame(from, frame);
    }

    @Override
    public void closed(Connection connection, Connection.End end) {
        Peer peer = connection.peer();
        if (peer == null) {
            report(connection, end);
        } else if (connections.remove(peer.name(), connection) && !closed) {
            LOG.info(
                    "lost {} at {}{}",
                    peer.name(),
                    connection.address(),
                    end instanceof Connection.End.Silent ? ": it was silent" : "");
            Dial dial = dials.get(peer.name());
            if (dial != null) {
                dial.later();
            }
            peersHandler.changed();
        }
    }

    /** Repeated lines are bounded by the log. */
    private static void report(Connection connection, Connection.End end) {
        switch (end) {
            case Connection.End.Refused(String reason, boolean here)
            when here -> LOG.warn("the node at {} was refused: {}", connection.address(), reason);
            case Connection.End.Refused(String reason, boolean here) ->
                LOG.warn("the node at {} refused this one: {}", connection.address(), reason);
            case Connection.End.Foreign(boolean said)
            when said -> LOG.warn("{} does not speak the link's protocol, or too slowly", connection.address());
            // A probe of the port, or an end before anything was proven.
            case Connection.End.Foreign foreign -> LOG.debug("{} said nothing", connection.address());
            case Connection.End.Gone gone -> LOG.debug("{} left before it had proven itself", connection.address());
            case Connection.End.Silent silent -> LOG.debug("{} was silent", connection.address());
        }
    }
}
