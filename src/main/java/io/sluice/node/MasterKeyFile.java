package io.sluice.node;

import io.sluice.config.NodeConfig;
import io.sluice.config.StoreConfig;
import io.sluice.config.TransitConfig;
import io.sluice.disk.PrivateFiles;
import io.sluice.domain.Secret;
import io.sluice.domain.seal.LocalMasterKeys;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The master keys of a node: those of its settings, and the one that a node with a database of its own makes for itself when they name none, in the
 * data directory, for its owner only. That one still opens when the settings name another.
 */
final class MasterKeyFile {
    /** Its file in the data directory. */
    static final String FILE = "master.key";

    private static final int KEY_BYTES = 32;
    private static final int MOST_BYTES = 4_096;

    private MasterKeyFile() {}

    /**
     * The keys, the newest first. Blocks on the disk.
     *
     * @param config the node's own settings
     * @param random where a new key comes from
     * @return empty when there is none: the database is shared, and nobody has named a key
     * @throws StartFailure when the file cannot be read or made, or holds no key
     */
    static List<Secret> keys(NodeConfig config, SecureRandom random) throws StartFailure {
        List<Secret> keys = new ArrayList<>(config.store().masterKeys());
        Path file = config.data().resolve(FILE);
        try {
            if (Files.exists(file)) {
                keys.add(read(file));
            } else if (keys.isEmpty()
                    && config.store().kind() == StoreConfig.Kind.EMBEDDED
                    && !hasService(config.store().transit())) {
                make(config.data(), file, random);
                keys.add(read(file));
            }
            return keys;
        } catch (IOException e) {
            throw new StartFailure("the master key " + file + " cannot be read or made: " + e);
        }
    }

    private static boolean hasService(@Nullable TransitConfig transit) {
        return transit != null && transit.seals();
    }

    private static Secret read(Path file) throws IOException, StartFailure {
        if (Files.size(file) > MOST_BYTES) {
            throw new StartFailure(file + " is no master key: it is longer than " + MOST_BYTES + " bytes");
        }
        String text = Files.readString(file).strip();
        try {
            return Secret.of(LocalMasterKeys.checked(text));
        } catch (IllegalArgumentException e) {
            throw new StartFailure(
                    "the master key in " + file + " " + e.getMessage()
                            + "; put back the file that was there, or remove it and set again every secret that came through the API");
        }
    }

    /** Whole or not at all, so that a crash leaves no half of one. */
    private static void make(Path data, Path file, SecureRandom random) throws IOException {
        Files.createDirectories(data, PrivateFiles.directory(data));
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        Path fresh = data.resolve(FILE + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PrivateFiles.file(fresh));
        Files.writeString(fresh, Base64.getEncoder().encodeToString(bytes) + "\n");
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
