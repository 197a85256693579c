package io.sluice.store.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.disk.PrivateFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import org.tukaani.xz.XZInputStream;

/** The PostgreSQL program that the jar brings for one platform: a tar archive, compressed by xz. */
final class ProgramArchive {
    private static final int BLOCK = 512;
    private static final int MOST_PATH = 100;
    private static final String PREFIX = "program-";

    private ProgramArchive() {}

    /**
     * Puts the program into a directory, unless it is there; others of an earlier version are removed.
     *
     * @param root where programs are kept
     * @return the program's directory, with {@code bin}, {@code lib} and {@code share}
     * @throws IOException with a sentence for the operator, when there is none for this platform or the disk does not take it
     */
    static Path unpack(Path root) throws IOException {
        String name = "/postgres-" + system() + "-" + architecture() + ".txz";
        URL archive = ProgramArchive.class.getResource(name);
        if (archive == null) {
            throw new IOException("this jar has no PostgreSQL for " + System.getProperty("os.name") + " on "
                    + System.getProperty("os.arch") + "; build it there, or set store.url, or store.embedded: false");
        }
        URLConnection resource = archive.openConnection();
        resource.setUseCaches(false);
        // No two versions have the same size, and to know it nothing has to be read.
        Path program = root.resolve(PREFIX + resource.getContentLengthLong());
        if (!Files.isDirectory(program)) {
            Path fresh = root.resolve("program.new");
            Directories.remove(fresh);
            try (InputStream in = resource.getInputStream()) {
                untar(new DataInputStream(new BufferedInputStream(new XZInputStream(in), 1 << 16)), fresh);
            }
            removeOthers(root);
            // Whole or not at all.
            Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
        }
        return program;
    }

    private static void removeOthers(Path root) throws IOException {
        List<Path> old;
        try (var entries = Files.list(root)) {
            old = entries.filter(entry -> entry.getFileName().toString().startsWith(PREFIX))
                    .toList();
        }
        for (Path program : old) {
            Directories.remove(program);
        }
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : name;
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm_64" : "x86_64";
    }

    // --- tar -------------------------------------------------------------------------------------------------------

    private static void untar(DataInputStream tar, Path target) throws IOException {
        Files.createDirectory(target, PrivateFiles.directory(target));
        byte[] header = new byte[BLOCK];
        tar.readFully(header);
        while (header[0] != 0) {
            entry(header, tar, target);
            tar.readFully(header);
        }
    }

    private static void entry(byte[] header, InputStream tar, Path target) throws IOException {
        String name = text(header, 0, MOST_PATH);
        Path path = target.resolve(name).normalize();
        if (!path.startsWith(target)) {
            throw new IOException("the PostgreSQL program in the jar is damaged: " + name);
        }
        long size = Long.parseLong(text(header, 124, 12).strip(), 8);
        switch (header[156]) {
            case '5' -> makeDirectory(path);
            case '2' -> {
                makeDirectory(parent(path));
                Files.createSymbolicLink(path, Path.of(text(header, 157, MOST_PATH)));
            }
            case '0', 0 -> {
                makeDirectory(parent(path));
                file(path, size, tar);
                tar.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
                boolean executable = (Integer.parseInt(text(header, 100, 8).strip(), 8) & 0100) != 0;
                if (executable && !path.toFile().setExecutable(true)) {
                    throw new IOException(path + " cannot be made executable");
                }
            }
            default -> throw new IOException("the PostgreSQL program in the jar is damaged at " + name);
        }
    }

    private static void makeDirectory(Path directory) throws IOException {
        Files.createDirectories(directory, PrivateFiles.directory(directory));
    }

    private static void file(Path path, long size, InputStream tar) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out =
                new BufferedOutputStream(Files.newOutputStream(Files.createFile(path, PrivateFiles.file(path))))) {
            for (long left = size; left > 0; ) {
                int read = tar.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new IOException("the PostgreSQL program in the jar is cut");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    private static Path parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IOException(path + " has no directory");
        }
        return parent;
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, UTF_8);
    }
}
