package io.sluice.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHash;
import io.sluice.store.KeyRepository.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeySnapshotTest {
    private static final Instant WHEN = Instant.parse("2026-06-01T10:00:00Z");
    private static final List<KnownKey> KEYS = List.of(
            new KnownKey("a", "{}", false, List.of(new KeyCredential(KeyHash.ofKey("a"))), false),
            new KnownKey(
                    "größe",
                    "{\"tags\":[\"名\"]}",
                    true,
                    List.of(
                            new KeyCredential(KeyHash.ofKey("b")),
                            new KeyCredential(KeyHash.ofKey("c"), Instant.parse("2027-01-01T00:00:00Z"))),
                    true),
            new KnownKey("c", "{}", false, List.of(new KeyCredential(KeyHash.ofKey("d"))), false));

    @TempDir
    private Path data;

    @Test
    void givesBackWhatWasWrittenLast() throws IOException {
        KeySnapshot snapshot = new KeySnapshot(data);
        snapshot.write(List.of(), new Mark(1, ""), WHEN);
        snapshot.write(KEYS, new Mark(17, "größe"), WHEN);

        KeySnapshot.Kept kept = Objects.requireNonNull(new KeySnapshot(data).read());

        assertThat(kept.keys()).isEqualTo(KEYS);
        assertThat(kept.mark()).isEqualTo(new Mark(17, "größe"));
        assertThat(kept.confirmed()).isEqualTo(WHEN);
        assertThat(Files.list(data)).hasSize(1);
    }

    @Test
    void holdsNoTextOfAKey() throws IOException {
        new KeySnapshot(data)
                .write(
                        List.of(new KnownKey(
                                "a", "{}", false, List.of(new KeyCredential(KeyHash.ofKey("CANARY-text"))), false)),
                        Mark.NONE,
                        WHEN);

        assertThat(Files.readString(data.resolve(KeySnapshot.FILE), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("CANARY");
    }

    @Test
    void nothingIsKeptWhereThereIsNoFile() throws IOException {
        assertThat(new KeySnapshot(data).read()).isNull();
    }

    /** Cut at every byte, and every byte changed. */
    @Test
    void whatIsDamagedIsRefused() throws IOException {
        KeySnapshot snapshot = new KeySnapshot(data);
        snapshot.write(KEYS, new Mark(17, "c"), WHEN);
        Path file = data.resolve(KeySnapshot.FILE);
        byte[] whole = Files.readAllBytes(file);

        for (int i = 0; i < whole.length; i++) {
            Files.write(file, Arrays.copyOf(whole, i));
            assertThatThrownBy(snapshot::read).as("cut at %s", i).isInstanceOf(IOException.class);
            byte[] changed = whole.clone();
            changed[i] ^= 0x55;
            Files.write(file, changed);
            assertThatThrownBy(snapshot::read).as("changed at %s", i).isInstanceOf(IOException.class);
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        Files.write(file, longer);
        assertThatThrownBy(snapshot::read).isInstanceOf(IOException.class);
    }
}
