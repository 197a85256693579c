package io.sluice.usage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.config.JournalConfig.Fsync;
import io.sluice.config.JournalConfig.WhenFull;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.Await;
import io.sluice.testkit.UsageSamples;
import io.sluice.usage.journal.UsageJournal.Receipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of 4 MiB that others fill too. Needs the right to mount one. */
class FullDiskTest {
    private static final long FAR_AWAY = 64 << 20;

    private final Journals journals = new Journals();

    @TempDir
    private Path root;

    private Path disk = Path.of("");

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(root.resolve("disk"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()))
                .as("may mount")
                .isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        // Its table of open requests stays mapped until it is collected.
        run("umount", "-l", disk.toString());
    }

    @Test
    void refusesBeforeTheDiskIsFullAndLosesNothing() throws Exception {
        try (UsageJournal journal = UsageJournal.open(journals.setup(disk, FAR_AWAY, Fsync.BATCH, WhenFull.REFUSE))) {
            List<UsageRecord> sent = new ArrayList<>();
            while (journal.takesRequests()) {
                List<UsageRecord> more = UsageSamples.numbered("fill-" + sent.size(), 50);
                journals.append(journal, more);
                sent.addAll(more);
            }
            assertThat(journal.state().trouble()).contains("bytes left");

            List<UsageRecord> running = UsageSamples.numbered("running", 300);
            journals.append(journal, running);
            sent.addAll(running);

            assertThat(Journals.drain(journal)).isEqualTo(sent);
            assertThat(journals.receipts).containsOnly(Receipt.KEPT);
            Await.until(journal::takesRequests);
        }
    }

    @Test
    void goesOnWhenOthersGiveTheDiskBack() throws Exception {
        try (UsageJournal journal = UsageJournal.open(journals.setup(disk, FAR_AWAY, Fsync.BATCH, WhenFull.REFUSE))) {
            Path ballast = disk.resolve("ballast");
            fill(ballast);
            List<UsageRecord> sent = UsageSamples.numbered("a", 6_000);
            sent.forEach(usage -> journal.append(usage, journals.receipts::add));
            Await.until(() -> !journal.takesRequests());

            Files.delete(ballast);

            List<UsageRecord> drained = new ArrayList<>();
            Await.until(() -> {
                try {
                    return drained.addAll(Journals.drain(journal)) && drained.size() == sent.size();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(drained).isEqualTo(sent);
            // What was written may be read before those who wait are told.
            Await.until(() -> journals.receipts.size() == sent.size());
            assertThat(journals.receipts).containsOnly(Receipt.KEPT);
            assertThat(journals.counted("sluice.journal.lost")).isZero();
        }
    }

    @Test
    void countsWhatIsLostWhereThePolicySaysSo() throws Exception {
        try (UsageJournal journal = UsageJournal.open(journals.setup(disk, FAR_AWAY, Fsync.BATCH, WhenFull.COUNT))) {
            fill(disk.resolve("ballast"));
            List<UsageRecord> sent = UsageSamples.numbered("a", 6_000);
            journals.append(journal, sent);

            long lost = journals.receipts.stream()
                    .filter(receipt -> receipt == Receipt.LOST)
                    .count();
            assertThat(lost).isPositive().isEqualTo((long) journals.counted("sluice.journal.lost"));
            assertThat(Journals.drain(journal)).hasSize(sent.size() - (int) lost);
        }
    }

    @Test
    void startsOnAFullDiskAndTakesWhatWasLeft() throws Exception {
        List<UsageRecord> sent = UsageSamples.numbered("a", 500);
        try (UsageJournal journal = UsageJournal.open(journals.setup(disk, FAR_AWAY, Fsync.BATCH, WhenFull.REFUSE))) {
            journals.append(journal, sent);
        }
        fill(disk.resolve("ballast"));

        try (UsageJournal journal = UsageJournal.open(journals.setup(disk, FAR_AWAY, Fsync.BATCH, WhenFull.REFUSE))) {
            assertThat(journal.takesRequests()).isFalse();
            assertThat(Journals.drain(journal)).isEqualTo(sent);
        }
    }

    private static void fill(Path ballast) throws IOException {
        Files.createFile(ballast);
        byte[] piece = new byte[4_096];
        try (var out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(piece);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
