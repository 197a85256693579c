package io.sluice.keys;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.disk.PrivateFiles;
import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHash;
import io.sluice.store.KeyRepository.Mark;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Stored keys on the node's disk, for a start while the database is away: hashes and definitions, no text of a key. Replaced
 * whole or not at all, and readable by its owner only; the time of the file says when it was last known to be the database's.
 *
 * <pre>
 * "SLKS" | version 1 | number and name of the last change | definitions | keys | CRC-32C of all before
 * </pre>
 *
 * <p>Blocks on the disk.
 */
final class KeySnapshot {
    /** Its file in the data directory. */
    static final String FILE = "keys.snapshot";

    private static final int MAGIC = 0x534c4b53;
    private static final byte VERSION = 1;
    private static final int MOST = 10_000_000;
    private static final int LONGEST_TEXT = 1 << 20;
    private static final int MOST_CREDENTIALS = 1_000;
    private static final int HASH = 32;

    private final Path file;

    /**
     * What was kept.
     *
     * @param keys all that were known
     * @param mark up to where the database had been read
     * @param confirmed when they were last known to be the database's
     */
    record Kept(List<KnownKey> keys, Mark mark, Instant confirmed) {}

    KeySnapshot(Path data) {
        this.file = data.resolve(FILE);
    }

    /** Replaces what is kept. */
    void write(Collection<KnownKey> keys, Mark mark, Instant confirmed) throws IOException {
        Path fresh = file.resolveSibling(FILE + ".new");
        Files.deleteIfExists(fresh);
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        try (FileChannel channel = FileChannel.open(fresh, options, PrivateFiles.file(fresh))) {
            write(keys, mark, new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        confirm(confirmed);
    }

    /** What is kept is still the database's. */
    void confirm(Instant when) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(when));
    }

    private static void write(Collection<KnownKey> keys, Mark mark, OutputStream to) throws IOException {
        CheckedOutputStream checked = new CheckedOutputStream(to, new CRC32C());
        DataOutputStream out = new DataOutputStream(checked);
        out.writeInt(MAGIC);
        out.writeByte(VERSION);
        out.writeLong(mark.changed());
        text(out, mark.name());
        Map<String, Integer> definitions = new LinkedHashMap<>();
        keys.forEach(key -> definitions.putIfAbsent(key.definition(), definitions.size()));
        out.writeInt(definitions.size());
        for (String definition : definitions.keySet()) {
            text(out, definition);
        }
        out.writeInt(keys.size());
        for (KnownKey key : keys) {
            text(out, key.name());
            out.writeInt(definitions.getOrDefault(key.definition(), 0));
            out.writeBoolean(key.disabled());
            out.writeBoolean(key.chosen());
            out.writeInt(key.credentials().size());
            for (KeyCredential credential : key.credentials()) {
                out.write(credential.hash().bytes());
                out.writeLong(
                        credential.until() == null
                                ? Long.MAX_VALUE
                                : credential.until().toEpochMilli());
            }
        }
        out.flush();
        long sum = checked.getChecksum().getValue();
        out.writeInt((int) sum);
        out.flush();
    }

    /**
     * What is kept.
     *
     * @return null when there is nothing
     * @throws IOException when it cannot be read, or is damaged
     */
    @Nullable
    Kept read() throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return read(in, Files.getLastModifiedTime(file).toInstant());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static Kept read(InputStream from, Instant confirmed) throws IOException {
        CheckedInputStream checked = new CheckedInputStream(from, new CRC32C());
        DataInputStream in = new DataInputStream(checked);
        if (in.readInt() != MAGIC || in.readByte() != VERSION) {
            throw new IOException("is no snapshot of keys that this program can read");
        }
        Mark mark = new Mark(in.readLong(), text(in));
        int definitionCount = within(in.readInt(), MOST);
        List<String> definitions = new ArrayList<>();
        for (int i = 0; i < definitionCount; i++) {
            definitions.add(text(in));
        }
        int count = within(in.readInt(), MOST);
        List<KnownKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = text(in);
            String definition = definitions.get(within(in.readInt(), definitions.size() - 1));
            boolean disabled = in.readBoolean();
            boolean chosen = in.readBoolean();
            int credentialCount = within(in.readInt(), MOST_CREDENTIALS);
            List<KeyCredential> credentials = new ArrayList<>(credentialCount);
            for (int c = 0; c < credentialCount; c++) {
                KeyHash hash = KeyHash.of(bytes(in, HASH));
                long until = in.readLong();
                credentials.add(new KeyCredential(hash, until == Long.MAX_VALUE ? null : Instant.ofEpochMilli(until)));
            }
            keys.add(new KnownKey(name, definition, disabled, credentials, chosen));
        }
        int sum = (int) checked.getChecksum().getValue();
        if (in.readInt() != sum || in.read() >= 0) {
            throw new IOException("is damaged");
        }
        return new Kept(keys, mark, confirmed);
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in, within(in.readInt(), LONGEST_TEXT)), UTF_8);
    }

    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("is cut");
        }
        return bytes;
    }

    private static int within(int number, int most) throws IOException {
        if (number < 0 || number > most) {
            throw new IOException("is damaged");
        }
        return number;
    }
}
