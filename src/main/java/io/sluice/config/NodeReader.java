package io.sluice.config;

import io.sluice.config.NodeConfig.LogFormat;
import io.sluice.config.NodeConfig.SimulatorConfig;
import io.sluice.config.Section.Item;
import io.sluice.domain.Secret;
import io.sluice.domain.key.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code node.yaml}. */
final class NodeReader {
    private static final int HTTP_PORT = 8080;
    private static final int ADMIN_PORT = 8081;
    private static final int SIMULATOR_PORT = 8090;
    private static final int MAX_PORT = 65_535;
    private static final Duration CLUSTER_NOTICE = Duration.ofSeconds(2);
    private static final Duration MAX_NOTICE = Duration.ofMinutes(1);
    private static final Duration MAX_TIMEOUT = Duration.ofHours(1);
    private static final Duration MAX_SESSION = Duration.ofHours(24);
    private static final long MAX_MESSAGE = 256L * 1024 * 1024;
    private static final Duration MIN_TIMEOUT = Duration.ofMillis(10);

    private final Section file;
    private final NodeOverrides overrides;
    private final Findings findings;

    private NodeReader(Section file, NodeOverrides overrides) {
        this.file = file;
        this.overrides = overrides;
        this.findings = file.findings();
    }

    static NodeConfig read(Section file, NodeOverrides overrides) {
        return new NodeReader(file, overrides).read();
    }

    private NodeConfig read() {
        String written = file.section("node").text("name", "name", "host name", Names::name);
        String name = written == null ? hostName() : written;
        HttpConfig http = http(file.section("http"));
        AdminConfig admin = admin(file.section("admin"));
        String data = file.text("data", "directory", "data", NodeReader::path);
        Duration notice = file.optionalDuration("drain-notice", "2s with cluster, else 0s", Duration.ZERO, MAX_NOTICE);
        Duration drain = file.duration("drain", Duration.ofSeconds(30), Duration.ZERO, MAX_TIMEOUT);
        Long lanes = file.optional("lanes", "one a processor, at least 2", 1, 256);
        SimulatorConfig simulator = simulator(file.section("simulator"));
        LogFormat format = file.section("log").word("format", LogFormat.TEXT);
        QueueConfig queue = queue(file.section("queue"));
        ClusterConfig cluster = ClusterReader.read(file.section("cluster"), name);
        StoreConfig store = StoreReader.read(file.section("store"), cluster != null);
        JournalConfig journal = journal(file.section("journal"));
        distinct(http.port(), admin.port(), simulator, cluster);
        return new NodeConfig(
                name,
                http,
                admin,
                overrides.data() != null ? overrides.data() : Path.of(data == null ? "data" : data),
                notice != null ? notice : cluster != null ? CLUSTER_NOTICE : Duration.ZERO,
                drain,
                lanes == null ? Math.max(2, Runtime.getRuntime().availableProcessors()) : lanes.intValue(),
                queue,
                cluster,
                store,
                journal,
                budget(file.section("budget")),
                simulator,
                format,
                ObserveReader.read(file));
    }

    private HttpConfig http(Section http) {
        int port = http.integer("port", HTTP_PORT, 0, MAX_PORT);
        return new HttpConfig(
                host(http, "0.0.0.0"),
                overrides.port() != null ? overrides.port() : port,
                tls(http.section("tls")),
                networks(http),
                BoundsReader.read(http.section("bounds")),
                realtime(http.section("realtime")));
    }

    private static RealtimeConfig realtime(Section realtime) {
        RealtimeConfig standard = RealtimeConfig.DEFAULT;
        RealtimeConfig read = new RealtimeConfig(
                (int) realtime.size("frame", standard.frame(), 1024, MAX_MESSAGE),
                (int) realtime.size("message", standard.message(), 1024, MAX_MESSAGE),
                realtime.duration("idle", standard.idle(), MIN_TIMEOUT, MAX_SESSION),
                realtime.duration("session", standard.session(), MIN_TIMEOUT, MAX_SESSION));
        if (realtime.isPresent() && read.message() < read.frame()) {
            realtime.error("message", "is less than frame: a message is at least one frame");
        }
        return read;
    }

