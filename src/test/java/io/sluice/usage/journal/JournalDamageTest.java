package io.sluice.usage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.UsageRecord;
import io.sluice.testkit.UsageSamples;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the files: whole records are read once and in order, none is invented, and the start succeeds. */
class JournalDamageTest {
    private static final long SEED = Long.getLong("sluice.seed", System.nanoTime());
    private static final SegmentHeader HEADER =
            new SegmentHeader(7, 0x1234_5678_9ABC_DEF0L, 1_790_000_000_000L, "test");

    private final Journals journals = new Journals();
    private final List<UsageRecord> written = new ArrayList<>();
    private final List<Integer> ends = new ArrayList<>();
    private final AtomicLong last = new AtomicLong();
    private byte[] segment = {};

    @TempDir
    private Path root;

    private Path data = Path.of("");
    private JournalFiles files;

    @BeforeEach
    void segment() throws IOException {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
        bytes.put(HEADER.bytes());
        boolean isLast = false;
        while (!isLast) {
            isLast = bytes.position() > 5_000;
            UsageRecord usage = isLast ? UsageSamples.of("last") : UsageSamples.any(random);
            int from = bytes.position();
            bytes.position(from + Frames.HEAD);
            RecordCodec.write(usage, bytes);
            Frames.seal(bytes, from, HEADER.salt());
            written.add(usage);
            ends.add(bytes.position());
        }
        segment = Arrays.copyOf(bytes.array(), bytes.position());
        data = root.resolve("data");
        files = JournalFiles.open(data);
    }

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    @Test
    void readsWholeRecordsOfAFileThatEndsAnywhere() throws IOException {
        for (int length = segment.length; length > segment.length - 4_096; length--) {
            int end = length;
            put(HEADER.sequence(), Arrays.copyOf(segment, length));

            assertThat(read()).isEqualTo(written.subList(0, (int)
                    ends.stream().filter(e -> e <= end).count()));

            boolean isCut = !ends.contains(length);
            assertThat(names(JournalFiles.CORRUPT)).hasSize(isCut ? 1 : 0);
            clear();
        }
    }

    /** As a crash leaves it: the rest of the file is zero. */
    @Test
    void readsWholeRecordsBeforeZeros() throws IOException {
        for (int length = segment.length; length > segment.length - 4_096; length -= 13) {
            int end = length;
            put(HEADER.sequence(), Arrays.copyOf(Arrays.copyOf(segment, length), segment.length + 10_000));

            List<UsageRecord> read = read();

            // A cut in the zeros at a record's end is none.
            assertThat(written).startsWith(read.toArray(UsageRecord[]::new));
            assertThat(read.size()).isGreaterThanOrEqualTo((int)
                    ends.stream().filter(e -> e <= end).count());
            clear();
        }
    }

