package io.sluice.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.Secret;
import io.sluice.domain.stored.StoredIds;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/**
 * The secret that a node makes for itself when it is alone: made once, kept in the data directory, readable by its owner only.
 * What the configuration's {@code secrets} name goes before it.
 */
final class NodeSecret {
    /** Its file in the data directory. */
    static final String FILE = "secret";

    private static final int MOST_BYTES = 4_096;

    private NodeSecret() {}

    /**
     * Ids made with the node's own secret. Blocks on the disk.
     *
     * @param data the data directory; made when it is not there
     * @param random where a new secret comes from
     * @throws StartFailure when the file cannot be read or made, or holds no secret
     */
    static StoredIds ids(Path data, SecureRandom random) throws StartFailure {
        Path file = data.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                make(data, file, random);
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new StartFailure(file + " is no secret: it is longer than " + MOST_BYTES + " bytes");
            }
            String text = Files.readString(file).strip();
            if (text.getBytes(UTF_8).length < StoredIds.MIN_SECRET) {
                throw new StartFailure(
                        file + " is no secret: it is shorter than " + StoredIds.MIN_SECRET
                                + " bytes; put back the file that was there, or remove it and lose the ids of stored responses");
            }
            return new StoredIds(List.of(Secret.of(text)));
        } catch (IOException e) {
            throw new StartFailure("the secret " + file + " cannot be read or made: " + e);
        }
    }

    /** Whole or not at all, so that a crash leaves no half of one; the JDK makes such files for their owner only. */
    private static void make(Path data, Path file, SecureRandom random) throws IOException {
        Files.createDirectories(data);
        byte[] bytes = new byte[StoredIds.MIN_SECRET];
        random.nextBytes(bytes);
        Path fresh = Files.createTempFile(data, FILE, ".new");
        Files.writeString(fresh, Base64.getEncoder().encodeToString(bytes) + "\n");
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
