package io.sluice.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reads regular files of bounded size, links followed; never opens anything that could block or never end. */
final class BoundedFile {
    private BoundedFile() {}

    /**
     * Reads a whole file.
     *
     * @param path any path
     * @param maxBytes the most it may hold
     * @throws IOException whose message is the end of a sentence that begins with the file's name
     */
    static byte[] read(Path path, int maxBytes) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new IOException("is a directory");
            }
            if (!attributes.isRegularFile()) {
                throw new IOException("is not a regular file");
            }
            try (InputStream in = Files.newInputStream(path)) {
                byte[] bytes = in.readNBytes(maxBytes + 1);
                if (bytes.length > maxBytes) {
                    throw new IOException("is larger than " + Scalars.showSize(maxBytes));
                }
                return bytes;
            }
        } catch (NoSuchFileException e) {
            throw new IOException("does not exist", e);
        } catch (AccessDeniedException e) {
            throw new IOException("may not be read by this user", e);
        }
    }
}
