package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.config.ClusterConfig.ClusterTlsConfig;
import io.sluice.config.ClusterConfig.HostPort;
import io.sluice.config.ClusterConfig.Voter;
import io.sluice.config.NodeConfig.LogFormat;
import io.sluice.config.NodeConfig.SimulatorConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.budget.StoreDown;
import io.sluice.domain.key.Cidr;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NodeConfigTest {
    @Test
    void hasDefaultsForEverything() {
        NodeConfig node = TestFiles.node("").loadNode().value();

        assertThat(node.name()).isNotBlank();
        assertThat(node)
                .isEqualTo(new NodeConfig(
                        node.name(),
                        new HttpConfig("0.0.0.0", 8080, null, List.of(), HttpBounds.DEFAULT),
                        new AdminConfig("127.0.0.1", 8081, null, null, null, SessionConfig.DEFAULT, null),
                        Path.of("data"),
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        Math.max(2, Runtime.getRuntime().availableProcessors()),
                        QueueConfig.DEFAULT,
                        null,
                        StoreConfig.EMBEDDED,
                        JournalConfig.DEFAULT,
                        BudgetConfig.DEFAULT,
                        null,
                        LogFormat.TEXT,
                        ObserveConfig.DEFAULT))
                .isEqualTo(new TestFiles().loadNode().value());
    }

    @Test
    void readsEveryOption() {
        Path dir = TestFiles.everyOption();
        Reading reading = new Reading(ReferenceSource.of(dir, name -> "value-of-" + name));

        Loaded<NodeConfig> loaded = ConfigLoader.loadNode(ConfigFiles.read(dir), reading, NodeOverrides.NONE);

        TlsConfig tls = new TlsConfig(dir.resolve("secrets/tls.crt"), dir.resolve("secrets/tls.key"));
        assertThat(loaded.errors()).isEmpty();
        assertThat(loaded.value())
                .isEqualTo(new NodeConfig(
                        "a",
                        new HttpConfig(
                                "127.0.0.2",
                                9080,
                                tls,
                                List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("::1")),
                                new HttpBounds(
                                        2048,
                                        16_384,
                                        50,
                                        1 << 20,
                                        1L << 30,
                                        2L << 30,
                                        64 << 10,
                                        64,
                                        Duration.ofSeconds(1),
                                        Duration.ofSeconds(2),
                                        256,
                                        Duration.ofSeconds(3),
                                        Duration.ofSeconds(4),
                                        Duration.ofSeconds(5),
                                        5000,
                                        6,
                                        7,
                                        8,
                                        9),
                                new RealtimeConfig(1 << 20, 2 << 20, Duration.ofMinutes(3), Duration.ofMinutes(30))),
                        new AdminConfig(
                                "0.0.0.0",
                                9081,
                                Secret.of("0123456789abcdef-token"),
                                tls,
                                tls.cert(),
                                new SessionConfig(Duration.ofMinutes(10), Duration.ofHours(8)),
                                new OidcConfig(
                                        "https://login.example.com/realms/ops/",
                                        new OidcConfig.Client(
                                                "sluice",
                                                Secret.of("value-of-OIDC_SECRET"),
                                                List.of("openid", "groups")),
                                        List.of("sluice-admin", "sluice"),
                                        List.of(SignatureAlgorithm.ES256, SignatureAlgorithm.EDDSA),
                                        new OidcConfig.Claims(
                                                "email",
                                                "realm_access.roles",
                                                "https://example.com/team",
                                                Map.of(
                                                        "admins", "owner",
                                                        "on call", "operator",
                                                        "/staff", "viewer")),
                                        Duration.ofSeconds(5),
                                        tls.cert())),
                        Path.of("/var/lib/sluice"),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(1),
                        4,
                        new QueueConfig(100, 8 << 20),
                        new ClusterConfig(
                                Secret.of("value-of-CLUSTER_NAME"),
                                new HostPort("0.0.0.0", 6701),
                                6702,
                                6703,
                                new ClusterTlsConfig(tls.cert(), tls.key(), tls.cert()),
                                false,
                                List.of(
                                        new Voter("a", new HostPort("node-a", 6701), 6702),
                                        new Voter("b", new HostPort("10.0.0.2", 5701), 5801),
                                        new Voter("c", new HostPort("2001:db8::3", 5701), 5801)),
                                new HostPort("more-nodes", 5701)),
                        new StoreConfig(
                                StoreConfig.Kind.SERVER,
                                new StoreServer(
                                        "db",
                                        6432,
                                        "sluice",
                                        "ledger",
                                        Secret.of("value-of-DB_PASSWORD"),
                                        StoreServer.Tls.VERIFY_CA,
                                        tls.cert()),
                                new StoreUse(
                                        4,
                                        Duration.ofSeconds(2),
                                        Duration.ofSeconds(3),
                                        StoreUse.StartWithout.NEVER,
                                        Duration.ofHours(36)),
                                new StoreKeep(
                                        Duration.ofDays(30),
                                        Duration.ofDays(2),
                                        Duration.ofDays(60),
                                        Duration.ofDays(900),
                                        Duration.ofDays(90)),
                                List.of(
                                        Secret.of("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
                                        Secret.of("ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=")),
                                new TransitConfig(
                                        "https://vault.example.com:8200",
                                        "kms/transit",
                                        "sluice",
                                        Secret.of("value-of-VAULT_TOKEN"),
                                        "ops",
                                        false,
                                        tls.cert())),
                        new JournalConfig(JournalConfig.Fsync.EACH, 64L << 20, JournalConfig.WhenFull.COUNT),
                        new BudgetConfig(StoreDown.REFUSE, Duration.ofSeconds(3)),
                        new SimulatorConfig(9090, dir.resolve("secrets/script.yaml")),
                        LogFormat.JSON,
                        new ObserveConfig(
                                new MetricsConfig(10, 20, 30, 40, false),
                                new AccessLogConfig(
                                        AccessLogConfig.To.FILE,
                                        Path.of("/var/log/sluice/access.log"),
                                        10 << 20,
                                        Duration.ofHours(6),
                                        5,
                                        50 << 20),
                                new TracingConfig(
                                        "http://collector:4318/v1/traces",
                                        Map.of("x-token", Secret.of("value-of-TRACE_TOKEN")),
                                        0.25,
                                        true,
                                        Duration.ofSeconds(2),
                                        Map.of("deployment.environment", "test")))));
        assertThat(loaded.references())
                .contains(
                        dir.resolve("secrets/tls.crt"),
                        dir.resolve("secrets/token"),
                        dir.resolve("secrets/script.yaml"));
    }

    @Test
    void letsTheCommandLineWin() {
        NodeConfig node = TestFiles.node("http: { port: 1 }\nadmin: { port: 2 }\ndata: x\n")
                .overrides(new NodeOverrides(11, 12, Path.of("y")))
                .loadNode()
                .value();

        assertThat(node.http().port()).isEqualTo(11);
        assertThat(node.admin().port()).isEqualTo(12);
        assertThat(node.data()).isEqualTo(Path.of("y"));
    }

    @Test
    void saysThatTheDirectoryIsMissing(@TempDir Path dir) {
        assertThat(ConfigLoader.loadNode(dir.resolve("nowhere"), NodeOverrides.NONE)
                        .errors())
                .extracting(ConfigError::message)
                .containsExactly("there is no such configuration directory");
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("htp: {}", "1:1: htp: is unknown; did you mean 'http'?"),
                arguments("node: a", "1:1: node: is not a mapping"),
                arguments("node: { name: a b }", "1:9: node.name: 'a b' is not a name"),
                arguments("http: { port: 65536 }", "1:9: http.port: '65536' is outside 0 to 65_535"),
                arguments("http: { host: 'a b' }", "1:9: http.host: 'a b' is not an address or host name"),
                arguments("http: { trusted-proxies: [x] }", "1:27: http.trusted-proxies[0]: 'x' is not an address"),
                arguments("http: { tls: { cert: c.pem } }", "1:9: http.tls.key: is missing"),
                arguments(
                        "http: { realtime: { frame: 2MiB, message: 1MiB } }",
                        "1:34: http.realtime.message: is less than frame"),
                arguments("http: { realtime: { idle: 25h } }", "1:21: http.realtime.idle: '25h' is outside"),
                arguments("http: { bounds: { body: 8MB } }", "1:19: http.bounds.body: '8MB' has an unknown unit"),
                arguments("http: { bounds: { body: 8 k } }", "1:19: http.bounds.body: '8 k' has an unknown unit"),
                arguments("http: { bounds: { body: 2GiB } }", "1:19: http.bounds.body: '2GiB' is outside 1KiB to 1GiB"),
                arguments("http: { bounds: { body-memory: 1MiB } }", "http.bounds.body-memory: is less than body"),
                arguments("http: { bounds: { streams: 0 } }", "http.bounds.streams: '0' is outside 1 to 10_000"),
                arguments("http: { bounds: { keep-alive: 60 } }", "http.bounds.keep-alive: '60' has no unit"),
                arguments("admin: { port: 8080 }", "1:1: admin.port: is the traffic port, 8080, too"),
                arguments(
                        "admin: { host: 0.0.0.0 }", "1:10: admin.host: anyone could reach '0.0.0.0'; set admin.token"),
                arguments("admin: { token: short }", "1:10: admin.token: the secret is shorter than 16 characters"),
                arguments("admin: { token: \"${env:BLANK}\" }", "admin.token: the environment variable BLANK is empty"),
                arguments(
                        oidc("issuer: \"http://idp.example.com\""),
                        "admin.oidc.issuer: 'http://idp.example.com' is not https"),
                arguments(
                        oidc("issuer: \"https://u:p@idp\""),
                        "admin.oidc.issuer: 'https://…@idp' holds user information"),
                arguments(oidc("issuer: \"https://idp?x\""), "admin.oidc.issuer: 'https://idp?x' holds a query"),
                arguments(oidc("client-id: [a]"), "admin.oidc.client-id: is a list"),
                arguments(
                        "admin: { oidc: { client-id: s, roles: { owner: [a] } } }",
                        "1:10: admin.oidc.issuer: is missing"),
                arguments(
                        "admin: { oidc: { issuer: \"https://idp\", roles: { owner: [a] } } }",
                        "1:10: admin.oidc.client-id: is missing"),
                arguments(
                        "admin: { oidc: { issuer: \"https://idp\", client-id: s } }",
                        "1:10: admin.oidc.roles: names nobody"),
                arguments(
                        oidc("roles: { owner: [a], viewer: [b, a] }"),
                        "admin.oidc.roles.viewer[1]: 'a' is under owner"),
                arguments(oidc("roles: { admin: [a], owner: [b] }"), "admin.oidc.roles.admin: is unknown"),
                arguments(oidc("algorithms: [HS256]"), "admin.oidc.algorithms[0]: 'HS256' is not one of RS256"),
                arguments(oidc("algorithms: [none]"), "admin.oidc.algorithms[0]: 'none' is not one of RS256"),
                arguments(oidc("audience: []"), "admin.oidc.audience: is an empty list"),
                arguments(oidc("scopes: [profile]"), "admin.oidc.scopes: is without openid"),
                arguments(oidc("claims: { team: \"a b\" }"), "admin.oidc.claims.team: 'a b' is not 1 to"),
                arguments(oidc("clock-leeway: 1h"), "admin.oidc.clock-leeway: '1h' is outside 0s to 5m"),
                arguments(oidc("ca: gone.pem"), "admin.oidc.ca: the file gone.pem does not exist"),
                arguments("drain: 2h", "1:1: drain: '2h' is outside 0s to 1h"),
                arguments("lanes: 0", "1:1: lanes: '0' is outside 1 to 256"),
                arguments("queue: { requests: -1 }", "1:10: queue.requests: '-1' is outside 0 to 1_000_000"),
                arguments(
                        cluster("members: { a: \"127.0.0.1:5701\" }").replace(NAME + ", ", ""),
                        "cluster.name: is missing"),
                arguments(
                        cluster("members: { a: \"127.0.0.1:5701\" }").replace("${env:CLUSTER}", "${env:SAMPLE}"),
                        "cluster.name: the secret is a sample that everybody knows"),
                arguments(
                        cluster("members: { a: \"127.0.0.1:5701\" }").replace("${env:CLUSTER}", "${env:SHORT}"),
                        "cluster.name: the secret is shorter than 16 characters"),
                arguments(cluster("trusted-network: true"), "cluster: names no node"),
                arguments(
                        cluster("members: { a: \"h:1\" }, trusted-network: true, voters: [a], service: s"),
                        "cluster: has both members and voters"),
                arguments(
                        cluster("members: { a: \"h:1\", b: \"i:1\", c: \"j:1\", d: \"k:1\" }"),
                        "cluster.members: names 4 nodes; 1, 2, 3 or 5 can vote"),
                arguments(cluster("members: { a: \"127.0.0.1\" }"), "'127.0.0.1' is not a host and a port"),
                arguments(cluster("members: { a: \"h:0\" }"), "cluster.members.a.address: 'h:0' is outside 1 to"),
                arguments(cluster("members: { a: { link-port: 9 } }"), "cluster.members.a.address: is missing"),
                arguments(
                        cluster("members: { a: \"127.0.0.1:5701\", b: \"127.0.0.1:5801\" }"),
                        "cluster.members.b: needs 127.0.0.1:5801, which is a's"),
                arguments(cluster("voters: [a]"), "cluster.voters: needs service"),
                arguments(cluster("voters: [a, a], service: s"), "cluster.voters[1]: 'a' stands twice"),
                arguments(
                        cluster("voters: [a], service: \"s:5\""),
                        "cluster.service: 's:5' is not a name without a port"),
                arguments(
                        cluster("bind: \"0.0.0.0:5701\", members: { x: \"h:5701\" }"),
                        "cluster.bind: anyone could reach '0.0.0.0:5701'; set cluster.tls"),
                arguments(
                        "node: { name: a }, " + cluster("bind: \"127.0.0.1:5702\", members: { a: \"127.0.0.1:5701\" }"),
                        "cluster.bind: has port 5702, and the others look for a at 127.0.0.1:5701"),
                arguments(
                        "node: { name: a }, " + cluster("link-port: 9, members: { a: \"127.0.0.1:5701\" }"),
                        "cluster.link-port: is 9, and the others look for a's link at 5801"),
                arguments(
                        cluster("bind: \"127.0.0.1:8080\", members: { x: \"127.0.0.1:5701\" }"),
                        "cluster.bind: is the traffic port, 8080, too"),
                arguments(
                        cluster("bus-port: 5701, members: { x: \"127.0.0.1:5701\" }"),
                        "cluster.bus-port: is the cluster port, 5701, too"),
                arguments(
                        cluster("tls: { cert: c.pem, key: c.pem }, members: { x: \"127.0.0.1:5701\" }"),
                        "cluster.tls.ca: is missing"),
                arguments("simulator: { port: 8080 }", "1:1: simulator.port: is the traffic port, 8080, too"),
                arguments("simulator: { script: gone }", "1:14: simulator.script: the file gone does not exist"),
                arguments("store: { url: \"postgresql://u@h/d\", embedded: true }", "does not go with url"),
                arguments("store: { url: \"postgresql://h/d\" }", "names no user"),
                arguments("store: { url: \"postgresql://u@h\" }", "is not a PostgreSQL URL"),
                arguments("store: { url: \"postgresql://u@h:0/d\" }", "1:10: store.url: 'postgresql://…@h:0/d'"),
                arguments("store: { url: \"postgresql://u@h/d?sslmode=require\" }", "has parameters"),
                arguments("store: { url: \"postgresql://u%ff@h/%00\" }", "control characters"),
                arguments(
                        "store: { url: \"postgresql://u@h/d\", tls: { mode: disable, ca: c.pem } }",
                        "store.tls.ca: does not go with mode: disable"),
                arguments(
                        "store: { transit: { address: \"http://vault\", key: k, token: \"${env:SHORT}\" } }",
                        "store.transit.address: 'http://vault' is not https"),
                arguments(
                        "store: { transit: { address: \"https://vault\", token: \"${env:SHORT}\" } }",
                        "store.transit.key: is missing"),
                arguments(
                        "store: { transit: { address: \"https://vault\", key: a/b, token: \"${env:SHORT}\" } }",
                        "store.transit.key: 'a/b' is not 1 to 40 letters"),
                arguments(
                        "store: { transit: { address: \"https://vault\", key: k } }",
                        "store.transit.token: is missing"),
                arguments(
                        "store: { transit: { address: \"https://vault\", key: k, token: \"${env:SHORT}\", mount: ../x } }",
                        "store.transit.mount: '../x' is not"),
                arguments(
                        "store: { url: \"postgresql://u@h/d\", transit: { address: \"https://vault\", key: k, token: \"${env:SHORT}\","
                                + " seal: false } }",
                        "store.transit.seal: needs store.master-key"),
                arguments("store: { connections: 1 }", "store.connections"),
                arguments("store: { start-without: maybe }", "is not one of snapshot, always, never"),
                arguments("store: { keep: { records: 1h } }", "store.keep.records"),
                arguments("journal: { max-size: 1KiB }", "journal.max-size"),
                arguments("metrics: { models: -1 }", "metrics.models"),
                arguments("access-log: { to: paper }", "access-log.to"),
                arguments("access-log: { max-size: 1KiB }", "access-log.max-size"),
                arguments("tracing: { sample: 0.5 }", "tracing.endpoint: is missing"),
                arguments("tracing: { endpoint: \"ftp://c/v1\" }", "is not the URL of a collector"),
                arguments("tracing: { endpoint: \"http://u:p@c/v1\" }", "secrets under headers"),
                arguments("tracing: { endpoint: \"http://c/v1\", sample: 1.5 }", "is not a share between 0 and 1"),
                arguments("tracing: { endpoint: \"http://c/v1\", headers: { \"a b\": c } }", "is not a header name"),
                arguments("store: { url: \"mysql://x/y\" }", "1:10: store.url: 'mysql://x/y' is not a PostgreSQL URL"),
                arguments("store: { url: \"postgresql://u:p@h/d\" }", "store.url: has a password in it"),
                arguments("log: { format: xml }", "1:8: log.format: 'xml' is not one of text, json"));
    }

    private static final String NAME = "name: \"${env:CLUSTER}\"";

    private static String cluster(String rest) {
        return "cluster: { " + NAME + ", " + rest + " }";
    }

    /** A whole one with something else in it. */
    private static String oidc(String key) {
        String rest = Stream.of("issuer: \"https://idp\"", "client-id: s", "roles: { owner: [a] }")
                .filter(line -> !line.startsWith(key.substring(0, key.indexOf(':') + 1)))
                .collect(Collectors.joining(", "));
        return "admin: { oidc: { " + key + ", " + rest + " } }";
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(String text, String expected) {
        TestFiles files = TestFiles.node(text.startsWith("node: { name: a }, ") ? "{ " + text + " }" : text)
                .variable("BLANK", " \n")
                .variable("CLUSTER", "0123456789abcdef-cluster")
                .variable("SAMPLE", "sample-cluster-name")
                .variable("SHORT", "short")
                .referenced("c.pem", "x");

        assertThat(files.nodeErrors())
                .singleElement()
                .asString()
                .startsWith("node.yaml:1:")
                .contains(expected);
    }
}
