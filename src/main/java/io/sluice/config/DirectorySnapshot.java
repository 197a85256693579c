package io.sluice.config;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One look at a configuration directory and at the files it refers to: names, sizes, times and content. Of referenced
 * files only a digest is kept. Two looks are equal when nothing changed between them.
 *
 * @param content the directory's files, as {@link ConfigFiles#encode} writes them
 * @param stamps size, time and, for referenced files, digest, by path
 */
record DirectorySnapshot(Buffer content, SortedMap<String, String> stamps) {
    /** Looks now. Blocks. */
    static DirectorySnapshot take(Path dir, Collection<Path> references) {
        SortedMap<String, String> stamps = new TreeMap<>();
        ConfigFiles files = ConfigFiles.read(dir);
        files.names().forEach(name -> stamps.put(name, stamp(dir.resolve(name))));
        for (Path reference : references) {
            stamps.put(reference.toString(), stamp(reference) + " " + digest(reference));
        }
        return new DirectorySnapshot(files.encode(), stamps);
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.size() + " " + attributes.lastModifiedTime();
        } catch (IOException e) {
            return "unreadable";
        }
    }

    private static String digest(Path file) {
        try {
            byte[] content = BoundedFile.read(file, Substitution.MAX_KEYS_FILE);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** The stamps and the content as bytes, so that any change shows; the files for {@link #decodeFiles}. */
    Buffer encode() {
        StringBuilder text = new StringBuilder();
        stamps.forEach(
                (path, stamp) -> text.append(path).append('\0').append(stamp).append('\0'));
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return Buffer.buffer().appendInt(bytes.length).appendBytes(bytes).appendBuffer(content);
    }

    /** The directory's files of {@link #encode}. */
    static ConfigFiles decodeFiles(Buffer encoded) {
        return ConfigFiles.decode(encoded.slice(4 + encoded.getInt(0), encoded.length()));
    }
}