    private AdminConfig admin(Section admin) {
        String host = host(admin, "127.0.0.1");
        int port = admin.integer("port", ADMIN_PORT, 0, MAX_PORT);
        Secret token = admin.secret("token", "none", Names::strongCredential);
        if (!BaseUrls.isLoopback(host) && !admin.has("token")) {
            admin.error("host", "anyone could reach '" + host + "'; set admin.token, or use 127.0.0.1");
        }
        if (admin.isClearText("token")) {
            findings.warning(admin.place("token"), "a secret in clear text; write ${env:NAME} or ${file:path}");
        }
        Section tls = admin.section("tls");
        String authority = tls.text("client-ca", "PEM file", "none", text -> text);
        return new AdminConfig(
                host,
                overrides.adminPort() != null ? overrides.adminPort() : port,
                token,
                tls(tls),
                authority == null ? null : tls.existing(authority, "client-ca"),
                session(admin.section("session")),
                OidcReader.read(admin.section("oidc")));
    }

    private static SessionConfig session(Section session) {
        SessionConfig standard = SessionConfig.DEFAULT;
        SessionConfig read = new SessionConfig(
                session.duration("idle", standard.idle(), Duration.ofMinutes(1), Duration.ofDays(1)),
                session.duration("absolute", standard.absolute(), Duration.ofMinutes(1), Duration.ofDays(30)));
        if (session.isPresent() && read.absolute().compareTo(read.idle()) < 0) {
            session.error("absolute", "is less than idle: nobody would ever be idle for so long");
        }
        return read;
    }

    private static String host(Section section, String fallback) {
        String host = section.text("host", "address", fallback, text -> {
            if (!text.matches("[A-Za-z0-9._:-]{1,253}")) {
                throw new IllegalArgumentException("is not an address or host name");
            }
            return text;
        });
        return host == null ? fallback : host;
    }

    private static @Nullable TlsConfig tls(Section tls) {
        Path cert = tls.pem("cert");
        Path key = tls.pem("key");
        return cert == null || key == null ? null : new TlsConfig(cert, key);
    }

    private List<Cidr> networks(Section http) {
        List<Cidr> networks = new ArrayList<>();
        for (Item item : http.texts("trusted-proxies", "networks", "none")) {
            try {
                networks.add(Cidr.parse(item.text()));
            } catch (IllegalArgumentException e) {
                findings.error(
                        item.place(),
                        item.written() ? String.valueOf(e.getMessage()) : item.shown() + " is not a network");
            }
        }
        return networks;
    }

    private @Nullable SimulatorConfig simulator(Section simulator) {
        int port = simulator.integer("port", SIMULATOR_PORT, 1, MAX_PORT);
        String written = simulator.text("script", "file", "none", text -> text);
        Path script = written == null
                ? null
                : simulator.reading().substitution().existing(written, simulator.place("script"));
        return simulator.isPresent() ? new SimulatorConfig(port, script) : null;
    }

    private static QueueConfig queue(Section queue) {
        QueueConfig standard = QueueConfig.DEFAULT;
        return new QueueConfig(
                queue.integer("requests", standard.requests(), 0, 1_000_000),
                queue.size("memory", standard.bytes(), 0, 64L << 30));
    }

    private static BudgetConfig budget(Section budget) {
        BudgetConfig standard = BudgetConfig.DEFAULT;
        return new BudgetConfig(
                budget.word("when-store-down", standard.whenStoreDown()),
                budget.duration("max-wait", standard.maxWait(), Duration.ZERO, Duration.ofSeconds(30)));
    }

