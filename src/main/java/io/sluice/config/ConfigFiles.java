package io.sluice.config;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The content of a configuration directory at one moment: {@code node.yaml}, {@code gateway.yaml} and the files of
 * {@code gateway.d}. Immutable.
 */
public final class ConfigFiles {
    static final String NODE = "node.yaml";
    static final String GATEWAY = "gateway.yaml";
    static final String PARTS = "gateway.d";

    /**
     * A file.
     *
     * @param bytes what it holds; empty when it cannot be read
     * @param problem why it cannot be read; null when it can
     */
    record Content(byte[] bytes, @Nullable String problem) {
        static Content of(String text) {
            return new Content(text.getBytes(StandardCharsets.UTF_8), null);
        }
    }

    private final SortedMap<String, Content> files;

    ConfigFiles(SortedMap<String, Content> files) {
        this.files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /**
     * Reads a directory, links followed. Blocks. A file that cannot be read is kept as that.
     *
     * @param dir the configuration directory
     */
    public static ConfigFiles read(Path dir) {
        SortedMap<String, Content> files = new TreeMap<>();
        for (String name : List.of(NODE, GATEWAY)) {
            if (Files.exists(dir.resolve(name))) {
                files.put(name, content(dir.resolve(name)));
            }
        }
        Path parts = dir.resolve(PARTS);
        if (Files.isDirectory(parts)) {
            try (Stream<Path> list = Files.list(parts)) {
                list.map(path -> path.getFileName().toString())
                        .filter(name -> !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml")))
                        .forEach(name -> files.put(PARTS + "/" + name, content(parts.resolve(name))));
            } catch (IOException e) {
                files.put(PARTS, new Content(new byte[0], "cannot be listed"));
            }
        }
        return new ConfigFiles(files);
    }

    private static Content content(Path path) {
        try {
            return new Content(BoundedFile.read(path, YamlReader.MAX_BYTES), null);
        } catch (IOException e) {
            return new Content(new byte[0], e.getMessage());
        }
    }

    /** The names of all files, relative to the directory. */
    Set<String> names() {
        return files.keySet();
    }

    @Nullable
    Content node() {
        return files.get(NODE);
    }

    /** What routes: {@code gateway.yaml} first, then {@code gateway.d} by name. */
    SortedMap<String, Content> gateway() {
        SortedMap<String, Content> gateway = new TreeMap<>(
                (a, b) -> a.equals(b) ? 0 : a.equals(GATEWAY) ? -1 : b.equals(GATEWAY) ? 1 : a.compareTo(b));
        gateway.putAll(files);
        gateway.remove(NODE);
        return gateway;
    }

    /** All of it as bytes, for {@link #decode}. */
    Buffer encode() {
        Buffer out = Buffer.buffer().appendInt(files.size());
        files.forEach((name, content) -> {
            string(out, name);
            string(out, content.problem() == null ? "" : content.problem());
            out.appendInt(content.bytes().length).appendBytes(content.bytes());
        });
        return out;
    }

    /** The files of {@link #encode}. */
    static ConfigFiles decode(Buffer in) {
        SortedMap<String, Content> files = new TreeMap<>();
        int at = 4;
        for (int left = in.getInt(0); left > 0; left--) {
            String name = string(in, at);
            at += 4 + in.getInt(at);
            String problem = string(in, at);
            at += 4 + in.getInt(at);
            int length = in.getInt(at);
            files.put(name, new Content(in.getBytes(at + 4, at + 4 + length), problem.isEmpty() ? null : problem));
            at += 4 + length;
        }
        return new ConfigFiles(files);
    }

    private static void string(Buffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.appendInt(bytes.length).appendBytes(bytes);
    }

    private static String string(Buffer in, int at) {
        return in.getString(at + 4, at + 4 + in.getInt(at));
    }
}
