package io.sluice.oracle;

import io.sluice.testkit.FreePort;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of a run, below those that the system gives to outgoing connections, so that none is taken between two starts of a
 * node. A node's link is 100 above its member port and its bus 200, as by default.
 *
 * @param base the first port
 */
record PortBlock(int base) {
    private static final int FIRST = 10_000;
    private static final int LAST = 31_000;
    private static final int GROUP = 100;
    private static final int HTTP = 3 * GROUP;
    private static final int ADMIN = HTTP + GROUP / 2;
    private static final int[] USED = {0, GROUP, 2 * GROUP, HTTP, ADMIN};
    private static final int TRIES = 200;

    /** A block in which nobody listens on the ports of so many nodes. */
    static PortBlock free(int nodes) {
        for (int i = 0; i < TRIES; i++) {
            PortBlock block = new PortBlock(ThreadLocalRandom.current().nextInt(FIRST, LAST));
            if (block.isFree(nodes)) {
                return block;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private boolean isFree(int nodes) {
        for (int group : USED) {
            for (int i = 0; i < nodes; i++) {
                if (!FreePort.isFree(base + group + i)) {
                    return false;
                }
            }
        }
        return true;
    }

    int member(int node) {
        return base + node;
    }

    int link(int node) {
        return base + GROUP + node;
    }

    int bus(int node) {
        return base + 2 * GROUP + node;
    }

    int http(int node) {
        return base + HTTP + node;
    }

    int admin(int node) {
        return base + ADMIN + node;
    }
}
