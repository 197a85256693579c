package io.sluice.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The nodes of a run, which find one another as they would anywhere, or which know nothing of one another. */
final class Cluster implements AutoCloseable {
    private static final String NAMES = "abcdefgh";
    private static final Duration RELOAD = Duration.ofSeconds(20);
    private static final String DRAIN = "drain: 10s\n";

    private final List<ClusterNode> nodes = new ArrayList<>();
    private final PortBlock ports;
    private final @Nullable Network network;
    private final @Nullable NodeFaults faults;

    /**
     * How a cluster is made.
     *
     * @param voters nodes whose names vote; without {@code clustered}, so many single nodes
     * @param further nodes that join without a vote
     * @param clustered whether they know one another
     * @param faulty whether connections between them can be cut and their clocks moved
     */
    record Shape(int voters, int further, boolean clustered, boolean faulty) {
        int nodes() {
            return voters + further;
        }
    }

    /**
     * Writes the files of every node; none is started.
     *
     * @param processes of the run
     * @param label before the names of its directories and logs; may be empty
     * @param shape how many nodes of which kind
     * @param gatewayYaml text of everyone's {@code gateway.yaml}
     * @param random of delays in the network
     */
    Cluster(Processes processes, String label, Shape shape, String gatewayYaml, SplittableRandom random) {
        ports = PortBlock.free(shape.nodes());
        faults = shape.faulty ? NodeFaults.compile(processes.directory()) : null;
        network = faults == null ? null : new Network(ports, shape.nodes(), random);
        for (int i = 0; i < shape.nodes(); i++) {
            String name = name(i);
            Map<String, String> environment = faults == null
                    ? Map.of()
                    : faults.environment(label + name, network().diversions(i));
            ClusterNode node = new ClusterNode(
                    name,
                    ports.http(i),
                    ports.admin(i),
                    processes.place(label + name, environment),
                    nodeYaml(shape, i));
            node.writeGateway(gatewayYaml);
            nodes.add(node);
        }
    }

    private static String name(int node) {
        return NAMES.substring(node, node + 1);
    }

    private String nodeYaml(Shape shape, int node) {
        String yaml = "node: { name: " + name(node) + " }\nhttp: { host: 127.0.0.1, port: " + ports.http(node)
                + " }\nadmin: { port: " + ports.admin(node) + " }\n" + DRAIN;
        if (!shape.clustered) {
            return yaml;
        }
        String members = IntStream.range(0, shape.voters)
                .mapToObj(each -> name(each) + ": \"127.0.0.1:" + ports.member(each) + "\"")
                .collect(Collectors.joining(", "));
        return yaml + "cluster:\n  name: oracle-" + ports.base() + "-secret-of-the-run\n  bind: \"127.0.0.1:"
                + ports.member(node) + "\"\n  members: { " + members + " }\n";
    }

    /** All nodes, started or not; the voters first. */
    List<ClusterNode> nodes() {
        return nodes;
    }

    ClusterNode node(int index) {
        return nodes.get(index);
    }

    /** Starts the first nodes together; all are ready when this returns. */
    void start(int count) {
        List<ClusterNode> first = nodes.subList(0, count);
        first.forEach(ClusterNode::start);
        first.forEach(ClusterNode::awaitReady);
    }

    /** Gives every node another {@code gateway.yaml}; all have taken it when this returns. */
    void reload(String gatewayYaml) {
        reload(nodes, gatewayYaml);
    }

    /** Gives some nodes another {@code gateway.yaml}; they have taken it when this returns. */
    static void reload(List<ClusterNode> some, String gatewayYaml) {
        List<String> before = some.stream().map(ClusterNode::revision).toList();
        some.forEach(node -> node.writeGateway(gatewayYaml));
        Await.until(RELOAD, () -> IntStream.range(0, some.size())
                .noneMatch(i -> List.of("", before.get(i)).contains(some.get(i).revision())));
    }

    /** What nodes say to one another; fails when this machine cannot come between them. */
    Network network() {
        if (network == null) {
            throw new IllegalStateException("connections between nodes cannot be diverted here: needs Linux and gcc");
        }
        return network;
    }

    /** Clocks and connections of nodes; null when this machine cannot change them. */
    @Nullable
    NodeFaults faults() {
        return faults;
    }

    /** Index of the node that leads the quota group, as the nodes see it; -1 when nobody says. */
    int leader() {
        for (ClusterNode node : nodes) {
            String leader = leader(node.admin("/admin/v1/quota"));
            for (int i = 0; i < nodes.size(); i++) {
                if (nodes.get(i).name().equals(leader)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static String leader(JsonNode quota) {
        JsonNode leader = quota.findPath("leader");
        return leader.isObject() ? leader.path("name").asText() : leader.asText();
    }

    @Override
    public void close() {
        if (network != null) {
            network.close();
        }
    }
}