    private static JournalConfig journal(Section journal) {
        JournalConfig standard = JournalConfig.DEFAULT;
        return new JournalConfig(
                journal.word("fsync", standard.fsync()),
                journal.size("max-size", standard.maxBytes(), 4L << 20, 1L << 40),
                journal.word("when-full", standard.whenFull()));
    }

    /** Each port of the node once. Hosts are not looked at: who looks for a port sees the number. */
    private void distinct(int http, int admin, @Nullable SimulatorConfig simulator, @Nullable ClusterConfig cluster) {
        Map<Integer, String> taken = new HashMap<>();
        taken.put(http, "traffic");
        once(taken, admin, "admin", "admin", "port");
        if (simulator != null) {
            once(taken, simulator.port(), "simulator", "simulator", "port");
        }
        if (cluster != null) {
            once(taken, cluster.bind().port(), "cluster", "cluster", "bind");
            once(taken, cluster.linkPort(), "link", "cluster", "link-port");
            once(taken, cluster.busPort(), "bus", "cluster", "bus-port");
        }
    }

    private void once(Map<Integer, String> taken, int port, String what, String section, String key) {
        String other = port == 0 ? null : taken.putIfAbsent(port, what);
        if (other != null) {
            findings.error(file.place(section).at(key), "is the " + other + " port, " + port + ", too");
        }
    }

    private static String path(String text) {
        try {
            return Path.of(text).toString();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is not a path", e);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "node";
        }
    }

    /** The bounds of the traffic port. */
    private static final class BoundsReader {
        private static final HttpBounds STANDARD = HttpBounds.DEFAULT;
        private static final int KIB = 1024;
        private static final int MIB = 1024 * KIB;

        static HttpBounds read(Section bounds) {
            HttpBounds read = new HttpBounds(
                    (int) bounds.size("request-line", STANDARD.requestLine(), 128, MIB),
                    (int) bounds.size("headers", STANDARD.headers(), 512, MIB),
                    bounds.integer("header-fields", STANDARD.headerFields(), 8, 10_000),
                    (int) bounds.size("body", STANDARD.body(), KIB, KIB * (long) MIB),
                    bounds.size("body-memory", STANDARD.bodyMemory(), KIB, KIB * (long) KIB * MIB),
                    bounds.size("upload", STANDARD.upload(), KIB, KIB * (long) KIB * MIB),
                    (int) bounds.size("upload-kept", STANDARD.uploadKept(), KIB, 16 * (long) MIB),
                    bounds.integer("json-depth", STANDARD.jsonDepth(), 8, 1000),
                    bounds.duration("header-timeout", STANDARD.headerTimeout(), MIN_TIMEOUT, MAX_TIMEOUT),
                    bounds.duration("body-idle", STANDARD.bodyIdle(), MIN_TIMEOUT, MAX_TIMEOUT),
                    (int) bounds.size("body-rate", STANDARD.bodyRate(), 0, MIB),
                    bounds.duration("keep-alive", STANDARD.keepAlive(), MIN_TIMEOUT, MAX_TIMEOUT),
                    bounds.duration("write-stall", STANDARD.writeStall(), MIN_TIMEOUT, MAX_TIMEOUT),
                    bounds.duration("ping", STANDARD.ping(), MIN_TIMEOUT, MAX_TIMEOUT),
                    bounds.integer("connections", STANDARD.connections(), 1, 1_000_000),
                    bounds.integer("connections-per-address", STANDARD.connectionsPerAddress(), 1, 1_000_000),
                    bounds.integer("streams", STANDARD.streams(), 1, 10_000),
                    bounds.integer("requests", STANDARD.requests(), 1, 1_000_000),
                    bounds.integer("upstream-queue", STANDARD.upstreamQueue(), 0, 1_000_000));
            if (bounds.has("body-memory") && read.bodyMemory() < read.body()) {
                bounds.error("body-memory", "is less than body: no request could be that large");
            }
            return read;
        }
    }
}
