package io.sluice.usage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.JournalConfig.Fsync;
import io.sluice.config.JournalConfig.WhenFull;
import io.sluice.message.OpenRequests;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.Await;
import io.sluice.testkit.LogLines;
import io.sluice.testkit.UsageSamples;
import io.sluice.usage.journal.UsageJournal.Receipt;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageJournalTest {
    private final Journals journals = new Journals();

    @TempDir
    private Path root;

    @Test
    void givesBackInOrderWhatItTook() throws Exception {
        List<UsageRecord> records = UsageSamples.numbered("a", 6_000);
        try (UsageJournal journal = journals.open(root)) {
            journals.append(journal, records);

            assertThat(journal.waiting()).isEqualTo(6_000);
            assertThat(journal.bytes()).isGreaterThan(6_000 * 50);
            assertThat(Journals.drain(journal)).isEqualTo(records);
            assertThat(journal.waiting()).isZero();
            assertThat(journal.bytes()).isZero();
        }
        assertThat(journals.receipts).containsOnly(Receipt.KEPT);
        assertThat(files()).isEmpty();
    }

    @Test
    void readsTheSameAgainUntilItIsDone() throws Exception {
        try (UsageJournal journal = journals.open(root)) {
            journals.append(journal, UsageSamples.numbered("a", 10));

            UsageJournal.Reading first = journal.read(4);
            UsageJournal.Reading again = journal.read(4);
            journal.done(again);

            assertThat(first.records()).hasSize(4).isEqualTo(again.records());
            assertThat(journal.read(100).records()).hasSize(6);
        }
    }

    @Test
    void goesOnAfterAStopWhereItWas() throws Exception {
        List<UsageRecord> records = UsageSamples.numbered("a", 5_000);
        try (UsageJournal journal = journals.open(root)) {
            journals.append(journal, records.subList(0, 4_000));
            journal.done(journal.read(1_500));
        }
        try (UsageJournal journal = journals.open(root)) {
            assertThat(journal.waiting()).isEqualTo(2_500);
            journals.append(journal, records.subList(4_000, 5_000));

            assertThat(Journals.drain(journal)).isEqualTo(records.subList(1_500, 5_000));
        }
        assertThat(files()).isEmpty();
    }

    /** What another process sees on the disk while this one runs is what a kill leaves. */
    @Test
    void goesOnAfterAKillWithAllThatItTook() throws Exception {
        List<UsageRecord> records = UsageSamples.numbered("a", 3_000);
        Path killed = root.resolve("killed");
        try (UsageJournal journal = journals.open(root.resolve("running"))) {
            for (int from = 0; from < records.size(); from += 100) {
                journals.append(journal, records.subList(from, from + 100));
            }
            journal.done(journal.read(700));
            copy(root.resolve("running"), killed);
        }

        try (UsageJournal journal = journals.open(killed)) {
            assertThat(Journals.drain(journal)).isEqualTo(records.subList(700, 3_000));
            assertThat(journals.counted("sluice.journal.set.aside")).isZero();
        }
    }

    @Test
    void requestsThatAKillFindsOpenAreReadBehindAllOthers() throws Exception {
        UsageRecord over = UsageSamples.of("over");
        UsageRecord open = UsageSamples.of("open");
        Path killed = root.resolve("killed");
        try (UsageJournal journal = journals.open(root.resolve("running"))) {
            int place = journal.openRequests().keep(OpenRequests.NOWHERE, over);
            journal.openRequests().keep(OpenRequests.NOWHERE, open);
            journals.append(journal, List.of(over));
            journal.openRequests().forget(place);
            copy(root.resolve("running"), killed);
        }

        try (UsageJournal journal = journals.open(killed)) {
            copy(killed, root.resolve("again"));
            assertThat(Journals.drain(journal)).containsExactly(over, open);
        }
        try (UsageJournal journal = journals.open(root.resolve("again"))) {
            assertThat(Journals.drain(journal)).containsExactly(over, open);
        }
    }

    /** Only what this run wrote: the files of earlier ones are not open for writing. */
    @Test
    void forcesBesideSegmentsOfAnEarlierRun() throws Exception {
        try (UsageJournal journal = journals.open(root)) {
            journals.append(journal, UsageSamples.numbered("a", 10));
        }
        try (LogLines lines = LogLines.of(UsageJournal.class);
                UsageJournal journal = journals.open(root)) {
            journals.append(journal, UsageSamples.numbered("b", 10));
            Await.until(() -> journals.registry.find("sluice.journal.fsync").timer() != null);

            assertThat(lines.has("defect")).isFalse();
        }
    }

    @Test
    void offersAllOfItAgainWithoutItsPosition() throws Exception {
        List<UsageRecord> records = UsageSamples.numbered("a", 50);
        try (UsageJournal journal = journals.open(root)) {
            journals.append(journal, records);
            journal.done(journal.read(20));
        }
        Files.write(root.resolve("journal/position"), new byte[36]);

        try (UsageJournal journal = journals.open(root)) {
            assertThat(Journals.drain(journal)).isEqualTo(records);
        }
    }

    @Test
    void refusesASecondProcess() throws IOException {
        try (UsageJournal journal = journals.open(root)) {
            assertThatThrownBy(() -> journals.open(root))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use by another process");
        }
        journals.open(root).close();
    }

    @Test
    void letsNobodyElseRead() throws IOException {
        try (UsageJournal journal = journals.open(root);
                Stream<Path> paths = Files.walk(root.resolve("journal"))) {
            assertThat(paths)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
            assertThat(journal.state().takesRequests()).isTrue();
        }
    }

    @Test
    void refusesRequestsBeforeItIsFullAndKeepsThoseThatRun() throws Exception {
        try (UsageJournal journal = journals.open(root)) {
            List<UsageRecord> sent = fillUp(journal);

            assertThat(journal.state().trouble()).contains("journal.max-size");
            List<UsageRecord> running = UsageSamples.numbered("running", 200);
            journals.append(journal, running);
            sent.addAll(running);
            assertThat(journals.receipts).containsOnly(Receipt.KEPT);

            List<UsageRecord> drained = Journals.drain(journal);
            assertThat(drained).isEqualTo(sent);
            Await.until(() -> journal.state().takesRequests());
            assertThat(journal.state().trouble()).isEmpty();
        }
    }

    @Test
    void holdsWhatFindsNoRoomUntilThereIsSome() throws Exception {
        try (UsageJournal journal = journals.open(root)) {
            List<UsageRecord> sent = fillUp(journal);
            List<UsageRecord> running = UsageSamples.numbered("running", 5_000);
            int before = journals.receipts.size();
            running.forEach(usage -> journal.append(usage, journals.receipts::add));
            sent.addAll(running);
            UsageJournal.Reading last = journal.read(1);
            Await.until(() -> journal.waiting() > before);

            assertThat(last.isEmpty()).isFalse();
            List<UsageRecord> drained = new ArrayList<>();
            Await.until(() -> {
                drained.addAll(drain(journal));
                return drained.size() == sent.size();
            });
            assertThat(drained).isEqualTo(sent);
            // What was written may be read before those who wait are told.
            Await.until(() -> journals.receipts.size() == sent.size());
            assertThat(journals.receipts).containsOnly(Receipt.KEPT);
        }
    }

    @Test
    void countsWhatFindsNoRoomWhereThePolicySaysSo() throws Exception {
        try (UsageJournal journal = UsageJournal.open(journals.setup(root, 4 << 20, Fsync.OFF, WhenFull.COUNT))) {
            List<UsageRecord> sent = UsageSamples.numbered("a", 40_000);
            for (int from = 0; from < sent.size(); from += 1_000) {
                journals.append(journal, sent.subList(from, from + 1_000));
            }

            assertThat(journal.state().takesRequests()).isTrue();
            assertThat(journal.state().trouble()).contains("journal.max-size");
            long lost = journals.receipts.stream()
                    .filter(receipt -> receipt == Receipt.LOST)
                    .count();
            assertThat(lost).isPositive().isEqualTo((long) journals.counted("sluice.journal.lost"));
            assertThat(Journals.drain(journal)).hasSize(sent.size() - (int) lost);
        }
    }

    @Test
    void writesEverythingAgainWhenItsDirectoryIsRemoved() throws Exception {
        List<UsageRecord> records = UsageSamples.numbered("a", 4_000);
        Path killed = root.resolve("killed");
        try (UsageJournal journal = journals.open(root.resolve("running"))) {
            journals.append(journal, records.subList(0, 3_000));
            remove(root.resolve("running"));
            Await.until(() -> Files.exists(root.resolve("running/journal/lock"))
                    && journal.state().trouble().isEmpty());

            journals.append(journal, records.subList(3_000, 4_000));
            copy(root.resolve("running"), killed);

            assertThat(Journals.drain(journal)).isEqualTo(records);
            assertThat(journals.receipts).containsOnly(Receipt.KEPT);
        }
        try (UsageJournal journal = journals.open(killed)) {
            assertThat(Journals.drain(journal)).isEqualTo(records);
        }
    }

    @Test
    void readsRejectedRecordsAgainUnderTheNameOfASegment() throws Exception {
        UsageRecord poison = UsageSamples.of("poison");
        try (UsageJournal journal = journals.open(root)) {
            journals.append(journal, List.of(poison, UsageSamples.of("good")));
            UsageJournal.Reading read = journal.read(10);
            journal.setAside(poison, "value out of range");
            journal.done(read);

            assertThat(journal.news()).contains("poison").contains("value out of range");
            assertThat(journal.news()).isEmpty();
        }
        assertThat(journals.counted("sluice.journal.set.aside")).isEqualTo(1);
        Path aside = root.resolve("journal").resolve(files().getFirst());
        Files.move(aside, Path.of(aside.toString().replace(".rejected", ".journal")));

        try (UsageJournal journal = journals.open(root)) {
            assertThat(Journals.drain(journal)).containsExactly(poison);
        }
    }

    @Test
    void forcesEachGroupBeforeItSaysSo() throws Exception {
        try (UsageJournal journal = UsageJournal.open(journals.setup(root, 4 << 20, Fsync.EACH, WhenFull.REFUSE))) {
            journals.append(journal, UsageSamples.numbered("a", 100));

            assertThat(journals.receipts).containsOnly(Receipt.KEPT);
            assertThat(Journals.drain(journal)).hasSize(100);
        }
    }

    /** Nothing is drained: appends until no new request may begin. */
    private List<UsageRecord> fillUp(UsageJournal journal) throws InterruptedException {
        List<UsageRecord> sent = new ArrayList<>();
        while (journal.state().takesRequests()) {
            List<UsageRecord> more = UsageSamples.numbered("fill-" + sent.size(), 100);
            journals.append(journal, more);
            sent.addAll(more);
        }
        return sent;
    }

    private static List<UsageRecord> drain(UsageJournal journal) {
        try {
            return Journals.drain(journal);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> paths = Files.list(root.resolve("journal"))) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> !List.of("lock", "position", "open").contains(name))
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.resolve("journal"));
        try (Stream<Path> paths = Files.list(from.resolve("journal"))) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve("journal").resolve(path.getFileName()));
            }
        }
    }

    /** Away in one step: the journal may make it again at any instant. */
    private static void remove(Path directory) throws IOException {
        Path gone = directory.resolveSibling("gone");
        Files.move(directory, gone);
        Files.walkFileTree(gone, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, java.io.IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