    @Test
    void leavesOutTheOneRecordWithAFlippedBit() throws IOException {
        int from = ends.get(ends.size() - 2);
        for (int at = from; at < segment.length; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] bytes = segment.clone();
                bytes[at] ^= (byte) (1 << bit);
                put(HEADER.sequence(), bytes);

                assertThat(read()).isEqualTo(written.subList(0, written.size() - 1));
                assertThat(names(JournalFiles.CORRUPT)).hasSize(1);
                clear();
            }
        }
    }

    @Test
    void readsWhatIsAroundDamage() throws IOException {
        Random random = new Random(SEED);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = segment.clone();
            int from = random.nextInt(SegmentHeader.BYTES, bytes.length);
            int to = Math.min(bytes.length, from + random.nextInt(1, 2_000));
            byte[] noise = new byte[to - from];
            if (random.nextBoolean()) {
                random.nextBytes(noise);
            }
            System.arraycopy(noise, 0, bytes, from, noise.length);
            put(HEADER.sequence(), bytes);

            assertThat(read()).containsSubsequence(untouched(from, to));
            assertThat(read()).isEmpty();
            clear();
        }
    }

    @Test
    void readsWhatIsAroundInsertedZeros() throws IOException {
        Random random = new Random(SEED);
        for (int i = 0; i < 100; i++) {
            int at = random.nextInt(SegmentHeader.BYTES, segment.length);
            byte[] bytes = new byte[segment.length + random.nextInt(1, 100_000)];
            System.arraycopy(segment, 0, bytes, 0, at);
            System.arraycopy(segment, at, bytes, bytes.length - (segment.length - at), segment.length - at);
            put(HEADER.sequence(), bytes);

            List<UsageRecord> read = read();

            assertThat(read).containsSubsequence(untouched(at, at + 1));
            assertThat(written).containsSubsequence(read);
            clear();
        }
    }

    private List<UsageRecord> untouched(int from, int to) {
        List<UsageRecord> untouched = new ArrayList<>();
        int start = SegmentHeader.BYTES;
        for (int i = 0; i < ends.size(); i++) {
            if (ends.get(i) <= from || start >= to) {
                untouched.add(written.get(i));
            }
            start = ends.get(i);
        }
        return untouched;
    }

    @Test
    void readsTheSecondHeaderWhenTheFirstIsDamaged() throws IOException {
        byte[] bytes = segment.clone();
        Arrays.fill(bytes, 0, 200, (byte) 0);
        put(HEADER.sequence(), bytes);

        assertThat(read()).isEqualTo(written);
    }

    @Test
    void setsAsideACopyUnderAnotherNumber() throws IOException {
        put(HEADER.sequence(), segment);
        put(HEADER.sequence() + 1, segment);

        assertThat(read()).isEqualTo(written);
        assertThat(names(JournalFiles.CORRUPT)).containsExactly("0000000000000008.corrupt");
    }

    @Test
    void setsAsideWhatDoesNotBeginAsASegment() throws IOException {
        byte[] bytes = segment.clone();
        Arrays.fill(bytes, 0, SegmentHeader.BYTES, (byte) 'x');
        put(3, bytes);
        put(4, "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        put(HEADER.sequence(), segment);

        assertThat(read()).isEqualTo(written);
        assertThat(names(JournalFiles.CORRUPT)).containsExactly("0000000000000003.corrupt", "0000000000000004.corrupt");
        assertThat(journals.counted("sluice.journal.set.aside")).isEqualTo(2);
    }

    @Test
    void deletesWhatWasBeingMade() throws IOException {
        put(3, new byte[100_000]);
        put(4, new byte[0]);
        put(HEADER.sequence(), Arrays.copyOf(segment, SegmentHeader.BYTES));

        assertThat(read()).isEmpty();
        assertThat(names("")).isEmpty();
    }

    @Test
    void leavesAnotherVersionAlone() throws IOException {
        byte[] bytes = segment.clone();
        for (int at = 0; at < SegmentHeader.BYTES; at += SegmentHeader.BYTES / 2) {
            ByteBuffer half = ByteBuffer.wrap(bytes).putInt(at + 8, 2);
            java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
            crc.update(bytes, at, 252);
            half.putInt(at + 252, (int) crc.getValue());
        }
        put(HEADER.sequence(), bytes);

        assertThat(read()).isEmpty();
        assertThat(files.path(HEADER.sequence(), JournalFiles.SEGMENT)).hasBinaryContent(bytes);
    }

    @Test
    void leavesForeignFilesAlone() throws IOException {
        Path foreign = files.directory().resolve("notes.txt");
        Files.writeString(foreign, "mine");
        Files.createDirectory(files.path(9, JournalFiles.SEGMENT));
        put(HEADER.sequence(), segment);

        assertThat(read()).isEqualTo(written);
        assertThat(foreign).hasContent("mine");
    }

    @Test
    void reportsDamageOnce() throws IOException {
        byte[] bytes = segment.clone();
        bytes[ends.get(2) + 20] ^= 1;
        put(HEADER.sequence(), bytes);

        for (int start = 0; start < 3; start++) {
            inspect(quarantine());
        }

        assertThat(journals.counted("sluice.journal.set.aside")).isEqualTo(1);
        assertThat(read()).hasSize(written.size() - 1);
    }

    @Test
    void setsAsideARecordOfALaterProgram() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 20).put(segment);
        int from = bytes.position();
        bytes.position(from + Frames.HEAD).put(new byte[] {9, 1, 2, 3});
        Frames.seal(bytes, from, HEADER.salt());
        put(HEADER.sequence(), Arrays.copyOf(bytes.array(), bytes.position()));

        assertThat(read()).isEqualTo(written);
        assertThat(names(JournalFiles.REJECTED)).hasSize(1);
    }

    /** Garbage that looks like the beginning of a record everywhere must not cost the start hours. */
    @Test
    void givesUpTheSearchInEndlessBeginnings() throws IOException {
        byte[] bytes = Arrays.copyOf(segment, 8 << 20);
        for (int at = segment.length; at + 4 <= bytes.length; at += 4) {
            ByteBuffer.wrap(bytes).putInt(at, 0xA7 << 24 | 60_000);
        }
        put(HEADER.sequence(), bytes);

        assertThat(read()).isEqualTo(written);
    }

    private Quarantine quarantine() {
        return new Quarantine(
                files,
                journals.metrics.journal(),
                () -> new SegmentHeader(last.incrementAndGet(), 1, 0, "test"),
                1 << 20);
    }

    private Inspection inspect(Quarantine quarantine) throws IOException {
        Inspection inspection = new Inspection(files, quarantine, last::set);
        inspection.run();
        return inspection;
    }

    /** What a start finds, and is done with. */
    private List<UsageRecord> read() throws IOException {
        Quarantine quarantine = quarantine();
        Inspection inspection = inspect(quarantine);
        Backlog backlog = new Backlog(files, quarantine, inspection.position());
        inspection.segments().forEach(backlog::add);
        long waiting = backlog.waiting();
        List<UsageRecord> all = new ArrayList<>();
        long count = 0;
        for (Backlog.Batch batch = backlog.read(10); batch.count() > 0; batch = backlog.read(10)) {
            all.addAll(batch.records());
            count += batch.count();
            backlog.done(batch);
        }
        backlog.done(backlog.read(10));
        assertThat(count).isEqualTo(waiting);
        assertThat(backlog.waiting()).isZero();
        quarantine.close();
        backlog.close();
        return all;
    }

    private void put(long sequence, byte[] bytes) throws IOException {
        Files.write(files.path(sequence, JournalFiles.SEGMENT), bytes);
    }

    private List<String> names(String suffix) throws IOException {
        try (Stream<Path> paths = Files.list(files.directory())) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(suffix) && !name.equals("lock") && !name.equals("position"))
                    .sorted()
                    .toList();
        }
    }

    private void clear() throws IOException {
        try (Stream<Path> paths = Files.list(files.directory()).sorted(Comparator.reverseOrder())) {
            for (Path path : paths.toList()) {
                if (!path.endsWith("lock")) {
                    Files.delete(path);
                }
            }
        }
    }
}
