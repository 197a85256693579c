package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SubstitutionTest {
    private static final Place PLACE = new Place("f.yaml", 3, 4, "a.b");

    @TempDir
    private Path dir;

    private final Findings findings = new Findings();
    private Substitution substitution;

    @BeforeEach
    void create() {
        Map<String, String> environment =
                Map.of("A", "one", "B", "${env:A}", "LINES", "x\ny", "BLANK", " ", "EMPTY", "");
        substitution = new Substitution(ReferenceSource.of(dir, environment::get), findings);
    }

    private @Nullable String resolve(String text) {
        return substitution.resolve(text, PLACE);
    }

    private List<String> errors() {
        return findings.errors().stream().map(ConfigError::toString).toList();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(dir.resolve(name), text);
        Files.setPosixFilePermissions(dir.resolve(name), PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void putsValuesInPlaceOnce() throws IOException {
        write("secret", "two\n");
        write("windows", "\uFEFFthree\r\n");

        assertThat(resolve("plain")).isEqualTo("plain");
        assertThat(resolve("<${env:A}-${file:secret}-${file:windows}>")).isEqualTo("<one-two-three>");
        assertThat(resolve("${env:B}")).isEqualTo("${env:A}");
        assertThat(resolve("${env:LINES}")).isEqualTo("x\ny");
        assertThat(errors()).isEmpty();
        assertThat(findings.warnings()).isEmpty();
        assertThat(substitution.files()).containsExactlyInAnyOrder(dir.resolve("secret"), dir.resolve("windows"));
    }

    @Test
    void takesOffOneLineBreakOnly() throws IOException {
        write("two", "x\n\n");

        assertThat(resolve("${file:two}")).isEqualTo("x\n");
    }

    @Test
    void namesThePlaceAndNotTheValue() throws IOException {
        write("blank", " \n");
        write("large", "x".repeat(64 * 1024 + 1));
        write("binary", "");
        Files.write(dir.resolve("binary"), new byte[] {(byte) 0xff});

        for (String text : List.of(
                "${env:NOPE}",
                "${env:EMPTY}",
                "${env:BLANK}",
                "${env:${env:A}}",
                "${A}",
                "${env:}",
                "${file:gone}",
                "${file:blank}",
                "${file:large}",
                "${file:binary}",
                "${file:.}",
                "${file:a\0b}")) {
            assertThat(resolve(text)).as(text).isNull();
        }

        assertThat(errors())
                .containsExactly(
                        "f.yaml:3:4: a.b: the environment variable NOPE is not set",
                        "f.yaml:3:4: a.b: the environment variable EMPTY is empty",
                        "f.yaml:3:4: a.b: the environment variable BLANK is empty",
                        "f.yaml:3:4: a.b: '${' begins a reference; write ${env:NAME} or ${file:path}",
                        "f.yaml:3:4: a.b: the file gone does not exist",
                        "f.yaml:3:4: a.b: the file blank is empty",
                        "f.yaml:3:4: a.b: the file large is larger than 64KiB",
                        "f.yaml:3:4: a.b: the file binary is not UTF-8 text",
                        "f.yaml:3:4: a.b: the file . is a directory",
                        "f.yaml:3:4: a.b: 'a\0b' is not a path");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void neverHangsOnWhatIsNoFile() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", dir.resolve("fifo").toString())
                        .start()
                        .waitFor(5, TimeUnit.SECONDS))
                .isTrue();
        try (RandomAccessFile sparse = new RandomAccessFile(dir.resolve("huge").toFile(), "rw")) {
            sparse.setLength(1L << 30);
        }

        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            resolve("${file:/dev/zero}");
            resolve("${file:fifo}");
            resolve("${file:huge}");
        });

        assertThat(errors())
                .containsExactly(
                        "f.yaml:3:4: a.b: the file /dev/zero is not a regular file",
                        "f.yaml:3:4: a.b: the file fifo is not a regular file",
                        "f.yaml:3:4: a.b: the file huge is larger than 64KiB");
    }

    @Test
    void warnsOnceOfASecretThatEveryoneMayRead() throws IOException {
        write("open", "x");
        Files.setPosixFilePermissions(dir.resolve("open"), PosixFilePermissions.fromString("rw-r--r--"));

        resolve("${file:open}");
        resolve("${file:open}");

        assertThat(findings.warnings())
                .containsExactly(
                        "f.yaml:3: a.b: the file open may be read by every user of this machine; chmod 600 it");
    }
}
