package io.sluice.config;

import io.sluice.config.ConfigFiles.Content;
import io.sluice.domain.pool.GatewayRevision;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Configuration files in memory, with an environment and referenced files of their own. */
final class TestFiles implements ReferenceSource {
    /** A channel, for files that are about something else; its item is in column 3 of lines 2 to 6. */
    static final String CHANNEL = """
            channels:
              - name: c
                type: openai
                base-url: https://api.example.com/v1
                accounts: [{ name: a, key: "${env:KEY}" }]
                models: { m: {}, n: {} }
            """;

    /** A virtual key, for files that are about something else. */
    static final String KEY = """
            keys:
              - { name: k, key: "${env:APP_KEY}" }
            """;

    private final SortedMap<String, Content> files = new TreeMap<>();
    private final Map<String, String> environment = new HashMap<>(Map.of("KEY", "sk-1", "APP_KEY", "0123456789abcdef"));
    private final Map<Path, byte[]> referenced = new HashMap<>();
    private NodeOverrides overrides = NodeOverrides.NONE;
    private List<StoredEntry> stored = List.of();

    static TestFiles gateway(String text) {
        return new TestFiles().with("gateway.yaml", text);
    }

    static TestFiles node(String text) {
        return new TestFiles().with("node.yaml", text);
    }

    /** The files that set every option. */
    static Path everyOption() {
        try {
            return Path.of(TestFiles.class.getResource("/config/every-option").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    TestFiles with(String name, String text) {
        files.put(name, Content.of(text));
        return this;
    }

    TestFiles with(String name, byte[] bytes) {
        files.put(name, new Content(bytes, null));
        return this;
    }

    TestFiles variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    TestFiles referenced(String name, String text) {
        referenced.put(Path.of(name), text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    TestFiles stored(StoredEntry... entries) {
        stored = List.of(entries);
        return this;
    }

    TestFiles overrides(NodeOverrides given) {
        overrides = given;
        return this;
    }

    ConfigFiles files() {
        return new ConfigFiles(files);
    }

    Loaded<NodeConfig> loadNode() {
        return ConfigLoader.loadNode(files(), new Reading(this), overrides);
    }

    /** Loads for a node with all defaults and the simulator on 8090. */
    Loaded<GatewayRevision> loadGateway() {
        NodeConfig node = node("simulator: { port: 8090 }").loadNode().value();
        return ConfigLoader.loadGateway(files(), new Reading(this), node, stored);
    }

    GatewayRevision revision() {
        Loaded<GatewayRevision> loaded = loadGateway();
        if (loaded.value() == null) {
            throw new AssertionError(loaded.errors().toString());
        }
        return loaded.value();
    }

    List<String> gatewayErrors() {
        return loadGateway().errors().stream().map(ConfigError::toString).toList();
    }

    List<String> nodeErrors() {
        return loadNode().errors().stream().map(ConfigError::toString).toList();
    }

    @Override
    public @Nullable String environment(String name) {
        return environment.get(name);
    }

    @Override
    public Path path(String written) {
        return Path.of(written);
    }

    @Override
    public byte[] read(Path path, int maxBytes) throws IOException {
        byte[] bytes = referenced.get(path);
        if (bytes == null) {
            throw new IOException("does not exist");
        }
        return bytes;
    }

    @Override
    public boolean isWorldReadable(Path path) {
        return false;
    }
}
