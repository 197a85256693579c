package io.sluice.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.AccessLogConfig;
import io.sluice.config.AccessLogConfig.To;
import io.sluice.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineWriterTest {
    private static final int BEYOND = 500;

    @TempDir
    private Path dir;

    private Instant now = Instant.parse("2026-11-28T15:00:00Z");

    private RotatedFile file(long maxBytes, int keep, long keepBytes) {
        return new RotatedFile(
                new AccessLogConfig(
                        To.FILE, dir.resolve("logs/access.log"), maxBytes, Duration.ofHours(1), keep, keepBytes),
                () -> now);
    }

    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(dir.resolve("logs"))) {
            return all.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aDiskThatStallsCostsLinesAndNobodyWaits() {
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        AtomicLong dropped = new AtomicLong();
        AtomicLong written = new AtomicLong();
        LineWriter.Target stuck = new LineWriter.Target() {
            @Override
            public void write(byte[] lines) throws IOException {
                entered.countDown();
                try {
                    stalled.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                written.addAndGet(
                        new String(lines, StandardCharsets.UTF_8).lines().count());
            }

            @Override
            public void close() {}
        };
        LineWriter writer = new LineWriter("test-lines", stuck, dropped::addAndGet);
        writer.write("first\n");
        Await.until(() -> entered.getCount() == 0);

        for (int i = 0; i < LineWriter.QUEUE + BEYOND; i++) {
            writer.write("x\n");
        }

        assertThat(dropped).hasValue(BEYOND);
        stalled.countDown();
        writer.close();
        assertThat(written).hasValue(LineWriter.QUEUE + 1);
    }

    @Test
    void whatTheDiskRefusesIsCounted() {
        AtomicLong dropped = new AtomicLong();
        LineWriter.Target full = new LineWriter.Target() {
            @Override
            public void write(byte[] lines) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void close() {}
        };

        try (LineWriter writer = new LineWriter("test-lines", full, dropped::addAndGet)) {
            writer.write("a\n");
            writer.write("b\n");
            Await.until(() -> dropped.get() == 2);
        }
    }

    @Test
    void aLargeFileGetsASuccessorAndTheOldestGo() throws IOException {
        try (RotatedFile file = file(10, 2, 1_000)) {
            for (String text : List.of("aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd")) {
                file.write(line(text));
                now = now.plusSeconds(1);
            }
        }

        assertThat(files())
                .containsExactly("access.log", "access.log.20261128-150002.000", "access.log.20261128-150003.000");
        assertThat(dir.resolve("logs/access.log")).hasContent("dddddddd");
        assertThat(dir.resolve("logs/access.log.20261128-150002.000")).hasContent("bbbbbbbb");
    }

    @Test
    void anOldFileGetsASuccessor() throws IOException {
        try (RotatedFile file = file(1_000, 5, 1_000)) {
            file.write(line("a"));
            now = now.plus(Duration.ofHours(1));
            file.write(line("b"));
        }

        assertThat(files()).containsExactly("access.log", "access.log.20261128-160000.000");
    }

    @Test
    void earlierFilesTakeNoMoreThanTheyMay() throws IOException {
        try (RotatedFile file = file(10, 100, 20)) {
            for (int i = 0; i < 10; i++) {
                file.write(line("12345678"));
                now = now.plusSeconds(1);
            }
        }

        assertThat(files()).hasSize(3);
    }

    @Test
    void aFileThatWasMovedIsMadeAnewForItsOwnerAlone() throws IOException {
        try (RotatedFile file = file(1_000, 5, 1_000)) {
            file.write(line("a"));
            Files.move(dir.resolve("logs/access.log"), dir.resolve("logs/taken"));
            file.write(line("b"));
        }

        assertThat(dir.resolve("logs/access.log")).hasContent("b");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("logs/access.log"))))
                .isEqualTo("rw-------");
    }

    @Test
    void whatComesFromOutsideCannotEndALine() {
        String line = JsonLine.of(0, Map.of("model", "a\nb\u001b[2Jc\u202ed\"}"));

        assertThat(line.lines()).hasSize(1);
        assertThat(line)
                .isEqualTo("{\"time\":\"1970-01-01T00:00:00Z\",\"model\":\"a\ufffdb\ufffd[2Jc\ufffdd\\\"}\"}\n");
    }
}
