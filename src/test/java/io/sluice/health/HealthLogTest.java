package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.sluice.domain.health.Word;
import io.sluice.domain.health.Word.Author;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.health.Word.State;
import io.sluice.domain.health.Words;
import io.sluice.testkit.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthLogTest {
    @TempDir
    private Path root;

    private Path data;
    private Path file;

    @BeforeEach
    void paths() {
        data = root.resolve("data");
        file = data.resolve("health.log");
    }

    private static Word word(String subject, State state, long at) {
        return new Word(subject, "f00", state, "why 为何", "", new Evidence(401, "code", "message"), at, "n/1");
    }

    private Words read() throws IOException {
        Words words = new Words();
        HealthLog.open(data, words).close();
        return words;
    }

    private void write(Word... words) throws IOException {
        try (HealthLog log = HealthLog.open(data, new Words())) {
            log.append(List.of(words), true);
        }
    }

    @Test
    void keepsWordsOverARestart() throws IOException {
        Word dead = word("c/a", State.DEAD, 1);
        Word disabled = word("c/b", State.DISABLED, 2);

        write(dead);
        write(disabled, word("c/b", State.ENABLED, 1));

        assertThat(read().all()).containsExactlyInAnyOrder(dead, disabled);
    }

    @Test
    void whatIsAppendedIsThereWithoutAClose() throws IOException {
        HealthLog log = HealthLog.open(data, new Words());
        log.append(List.of(word("c/a", State.DISABLED, 1)), false);
        Path copy = Files.createDirectories(root.resolve("copy"));
        Files.copy(file, copy.resolve("health.log"));

        Words words = new Words();
        HealthLog.open(copy, words).close();

        assertThat(words.size()).isOne();
        log.close();
    }

    @Test
    void aFileThatWasCutAnywhereGivesEveryWholeLineAndGoesOn() throws IOException {
        List<Word> all =
                List.of(word("c/a", State.DEAD, 1), word("c/b", State.DISABLED, 2), word("c/c", State.OUT_OF_MONEY, 3));
        write(all.toArray(Word[]::new));
        byte[] whole = Files.readAllBytes(file);
        Word later = word("c/d", State.DEAD, 4);

        for (int length = 0; length <= whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            Files.write(file, cut);
            int lines = 0;
            for (byte b : cut) {
                lines += b == '\n' ? 1 : 0;
            }

            try (LogLines logged = LogLines.of(HealthLog.class)) {
                assertThat(read().all())
                        .as("the first %d bytes", length)
                        .containsExactlyInAnyOrderElementsOf(all.subList(0, lines));
                assertThat(logged.lines()).isEmpty();
            }
            write(later);
            assertThat(read().all()).hasSize(lines + 1).contains(later);
        }
    }

    @Test
    void aDamagedLineIsLeftOutAndTheOthersAreNot() throws IOException {
        write(word("c/a", State.DEAD, 1), word("c/b", State.DISABLED, 2), word("c/c", State.DEAD, 3));
        byte[] whole = Files.readAllBytes(file);
        int first = firstLineEnd(whole, 0);
        int second = firstLineEnd(whole, first + 1);

        for (int at = first + 1; at < second; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            try (LogLines logged = LogLines.of(HealthLog.class)) {
                assertThat(read().all())
                        .as("byte %d", at)
                        .extracting(Word::subject)
                        .containsExactlyInAnyOrder("c/a", "c/c");
                assertThat(logged.lines()).hasSize(1).first().asString().contains("the first is line 2");
            }
        }
    }

    private static int firstLineEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    @Test
    void rubbishOfAnyLengthIsReadInBoundedMemory() throws IOException {
        write(word("c/a", State.DEAD, 1));
        byte[] rubbish = new byte[3_000_000];
        Arrays.fill(rubbish, (byte) 'x');
        rubbish[rubbish.length - 1] = '\n';
        Files.write(file, rubbish, java.nio.file.StandardOpenOption.APPEND);
        write(word("c/b", State.DEAD, 2));

        assertThat(read().all()).extracting(Word::subject).containsExactlyInAnyOrder("c/a", "c/b");
    }

    @Test
    void growthIsBoundedByWhatCounts() throws IOException {
        Words words = new Words();
        Word human = word("c/z", State.DISABLED, 1);
        try (HealthLog log = HealthLog.open(data, words)) {
            words.merge(human);
            log.append(List.of(human), true);
            for (int i = 0; i < 10_000; i++) {
                Word next = word("c/a", i % 2 == 0 ? State.DEAD : State.ALIVE, i);
                words.merge(next);
                log.append(List.of(next), false);
                log.compactWhenLarge(words.all());
                assertThat(Files.size(file)).isLessThan(HealthLog.SMALL_BYTES + 1_000);
            }
        }

        assertThat(read().all()).containsExactlyInAnyOrder(human, word("c/a", State.ALIVE, 9_999));
        assertThat(data.resolve("health.log.new")).doesNotExist();
    }

    @Test
    void aLargeFileIsMadeSmallAtTheStart() throws IOException {
        try (HealthLog log = HealthLog.open(data, new Words())) {
            for (int i = 0; i < 5_000; i++) {
                log.append(List.of(word("c/a", State.DEAD, i)), false);
            }
        }
        assertThat(Files.size(file)).isGreaterThan(HealthLog.SMALL_BYTES);

        assertThat(read().word("c/a", Author.MACHINE)).isEqualTo(word("c/a", State.DEAD, 4_999));

        assertThat(Files.size(file)).isLessThan(1_000);
        assertThat(read().size()).isOne();
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        write(word("c/a", State.DEAD, 1));

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void twoProcessesDoNotShareIt() throws IOException {
        try (HealthLog log = HealthLog.open(data, new Words())) {
            log.append(List.of(), true);
            assertThatIOException()
                    .isThrownBy(() -> HealthLog.open(data, new Words()))
                    .withMessageContaining("health.log is in use by another process");
        }
    }

    @Test
    void aDirectoryInItsPlaceIsSaid() throws IOException {
        Files.createDirectories(file);

        assertThatIOException().isThrownBy(this::read).withMessageContaining("health.log");
        assertThat(Set.of(file)).allMatch(Files::isDirectory);
    }
}
