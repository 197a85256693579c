package io.sluice.config;

import io.sluice.config.ConfigFiles.Content;
import io.sluice.config.Entries.ChannelEntry;
import io.sluice.config.Entries.Entry;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pool.Origins.Origin;
import io.sluice.domain.pool.Origins.OutOfForce;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Files to records: reads everything, then says everything that is wrong at once. Blocks while it reads referenced
 * files; keeps no state; safe on any thread.
 */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * Loads {@code node.yaml}. A missing file means all defaults; a missing directory is an error.
     *
     * @param dir the configuration directory
     * @param overrides what the command line says
     */
    public static Loaded<NodeConfig> loadNode(Path dir, NodeOverrides overrides) {
        if (!Files.isDirectory(dir)) {
            ConfigError missing = new ConfigError(dir.toString(), 0, 0, "", "there is no such configuration directory");
            return new Loaded<>(null, List.of(missing), List.of(), Set.of());
        }
        return loadNode(ConfigFiles.read(dir), new Reading(ReferenceSource.of(dir)), overrides);
    }

    static Loaded<NodeConfig> loadNode(ConfigFiles files, Reading reading, NodeOverrides overrides) {
        Content content = files.node() == null ? Content.of("") : files.node();
        NodeConfig node = NodeReader.read(reading.open(ConfigFiles.NODE, content), overrides);
        reading.finish();
        return loaded(reading, node);
    }

    /**
     * Loads {@code gateway.yaml} and {@code gateway.d}.
     *
     * @param dir the configuration directory
     * @param node the node they are for; null when its file has errors, of which this then knows nothing
     */
    public static Loaded<GatewayRevision> loadGateway(Path dir, @Nullable NodeConfig node) {
        return loadGateway(dir, node, List.of());
    }

    /**
     * The same with stored entries: they are added as far as they go with the files, which alone decide whether there is a
     * revision.
     *
     * @param dir the configuration directory
     * @param node the node they are for; null when its file has errors
     * @param stored all entries that are managed by API
     */
    public static Loaded<GatewayRevision> loadGateway(Path dir, @Nullable NodeConfig node, List<StoredEntry> stored) {
        return loadGateway(ConfigFiles.read(dir), new Reading(ReferenceSource.of(dir)), node, stored);
    }

    /**
     * The same from files that were read before; only what they refer to is read now.
     *
     * @param files the directory's content
     * @param reading gives what they refer to, and takes what is found
     * @param node the node they are for; null when its file has errors
     * @param stored all entries that are managed by API
     */
    static Loaded<GatewayRevision> loadGateway(
            ConfigFiles files, Reading reading, @Nullable NodeConfig node, List<StoredEntry> stored) {
        NodePorts ports = NodePorts.of(node);
        GatewayReader reader = new GatewayReader(ports);
        Map<String, Content> gateway = files.gateway();
        if (gateway.isEmpty()) {
            reading.findings()
                    .error(Place.of(ConfigFiles.GATEWAY), "there is neither gateway.yaml nor a file in gateway.d");
            return loaded(reading, null);
        }
        gateway.forEach((name, content) -> reader.read(reading.open(name, content)));
        reading.finish();
        boolean hasLedger = node == null || node.store().kind() != StoreConfig.Kind.NONE;
        if (reading.isComplete()) {
            new GatewayChecks(reader.entries(), ports, hasLedger, reading.findings()).run();
        }
        if (reading.findings().hasErrors()) {
            return loaded(reading, null);
        }
        String ofFiles = id(gateway, reading.substitution().values());
        StoredOverlay overlay = new StoredOverlay(reader.entries(), ports, hasLedger);
        Map<String, StoredEntry> added = overlay.put(stored, reading.findings());
        Origins origins = origins(ofFiles, reader.entries(), added, overlay.outOfForce());
        String id = stored.isEmpty() ? ofFiles : id(ofFiles, stored);
        return loaded(reading, new GatewayAssembler(reader.entries(), ports, reading.findings()).assemble(id, origins));
    }

    private static Origins origins(
            String ofFiles, Entries entries, Map<String, StoredEntry> added, List<OutOfForce> outOfForce) {
        Map<String, Origin> places = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            for (Entry entry : entries.of(kind)) {
                StoredEntry stored = added.get(entry.place().file());
                places.put(Origins.key(kind.word(), entry.name()), origin(entry.place(), stored));
                if (entry instanceof ChannelEntry channel) {
                    channel.accounts()
                            .forEach(account -> places.put(
                                    Origins.key("accounts", entry.name() + "/" + account.name()),
                                    origin(account.place(), stored)));
                }
            }
        }
        return new Origins(ofFiles, places, outOfForce);
    }

    private static Origin origin(Place place, @Nullable StoredEntry stored) {
        return stored == null ? new Origin(place.where(), 0) : new Origin(Origin.STORE, stored.version());
    }

    private static <T> Loaded<T> loaded(Reading reading, @Nullable T value) {
        Findings findings = reading.findings();
        return new Loaded<>(
                findings.hasErrors() ? null : value,
                findings.errors(),
                findings.warnings(),
                reading.substitution().files());
    }

    /** Names one state of the files and of what they refer to: 12 hex digits of a SHA-256 over all of it. */
    private static String id(Map<String, Content> files, Map<String, String> references) {
        return id(digest -> {
            files.forEach((name, content) -> {
                part(digest, name);
                part(digest, content.bytes());
            });
            references.forEach((name, value) -> {
                part(digest, name);
                part(digest, value);
            });
        });
    }

    /** Names one state of the files and the store: also of what is out of force, and of what cannot be opened here. */
    private static String id(String ofFiles, List<StoredEntry> stored) {
        return id(digest -> {
            part(digest, ofFiles);
            stored.stream()
                    .sorted(Comparator.comparing(StoredEntry::kind).thenComparing(StoredEntry::name))
                    .forEach(entry -> {
                        part(digest, entry.file());
                        part(digest, Long.toString(entry.version()));
                        part(digest, entry.document());
                        part(digest, String.valueOf(entry.problem()));
                    });
        });
    }

    private static String id(Consumer<MessageDigest> parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            parts.accept(digest);
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static void part(MessageDigest digest, String text) {
        part(digest, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a part with its length, so that moving text from one part to the next changes the result. */
    private static void part(MessageDigest digest, byte[] bytes) {
        digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) ':');
        digest.update(bytes);
    }
}
