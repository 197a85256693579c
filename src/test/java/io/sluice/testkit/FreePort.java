package io.sluice.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for listeners that start later, or again. They lie below those that systems give to outgoing connections: a port
 * that the system itself picked may be in use by such a connection, of this very test, when the listener starts. Each of the
 * processes in which a build tests at the same time has its own part of them.
 */
public final class FreePort {
    private static final int PARTS = 4;
    private static final int PART = 21_000 / PARTS;
    private static final int FIRST = 10_000 + Integer.getInteger("sluice.test.fork", 0) % PARTS * PART;
    private static final int TRIES = 200;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    /** A port on which nobody listens, and another one each time. */
    public static int next() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, FIRST + PART);
            if (isFree(port) && GIVEN.add(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port");
    }

    /** Whether nobody listens on it, on loopback or everywhere. */
    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
