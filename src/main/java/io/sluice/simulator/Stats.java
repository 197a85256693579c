package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.atomic.LongAdder;

/** What the simulator saw of its clients; counted by all event loops. */
final class Stats {
    private final LongAdder connectionsAccepted = new LongAdder();
    private final LongAdder connectionsClosed = new LongAdder();
    private final LongAdder arrived = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder abortedByPeer = new LongAdder();
    private final LongAdder streamsOpened = new LongAdder();
    private final LongAdder streamsClosed = new LongAdder();

    void connectionOpened() {
        connectionsAccepted.increment();
    }

    void connectionClosed() {
        connectionsClosed.increment();
    }

    void arrived() {
        arrived.increment();
    }

    void streamOpened() {
        streamsOpened.increment();
    }

    void streamClosed() {
        streamsClosed.increment();
    }

    /** An exchange has ended. */
    void ended(Ending ending) {
        switch (ending) {
            case COMPLETED -> completed.increment();
            case FAILED -> failed.increment();
            case ABORTED_BY_PEER -> abortedByPeer.increment();
        }
    }

    /** How an exchange ended. */
    enum Ending {
        /** The answer was written to its end, whatever its status. */
        COMPLETED,
        /** A fault cut it off. */
        FAILED,
        /** The client closed the connection or reset the stream first. */
        ABORTED_BY_PEER
    }

    /** The counts, each read once. */
    ObjectNode report() {
        long accepted = connectionsAccepted.sum();
        long opened = streamsOpened.sum();
        long began = arrived.sum();
        long whole = completed.sum();
        long cut = failed.sum();
        long aborted = abortedByPeer.sum();
        return Json.object()
                .put("connectionsAccepted", accepted)
                .put("connectionsOpen", accepted - connectionsClosed.sum())
                .put("arrived", began)
                .put("inFlight", began - whole - cut - aborted)
                .put("openStreams", opened - streamsClosed.sum())
                .put("completed", whole)
                .put("failed", cut)
                .put("abortedByPeer", aborted);
    }
}
