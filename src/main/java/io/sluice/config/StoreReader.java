package io.sluice.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.Section.Item;
import io.sluice.config.StoreServer.Tls;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.seal.LocalMasterKeys;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code store}. */
final class StoreReader {
    private static final int PORT = 5432;
    private static final int MAX_PORT = 65_535;
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration CENTURY = Duration.ofDays(36_600);
    private static final Pattern URL = Pattern.compile("postgres(?:ql)?://(?:([^@:/?#\\s]+)(?::([^@/?#\\s]*))?@)?"
            + "(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9._-]{1,253}))(?::([0-9]{1,5}))?/([^/?#\\s]+)(\\?\\S*)?");

    private static final Pattern KEY_NAME = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern MOUNT = Pattern.compile("[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*");
    private static final String IN_CLEAR = "a secret in clear text; write ${env:NAME} or ${file:path}";

    private final Section store;

    private StoreReader(Section store) {
        this.store = store;
    }

    /**
     * Reads it. Nodes of a cluster share a server, or have none: each with a database of its own would know a part of the
     * truth.
     */
    static StoreConfig read(Section store, boolean inCluster) {
        return new StoreReader(store).read(inCluster);
    }

    private StoreConfig read(boolean inCluster) {
        Url url = store.value("url", new Option(store.path("url"), "URL", "none", ""), StoreReader::url);
        Secret password = store.secret("password", "none", text -> text);
        StoreServer server = server(url, password, store.section("tls"));
        Boolean written = store.optionalFlag("embedded", "true without `store.url` and `cluster`");
        boolean embedded = written != null ? written : !store.has("url") && !inCluster;
        if (inCluster && !store.has("url") && written == null) {
            store.findings()
                    .warning(
                            store.place(),
                            "there is no ledger without store.url: usage goes to the access log alone (store.embedded: false says that this is meant)");
        }
        StoreUse use = use();
        StoreKeep keep = keep(store.section("keep"));
        if (store.has("url") && embedded) {
            store.error("embedded", "does not go with url; keep one of the two");
        } else if (inCluster && embedded) {
            store.error("embedded", "does not go with a cluster, whose nodes share one database; set store.url");
        }
        List<Secret> masterKeys = masterKeys();
        TransitConfig transit = transit(store.section("transit"));
        if (transit != null && !transit.seals() && masterKeys.isEmpty() && server != null) {
            store.section("transit").error("seal", "needs store.master-key: nothing else could seal");
        }
        if (server != null) {
            return new StoreConfig(StoreConfig.Kind.SERVER, server, use, keep, masterKeys, transit);
        }
        return new StoreConfig(
                embedded ? StoreConfig.Kind.EMBEDDED : StoreConfig.Kind.NONE, null, use, keep, masterKeys, transit);
    }

    private @Nullable StoreServer server(@Nullable Url url, @Nullable Secret written, Section tls) {
        Tls mode = tls.optionalWord("mode", Tls.class, "verify-full, disable on loopback");
        String file = tls.text("ca", "PEM file", "those of the Java runtime", text -> text);
        Path ca = file == null ? null : tls.existing(file, "ca");
        if (url == null) {
            return null;
        }
        if (url.password() != null && written != null) {
            store.error("password", "is in url, too; keep one of the two");
        }
        if (url.password() != null && store.isClearText("url")) {
            store.error(
                    "url",
                    "has a password in it; write it apart, as password: ${env:NAME}, or the whole URL as a reference");
        }
        Secret password = written != null || url.password() == null ? written : Secret.of(url.password());
        StoreServer plain =
                new StoreServer(url.host(), url.port(), url.user(), url.database(), password, Tls.DISABLE, ca);
        Tls chosen = mode != null ? mode : plain.isLoopback() && ca == null ? Tls.DISABLE : Tls.VERIFY_FULL;
        if (chosen == Tls.DISABLE && ca != null) {
            tls.error("ca", "does not go with mode: disable, which checks nothing");
        } else if (chosen == Tls.DISABLE && !plain.isLoopback()) {
            store.findings()
                    .warning(
                            tls.place("mode"),
                            "what is written to the database can be read and changed on its way there");
        }
        return new StoreServer(url.host(), url.port(), url.user(), url.database(), password, chosen, ca);
    }

