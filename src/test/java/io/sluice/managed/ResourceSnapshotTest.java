package io.sluice.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.store.ResourceRepository.Standing;
import io.sluice.store.ResourceRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The copy on disk. */
class ResourceSnapshotTest {
    private static final ResourceRow ROW = new ResourceRow(
            "channels",
            "ü",
            "{\"a\":1}",
            "{\"/p\":\"v1.x.y.z\"}",
            4,
            9,
            Instant.parse("2026-01-02T03:04:05Z"),
            "me",
            false);

    @TempDir
    private Path dir;

    @Test
    void isReadAsItWasWritten() throws IOException {
        Path data = dir.resolve("new");
        ResourceSnapshot written = new ResourceSnapshot(new Standing(7, 9), List.of(ROW));

        written.write(data);
        written.write(data);

        assertThat(ResourceSnapshot.read(data)).isEqualTo(written);
        Path file = data.resolve(ResourceSnapshot.FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void isEmptyWithoutAFile() throws IOException {
        assertThat(ResourceSnapshot.read(dir)).isEqualTo(ResourceSnapshot.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"format\":1,\"rows\":[{}]}", "{\"format\":2}", "\u0000"})
    void isRefusedWhenItIsNoSnapshot(String text) throws IOException {
        Files.writeString(dir.resolve(ResourceSnapshot.FILE), text);

        assertThatThrownBy(() -> ResourceSnapshot.read(dir)).isInstanceOf(IOException.class);
        assertThat(ManagedStart.read(dir, new ManagedSecrets(null))).isEqualTo(ManagedStart.none(dir));
    }
}
