package io.sluice.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where {@code ${env:…}}, {@code ${file:…}} and named files come from. */
interface ReferenceSource {
    /** An environment variable; null when it is not set. */
    @Nullable
    String environment(String name);

    /**
     * The file that a text names; relative names count from the configuration directory.
     *
     * @throws InvalidPathException when it cannot be a path
     */
    Path path(String written);

    /**
     * Reads a file.
     *
     * @throws IOException whose message is the end of a sentence that begins with the file's name
     */
    byte[] read(Path path, int maxBytes) throws IOException;

    /** Whether every user of the machine may read a file. */
    boolean isWorldReadable(Path path);

    /**
     * The process environment and the disk.
     *
     * @param configDir what relative names count from
     */
    static ReferenceSource of(Path configDir) {
        return of(configDir, System::getenv);
    }

    /**
     * A given environment and the disk.
     *
     * @param configDir what relative names count from
     * @param environment variable by name; null when it is not set
     */
    static ReferenceSource of(Path configDir, UnaryOperator<@Nullable String> environment) {
        return new ReferenceSource() {
            @Override
            public @Nullable String environment(String name) {
                return environment.apply(name);
            }

            @Override
            public Path path(String written) {
                return configDir.resolve(written).normalize();
            }

            @Override
            public byte[] read(Path path, int maxBytes) throws IOException {
                return BoundedFile.read(path, maxBytes);
            }

            @Override
            public boolean isWorldReadable(Path path) {
                try {
                    return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
                } catch (IOException | UnsupportedOperationException e) {
                    return false;
                }
            }
        };
    }
}
