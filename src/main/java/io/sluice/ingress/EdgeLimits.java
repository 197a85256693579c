package io.sluice.ingress;

import io.sluice.config.HttpBounds;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all lanes of a node share of its bounds: connections, requests, bytes of bodies. Safe on any thread. */
public final class EdgeLimits {
    private final HttpBounds bounds;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bodyBytes = new AtomicLong();
    private final ConcurrentMap<String, Integer> perAddress = new ConcurrentHashMap<>();
    private volatile boolean recording = true;

    /**
     * Limits of one node.
     *
     * @param bounds the configured bounds
     */
    public EdgeLimits(HttpBounds bounds) {
        this.bounds = bounds;
    }

    /**
     * Takes a place for a connection.
     *
     * @param address the peer; empty when it is exempt from the bound for one address
     * @return whether there was one; then {@link #leaveConnection} gives it back
     */
    boolean enterConnection(String address) {
        if (connections.incrementAndGet() > bounds.connections()) {
            connections.decrementAndGet();
            return false;
        }
        if (!address.isEmpty() && perAddress.merge(address, 1, Integer::sum) > bounds.connectionsPerAddress()) {
            leaveConnection(address);
            return false;
        }
        return true;
    }

    /**
     * Gives a connection's place back.
     *
     * @param address as it was taken
     */
    void leaveConnection(String address) {
        connections.decrementAndGet();
        if (!address.isEmpty()) {
            perAddress.computeIfPresent(address, (a, count) -> count > 1 ? count - 1 : null);
        }
    }

    /** Usage of new requests can be recorded, or not. */
    void recording(boolean now) {
        recording = now;
    }

    /** Whether usage of new requests can be recorded. */
    boolean isRecording() {
        return recording;
    }

    /** Takes a place for a request; {@link #leaveRequest} gives it back. */
    boolean enterRequest() {
        if (requests.incrementAndGet() > bounds.requests()) {
            requests.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Gives a request's place back. */
    void leaveRequest() {
        requests.decrementAndGet();
    }

    /**
     * Takes memory for body bytes; {@link #releaseBody} gives it back.
     *
     * @param bytes how many more
     */
    boolean reserveBody(long bytes) {
        if (bodyBytes.addAndGet(bytes) > bounds.bodyMemory()) {
            bodyBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Gives memory back. */
    void releaseBody(long bytes) {
        bodyBytes.addAndGet(-bytes);
    }
}
