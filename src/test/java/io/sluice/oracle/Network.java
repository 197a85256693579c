package io.sluice.oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Relays between every two nodes, for all that nodes say to one another: members, link and bus. A node finds them because
 * its connections are diverted ({@link NodeFaults}), so that no configuration differs from an operator's.
 */
final class Network implements AutoCloseable {
    private final Line[][] lines;
    private final List<Path> paths = new ArrayList<>();

    /** What one node connects to: a port of another, and the relay before it. */
    private record Path(int from, int to, int port, Relay relay) {}

    /**
     * A network without faults.
     *
     * @param ports of the nodes
     * @param nodes how many
     * @param random of delays
     */
    Network(PortBlock ports, int nodes, SplittableRandom random) {
        lines = new Line[nodes][nodes];
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                lines[from][to] = new Line(random.split());
            }
        }
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                if (from != to) {
                    for (int port : new int[] {ports.member(to), ports.link(to), ports.bus(to)}) {
                        paths.add(new Path(from, to, port, new Relay(port, lines[from][to], lines[to][from])));
                    }
                }
            }
        }
    }

    /** Where a node's connections go instead: {@code port=relay,…}. */
    String diversions(int node) {
        return paths.stream()
                .filter(path -> path.from == node)
                .map(path -> path.port + "=" + path.relay.port())
                .collect(Collectors.joining(","));
    }

    /** Nothing passes between two nodes, silently. */
    void cut(int one, int other) {
        lines[one][other].hold();
        lines[other][one].hold();
    }

    /** Nothing of what one node sends reaches another; the other direction works. */
    void cutOneWay(int from, int to) {
        lines[from][to].hold();
    }

    /** Connections between two nodes are reset, new ones refused. */
    void breakOff(int one, int other) {
        lines[one][other].breakOff();
        lines[other][one].breakOff();
        reset(one, other);
    }

    /** Resets the connections between two nodes once. */
    void reset(int one, int other) {
        paths.stream()
                .filter(path -> path.from == one && path.to == other || path.from == other && path.to == one)
                .forEach(path -> path.relay.resetAll());
    }

    /** Cuts a node off from all others. */
    void isolate(int node) {
        others(node).forEach(other -> cut(node, other));
    }

    /** Everything between all nodes is late by a random time. */
    void delay(Duration atMost) {
        for (Line[] each : lines) {
            for (Line line : each) {
                line.delay(atMost);
            }
        }
    }

    /** Everything passes again; delays stay. */
    void heal() {
        for (Line[] each : lines) {
            for (Line line : each) {
                line.heal();
            }
        }
    }

    /** Bytes that nodes have sent one another. */
    long bytes() {
        long sum = 0;
        for (Line[] each : lines) {
            for (Line line : each) {
                sum += line.bytes();
            }
        }
        return sum;
    }

    private IntStream others(int node) {
        return IntStream.range(0, lines.length).filter(other -> other != node);
    }

    @Override
    public void close() {
        heal();
        paths.forEach(path -> path.relay.close());
    }
}
