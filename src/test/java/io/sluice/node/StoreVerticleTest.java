package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreUse.StartWithout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreVerticleTest {
    @TempDir
    private Path data;

    /** With one of them a node would refuse keys, or miss channels, that there are. */
    @Test
    void startsWithoutItsDatabaseFromBothCopiesOnly() throws Exception {
        assertThat(StoreVerticle.mayStartWithout(StartWithout.SNAPSHOT, data)).isFalse();
        Files.createFile(data.resolve("keys.snapshot"));
        assertThat(StoreVerticle.mayStartWithout(StartWithout.SNAPSHOT, data)).isFalse();
        Files.createFile(data.resolve("resources.snapshot"));
        assertThat(StoreVerticle.mayStartWithout(StartWithout.SNAPSHOT, data)).isTrue();
        Files.delete(data.resolve("keys.snapshot"));
        assertThat(StoreVerticle.mayStartWithout(StartWithout.SNAPSHOT, data)).isFalse();
    }

    @Test
    void startsInAnyCaseOrInNone() throws Exception {
        assertThat(StoreVerticle.mayStartWithout(StartWithout.ALWAYS, data)).isTrue();
        Files.createFile(data.resolve("keys.snapshot"));
        Files.createFile(data.resolve("resources.snapshot"));
        assertThat(StoreVerticle.mayStartWithout(StartWithout.NEVER, data)).isFalse();
    }
}
