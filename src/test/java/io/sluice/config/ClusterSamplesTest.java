package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ClusterConfig.Voter;
import io.sluice.config.ConfigFiles.Content;
import io.sluice.domain.pool.GatewayRevision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files under {@code cluster/} are read by the program, and name its ports, paths and times. */
class ClusterSamplesTest {
    private static final Path CLUSTER = Path.of("cluster");

    @Test
    void startThreeNodesOfOneClusterOnOneMachine() throws Exception {
        List<NodeConfig> nodes = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            nodes.add(load(directory(CLUSTER.resolve("local/" + name)), name));
        }

        assertThat(nodes).extracting(NodeConfig::name).containsExactly("a", "b", "c");
        assertThat(nodes).extracting(node -> node.http().port()).containsExactly(8080, 8180, 8280);
        assertThat(nodes).extracting(node -> node.admin().port()).containsExactly(8081, 8181, 8281);
        assertThat(nodes).extracting(NodeConfig::data).doesNotHaveDuplicates();
        assertThat(nodes)
                .extracting(node -> cluster(node).voters())
                .containsOnly(cluster(nodes.getFirst()).voters());
        assertThat(nodes).extracting(node -> cluster(node).bind().port()).containsExactly(5701, 5702, 5703);
        for (String balancer : List.of("nginx-three.conf", "haproxy-three.cfg")) {
            assertThat(numbers(Files.readString(CLUSTER.resolve(balancer)), "server [a-z-]* ?127\\.0\\.0\\.1:(\\d+)"))
                    .as(balancer)
                    .containsExactly(8080, 8180, 8280);
        }
    }

    @Test
    void startThreeContainers() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            NodeConfig node = load(directory(CLUSTER.resolve("compose")), name);
            assertThat(cluster(node).voters()).extracting(Voter::name).containsExactly("a", "b", "c");
            assertThat(node.http().port()).isEqualTo(8080);
        }
        Map<?, ?> compose =
                (Map<?, ?>) documents(CLUSTER.resolve("compose.yaml")).getFirst();
        Map<?, ?> services = (Map<?, ?>) compose.get("services");
        for (String name : List.of("a", "b", "c")) {
            Map<?, ?> service = (Map<?, ?>) services.get(name);
            assertThat(service.get("hostname")).isEqualTo(name);
            assertThat(service.get("stop_grace_period")).isEqualTo("60s");
        }
        assertThat(numbers(Files.readString(CLUSTER.resolve("compose/haproxy.cfg")), "server node-. .:(\\d+)"))
                .containsExactly(8080, 8080, 8080);
    }

    @Test
    void startPodsThatFindOneAnother() throws Exception {
        Map<?, ?> map =
                (Map<?, ?>) documents(CLUSTER.resolve("kubernetes/config.yaml")).getFirst();
        TreeMap<String, Content> files = new TreeMap<>();
        ((Map<?, ?>) map.get("data")).forEach((name, text) -> files.put((String) name, Content.of((String) text)));
        NodeConfig voter = load(files, "sluice-1");
        NodeConfig further = load(files, "sluice-node-7d9f-x2x4q");

        assertThat(cluster(voter).voters())
                .extracting(v -> v.name() + " " + v.member() + " " + v.linkPort())
                .containsExactly(
                        "sluice-0 sluice-0.sluice-cluster:5701 5801",
                        "sluice-1 sluice-1.sluice-cluster:5701 5801",
                        "sluice-2 sluice-2.sluice-cluster:5701 5801");
        assertThat(cluster(voter).discovery()).hasToString("sluice-cluster:5701");
        assertThat(cluster(further).bind()).hasToString("10.1.2.3:5701");
        for (String name : List.of("services.yaml", "network.yaml", "voters.yaml", "nodes.yaml")) {
            String text = Files.readString(CLUSTER.resolve("kubernetes").resolve(name));
            assertThat(documents(CLUSTER.resolve("kubernetes").resolve(name))).isNotEmpty();
            assertThat(numbers(text, "[pP]ort: (5[0-9]{3})"))
                    .as(name)
                    .allMatch(List.of(
                            cluster(voter).bind().port(),
                            cluster(voter).linkPort(),
                            cluster(voter).busPort())::contains);
        }
        for (String name : List.of("voters.yaml", "nodes.yaml")) {
            String text = Files.readString(CLUSTER.resolve("kubernetes").resolve(name));
            assertThat(text).contains("path: /health/live", "path: /health/ready", "readOnlyRootFilesystem: true");
            assertThat(numbers(text, "containerPort: (8\\d+)")).containsExactly(8080);
            assertThat(numbers(text, "terminationGracePeriodSeconds: (\\d+)").getFirst())
                    .isGreaterThan((int) voter.drain().toSeconds()
                            + numbers(text, "\"sleep\", \"(\\d+)\"").getFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"start-local", "local/secrets.sh"})
    void areScriptsThatTheShellReads(String script) throws Exception {
        Process shell = new ProcessBuilder("sh", "-n", CLUSTER.resolve(script).toString())
                .inheritIO()
                .start();

        assertThat(shell.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue()).isZero();
        assertThat(Files.isExecutable(CLUSTER.resolve(script))).isTrue();
    }

    private static ClusterConfig cluster(NodeConfig node) {
        ClusterConfig cluster = node.cluster();
        assertThat(cluster).isNotNull();
        return cluster;
    }

    private static TreeMap<String, Content> directory(Path dir) throws IOException {
        TreeMap<String, Content> files = new TreeMap<>();
        for (String name : List.of("node.yaml", "gateway.yaml")) {
            files.put(name, Content.of(Files.readString(dir.resolve(name))));
        }
        return files;
    }

    private static NodeConfig load(TreeMap<String, Content> files, String name) {
        TestFiles source = new TestFiles()
                .referenced("../secrets/cluster", "0123456789abcdef0123456789abcdef")
                .referenced("../secrets/key", "0123456789abcdef-key")
                .variable("SLUICE_CLUSTER", "0123456789abcdef0123456789abcdef")
                .variable("SLUICE_KEY", "0123456789abcdef-key")
                .variable("OPENAI_API_KEY", "sk-1")
                .variable("POD_NAME", name)
                .variable("POD_IP", "10.1.2.3");
        ConfigFiles read = new ConfigFiles(files);
        Loaded<NodeConfig> node = ConfigLoader.loadNode(read, new Reading(source), NodeOverrides.NONE);
        assertThat(node.errors()).isEmpty();
        assertThat(node.warnings())
                .filteredOn(w -> !w.contains("on this machine only"))
                .isEmpty();
        Loaded<GatewayRevision> gateway = ConfigLoader.loadGateway(read, new Reading(source), node.value(), List.of());
        assertThat(gateway.errors()).isEmpty();
        return node.value();
    }

    private static List<Object> documents(Path file) throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        List<Object> documents = new ArrayList<>();
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        new Yaml(new SafeConstructor(strict)).loadAll(text).forEach(documents::add);
        return documents;
    }

    private static List<Integer> numbers(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> Integer.valueOf(match.group(1)))
                .toList();
    }
}
