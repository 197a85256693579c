package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.stored.StoredId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSecretTest {
    private static final StoredId ID = new StoredId("c/a", "resp_1");

    @TempDir
    private Path dir;

    @Test
    void isMadeOnceForItsOwnerOnly() throws Exception {
        Path data = dir.resolve("not/there/yet");

        String sealed = NodeSecret.ids(data, new SecureRandom()).seal("app", ID);

        assertThat(NodeSecret.ids(data, new SecureRandom()).open("app", sealed)).isEqualTo(ID);
        Path file = data.resolve(NodeSecret.FILE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file).strip()).hasSize(44);
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void isAnotherOnEveryNode() throws Exception {
        String sealed = NodeSecret.ids(dir.resolve("a"), new SecureRandom()).seal("app", ID);

        assertThat(NodeSecret.ids(dir.resolve("b"), new SecureRandom()).open("app", sealed))
                .isNull();
    }

    @Test
    void whatIsNoSecretStopsTheStart() throws Exception {
        Files.writeString(dir.resolve(NodeSecret.FILE), "short\n");
        assertThatThrownBy(() -> NodeSecret.ids(dir, new SecureRandom()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("shorter than 32 bytes")
                .hasMessageContaining(dir.resolve(NodeSecret.FILE).toString());

        Files.writeString(dir.resolve(NodeSecret.FILE), "x".repeat(5_000));
        assertThatThrownBy(() -> NodeSecret.ids(dir, new SecureRandom()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void aDirectoryThatCannotBeMadeStopsTheStart() throws Exception {
        Files.writeString(dir.resolve("file"), "x");

        assertThatThrownBy(() -> NodeSecret.ids(dir.resolve("file/data"), new SecureRandom()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("cannot be read or made");
    }
}