    /** The newest first. */
    private List<Secret> masterKeys() {
        List<Secret> keys = new ArrayList<>();
        Secret newest = store.secret("master-key", "embedded: the file `data/master.key`", LocalMasterKeys::checked);
        if (newest != null) {
            keys.add(newest);
        }
        if (store.isClearText("master-key")) {
            store.findings().warning(store.place("master-key"), IN_CLEAR);
        }
        List<Item> old = store.texts("old-master-keys", "secrets", "none");
        if (!old.isEmpty() && !store.has("master-key")) {
            store.error("old-master-keys", "goes with master-key, which is missing");
        }
        for (Item item : old) {
            if (item.written()) {
                store.findings().warning(item.place(), IN_CLEAR);
            }
            try {
                keys.add(Secret.of(LocalMasterKeys.checked(item.text())));
            } catch (IllegalArgumentException e) {
                store.findings().error(item.place(), "the secret " + e.getMessage());
            }
        }
        return keys;
    }

    private static @Nullable TransitConfig transit(Section transit) {
        String address = transit.text("address", "URL", Section.REQUIRED, StoreReader::service);
        String key = transit.text("key", "name", Section.REQUIRED, text -> matching(text, KEY_NAME, 40));
        Secret token = transit.secret("token", Section.REQUIRED, StoreReader::headerText);
        String mount = transit.text("mount", "path", "transit", text -> matching(text, MOUNT, 200));
        String namespace = transit.text("namespace", "path", "none", StoreReader::headerText);
        boolean seals = transit.flag("seal", true);
        String file = transit.text("ca", "PEM file", "those of the Java runtime", text -> text);
        Path ca = file == null ? null : transit.existing(file, "ca");
        if (transit.isPresent()) {
            List.of("address", "key", "token").stream()
                    .filter(required -> !transit.has(required))
                    .forEach(required -> transit.error(required, "is missing"));
        }
        if (transit.isClearText("token")) {
            transit.findings().warning(transit.place("token"), IN_CLEAR);
        }
        return address == null || key == null || token == null
                ? null
                : new TransitConfig(address, mount == null ? "transit" : mount, key, token, namespace, seals, ca);
    }

    private static String service(String text) {
        BaseUrl url = BaseUrls.parse(text);
        if (!url.tls() && !BaseUrls.isLoopback(url.host())) {
            throw new IllegalArgumentException("is not https, which it must be unless the server is on this machine");
        }
        return url.toString();
    }

    private static String matching(String text, Pattern form, int longest) {
        if (text.length() > longest || !form.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "is not 1 to " + longest + " letters, digits, _ and -" + (form == MOUNT ? ", with / between" : ""));
        }
        return text;
    }

    /** What a header may hold. */
    private static String headerText(String text) {
        if (text.length() > 4_096 || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("is not visible ASCII");
        }
        return text;
    }

    private StoreUse use() {
        StoreUse standard = StoreUse.DEFAULT;
        return new StoreUse(
                store.integer("connections", standard.connections(), 2, 200),
                store.duration("connect-timeout", standard.connectTimeout(), Duration.ofMillis(100), LONGEST),
                store.duration("statement-timeout", standard.statementTimeout(), Duration.ofMillis(100), LONGEST),
                store.word("start-without", standard.startWithout()),
                store.duration(
                        "snapshot-max-age", standard.snapshotMaxAge(), Duration.ofMinutes(1), Duration.ofDays(366)));
    }

    private static StoreKeep keep(Section keep) {
        StoreKeep standard = StoreKeep.DEFAULT;
        return new StoreKeep(
                keep.duration("records", standard.records(), DAY, CENTURY),
                keep.duration("minutes", standard.minutes(), DAY, CENTURY),
                keep.duration("hours", standard.hours(), DAY, CENTURY),
                keep.duration("days", standard.days(), DAY, CENTURY),
                keep.duration("audit", standard.audit(), MONTH, CENTURY));
    }

    // --- the URL ---------------------------------------------------------------------------------------------------

    /** Its parts, decoded. */
    private record Url(String user, @Nullable String password, String host, int port, String database) {}

    private static Url url(String text) {
        Matcher parts = URL.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "is not a PostgreSQL URL; write postgresql://user@host:5432/database, the password apart, %40 for @");
        }
        if (parts.group(1) == null) {
            throw new IllegalArgumentException("names no user; write postgresql://user@host:5432/database");
        }
        if (parts.group(7) != null) {
            throw new IllegalArgumentException(
                    "has parameters; write store.tls.mode for sslmode, and leave out others");
        }
        int port = parts.group(5) == null ? PORT : (int) Scalars.within(Scalars.integer(parts.group(5)), 1, MAX_PORT);
        return new Url(
                decoded(parts.group(1)),
                parts.group(2) == null ? null : decoded(parts.group(2)),
                parts.group(3) != null ? parts.group(3) : parts.group(4),
                port,
                decoded(parts.group(6)));
    }

    private static String decoded(String text) {
        String plain = URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
        if (plain.isEmpty() || plain.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("has an empty part, or one with control characters");
        }
        return plain;
    }
}
