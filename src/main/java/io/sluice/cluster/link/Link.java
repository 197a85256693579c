package io.sluice.cluster.link;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.Set;

/**
 * Frames to and from other nodes. Frames of one connection keep their order; any frame may be lost, and one that was
 * accepted may arrive after a reconnect or never. Used on one event loop; handlers run there.
 */
public interface Link {
    /**
     * One run of another node.
     *
     * @param name the node's name
     * @param incarnation drawn at random at its start
     */
    record Peer(String name, long incarnation) {}

    /** Takes frames. */
    @FunctionalInterface
    interface FrameHandler {
        /**
         * A frame arrived.
         *
         * @param from who sent it, as proven at the handshake
         * @param frame its bytes
         */
        void frame(Peer from, Buffer frame);
    }

    /** Takes changes of who can be reached. */
    @FunctionalInterface
    interface PeersHandler {
        /** Somebody was connected, or is no longer. */
        void changed();
    }

    /** Opens links. */
    @FunctionalInterface
    interface Opener {
        /**
         * Opens a link on the current event loop.
         *
         * @param vertx whose loop it is
         * @return done when it listens; fails when the port cannot be had. Others may be connected later or never
         */
        Future<Link> open(Vertx vertx);
    }

    /** This node. */
    Peer self();

    /**
     * Sends to whichever run of a node is connected now. Never blocks.
     *
     * @param name the node's name; not this node's own
     * @param frame its bytes, at most 16 MiB
     * @return false when it was dropped: nobody of that name is connected, or too much waits to be sent there
     */
    boolean send(String name, Buffer frame);

    /** Who is connected now. */
    Set<Peer> connected();

    /** Takes all frames from now on. */
    void onFrame(FrameHandler handler);

    /** Hears of changes of {@link #connected()} from now on. */
    void onPeers(PeersHandler handler);

    /** Closes every connection and stops listening. */
    Future<Void> close();
}
