package io.sluice.config;

import io.sluice.config.ConfigFiles.Content;
import io.sluice.domain.pool.GatewayRevision;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        return loadGateway(ConfigFiles.read(dir), ReferenceSource.of(dir), node);
    }

    /**
     * The same from files that were read before; only what they refer to is read now.
     *
     * @param files the directory's content
     * @param source where references come from
     * @param node the node they are for; null when its file has errors
     */
    static Loaded<GatewayRevision> loadGateway(ConfigFiles files, ReferenceSource source, @Nullable NodeConfig node) {
        return loadGateway(files, new Reading(source), node);
    }

    static Loaded<GatewayRevision> loadGateway(ConfigFiles files, Reading reading, @Nullable NodeConfig node) {
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
        if (reading.isComplete()) {
            boolean hasLedger = node == null || node.store().kind() != StoreConfig.Kind.NONE;
            new GatewayChecks(reader.entries(), ports, hasLedger, reading.findings()).run();
        }
        if (reading.findings().hasErrors()) {
            return loaded(reading, null);
        }
        String id = id(gateway, reading.substitution().values());
        return loaded(reading, new GatewayAssembler(reader.entries(), ports, reading.findings()).assemble(id));
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
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.forEach((name, content) -> {
                part(digest, name.getBytes(StandardCharsets.UTF_8));
                part(digest, content.bytes());
            });
            references.forEach((name, value) -> {
                part(digest, name.getBytes(StandardCharsets.UTF_8));
                part(digest, value.getBytes(StandardCharsets.UTF_8));
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** Adds a part with its length, so that moving text from one part to the next changes the result. */
    private static void part(MessageDigest digest, byte[] bytes) {
        digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) ':');
        digest.update(bytes);
    }
}
