package io.sluice.node;

import io.sluice.config.NodeConfig;
import io.sluice.disk.PrivateFiles;
import io.sluice.domain.Secret;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The first admin token of a node, which may do everything: {@code admin.token} of {@code node.yaml}, or else one that the
 * node makes at its first start and keeps in the data directory, readable by its owner only. Removing the file makes the next
 * start make another one.
 */
public final class AdminTokenFile {
    private static final String FILE = "admin.token";
    private static final String PREFIX = "sluice-admin-";
    private static final int RANDOM_BYTES = 32;
    private static final int MOST_BYTES = 512;

    private AdminTokenFile() {}

    /**
     * A token, and whether nobody can know it yet.
     *
     * @param token the token
     * @param fresh whether it was made just now
     */
    record Kept(Secret token, boolean fresh) {}

    /** Where the token of a node is that has none in its settings. */
    public static Path of(NodeConfig config) {
        return config.data().resolve(FILE);
    }

    /**
     * The token for somebody on the node's machine. Blocks on the disk.
     *
     * @return null when the node has made none yet
     * @throws IOException when the file is there and may not be read
     */
    public static @Nullable Secret read(NodeConfig config) throws IOException {
        Secret configured = config.admin().token();
        Path file = of(config);
        return configured != null ? configured : Files.exists(file) ? read(file) : null;
    }

    /**
     * The node's token, made when there is none. Blocks on the disk.
     *
     * @throws StartFailure when the file cannot be read or made, or holds no token
     */
    static Kept keep(NodeConfig config, SecureRandom random) throws StartFailure {
        try {
            Secret known = read(config);
            return known != null ? new Kept(known, false) : new Kept(make(config.data(), of(config), random), true);
        } catch (IOException e) {
            throw new StartFailure("the admin token " + of(config) + " cannot be read or made: " + e);
        }
    }

    private static Secret read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("it is longer than " + MOST_BYTES + " bytes");
        }
        String text = Files.readString(file).strip();
        if (!text.matches("[!-~]{32,}")) {
            throw new IOException("it holds no token; remove it, and the next start makes another one");
        }
        return Secret.of(text);
    }

    /** Whole or not at all, so that a crash leaves no half of one. */
    private static Secret make(Path data, Path file, SecureRandom random) throws IOException {
        Files.createDirectories(data);
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Path fresh = Files.createTempFile(data, FILE, ".new", PrivateFiles.file(data));
        Files.writeString(fresh, text + "\n");
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        return Secret.of(text);
    }
}
