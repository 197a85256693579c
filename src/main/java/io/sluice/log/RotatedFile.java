package io.sluice.log;

import io.sluice.config.AccessLogConfig;
import io.sluice.disk.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file that gets a successor when it is large or old. Earlier ones are called after the instant of their end, as in {@code
 * access.log.20261128-154200.000}; the oldest are deleted when they are too many or too much. A file that was moved or deleted
 * by somebody else is made anew. Used by one thread.
 */
public final class RotatedFile implements LineWriter.Target {
    private static final DateTimeFormatter SUFFIX =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss.SSS").withZone(ZoneOffset.UTC);

    private final AccessLogConfig config;
    private final Path path;
    private final InstantSource clock;
    private @Nullable FileChannel channel;
    private @Nullable Object identity;
    private Instant began = Instant.EPOCH;

    /**
     * Opens nothing yet.
     *
     * @param config where it is, and how much is kept
     * @param clock the wall's
     */
    public RotatedFile(AccessLogConfig config, InstantSource clock) {
        this.config = config;
        this.path = config.path().toAbsolutePath();
        this.clock = clock;
    }

    @Override
    public void write(byte[] lines) throws IOException {
        FileChannel open = current();
        if (open.size() > 0 && (open.size() + lines.length > config.maxBytes() || isOld())) {
            close();
            Files.move(path, successor());
            prune();
            open = current();
        }
        ByteBuffer bytes = ByteBuffer.wrap(lines);
        while (bytes.hasRemaining()) {
            open.write(bytes);
        }
    }

    private boolean isOld() {
        return !clock.instant().isBefore(began.plus(config.maxAge()));
    }

    private FileChannel current() throws IOException {
        FileChannel open = channel;
        if (open != null && identity != null && identity.equals(keyOf(path))) {
            return open;
        }
        close();
        Files.createDirectories(path.getParent());
        open = FileChannel.open(
                path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND), PrivateFiles.file(path));
        channel = open;
        identity = keyOf(path);
        began = Files.readAttributes(path, BasicFileAttributes.class)
                .creationTime()
                .toInstant();
        if (open.size() == 0) {
            began = clock.instant();
        }
        return open;
    }

    private static @Nullable Object keyOf(Path path) throws IOException {
        if (!Files.exists(path)) {
            return null;
        }
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path : key;
    }

    /** A name that nobody has. */
    private Path successor() {
        Instant at = clock.instant();
        Path name = path.resolveSibling(path.getFileName() + "." + SUFFIX.format(at));
        while (Files.exists(name)) {
            at = at.plusMillis(1);
            name = path.resolveSibling(path.getFileName() + "." + SUFFIX.format(at));
        }
        return name;
    }

    private void prune() throws IOException {
        String prefix = path.getFileName() + ".";
        List<Path> earlier;
        try (Stream<Path> all = Files.list(path.getParent())) {
            earlier = all.filter(file -> isEarlier(file.getFileName().toString(), prefix))
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString())
                            .reversed())
                    .toList();
        }
        long bytes = 0;
        int files = 0;
        for (Path file : earlier) {
            bytes += Files.size(file);
            if (++files > config.keepFiles() || bytes > config.keepBytes()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static boolean isEarlier(String name, String prefix) {
        return name.startsWith(prefix) && name.substring(prefix.length()).matches("\\d{8}-\\d{6}\\.\\d{3}");
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
