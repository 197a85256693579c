package io.sluice.config;

import io.sluice.config.ConfigFiles.Content;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.GatewayRevision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the files would say if one of them said something else. Nothing is written. Secrets that files refer to are not looked
 * at: a name stands in the place of each, before and after, so that nobody can have them shown by naming them somewhere else.
 */
public final class ConfigTrial {
    private static final Pattern FILE =
            Pattern.compile("gateway\\.yaml|gateway\\.d/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\\.ya?ml");
    private static final Pattern HARMLESS =
            Pattern.compile("[0-9]{1,9}|true|false|https?://[A-Za-z0-9.:-]{1,100}(/[A-Za-z0-9._-]{0,20}){0,4}");
    private static final String PEM = "-----BEGIN ";

    private ConfigTrial() {}

    /**
     * What came of it.
     *
     * @param before what the files say now; null when they have errors
     * @param after what they would say
     */
    public record Outcome(@Nullable GatewayRevision before, Loaded<GatewayRevision> after) {}

    /** Whether a file may be tried: {@code gateway.yaml}, or one of {@code gateway.d}. */
    public static boolean isFile(String name) {
        return FILE.matcher(name).matches();
    }

    /**
     * Tries a text. Blocks.
     *
     * @param dir the configuration directory
     * @param node the node's own settings
     * @param stored all entries that are managed by API
     * @param file whose place it takes; it need not be there
     * @param text YAML
     */
    public static Outcome of(Path dir, NodeConfig node, List<StoredEntry> stored, String file, String text) {
        ConfigFiles now = ConfigFiles.read(dir);
        Set<Path> named = ConfigLoader.loadGateway(now, new Reading(ReferenceSource.of(dir)), node, List.of())
                .references();
        ReferenceSource source = new NamedSource(ReferenceSource.of(dir), named);
        TreeMap<String, Content> changed = new TreeMap<>(now.gateway());
        changed.put(file, Content.of(text));
        return new Outcome(
                ConfigLoader.loadGateway(now, new Reading(source), node, stored).value(),
                ConfigLoader.loadGateway(new ConfigFiles(changed), new Reading(source), node, stored));
    }

    /** Gives names in the place of secrets. */
    private static final class NamedSource implements ReferenceSource {
        private final ReferenceSource real;
        private final Set<Path> named;

        NamedSource(ReferenceSource real, Set<Path> named) {
            this.real = real;
            this.named = named;
        }

        @Override
        public @Nullable String environment(String name) {
            String value = real.environment(name);
            return value == null || value.isBlank() || HARMLESS.matcher(value).matches()
                    ? value
                    : nameOf("env:" + name);
        }

        @Override
        public Path path(String written) {
            return real.path(written);
        }

        @Override
        public byte[] read(Path path, int maxBytes) throws IOException {
            if (!named.contains(path)) {
                throw new IOException("is not read in a trial, for no file in force names it");
            }
            byte[] bytes = real.read(path, maxBytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (text.isBlank() || text.startsWith(PEM)) {
                return bytes;
            }
            StringBuilder names = new StringBuilder();
            String[] lines = text.split("\r\n|\n|\r", -1);
            for (int i = 0; i < lines.length; i++) {
                int comma = lines[i].indexOf(',');
                boolean says = !lines[i].isBlank() && !lines[i].startsWith("#");
                names.append(says ? nameOf(path + ":" + i) : "")
                        .append(says && comma >= 0 ? lines[i].substring(comma) : "")
                        .append(i < lines.length - 1 ? "\n" : "");
            }
            return names.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public boolean isWorldReadable(Path path) {
            return false;
        }

        private static String nameOf(String what) {
            return "ref-" + HexFormat.of().formatHex(Secret.sha256(what), 0, 16);
        }
    }
}
