package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.key.KeyFormat;
import io.sluice.domain.key.KeyHash;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SluiceCommandTest {
    private static final String GATEWAY = """
            channels:
              - name: sim
                type: openai
                base-url: http://127.0.0.1:18090/v1
                accounts: [ { name: a, key: upstream-credential-a, limits: { rpm: 3 } } ]
                models: { gpt-4o-mini: {} }
            keys:
              - { name: app, key: a-key-of-more-than-sixteen }
            """;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void keygenPrintsAKeyOnceAndItsHash() {
        int exit = execute("keygen");

        List<String> lines = out.toString().lines().toList();
        String key = lines.getFirst();
        assertThat(exit).isZero();
        assertThat(KeyFormat.isGenerated(key)).isTrue();
        assertThat(lines).contains("    key-hash: sha256:" + KeyHash.ofKey(key).hex());
        assertThat(out.toString().indexOf(key)).isEqualTo(out.toString().lastIndexOf(key));
    }

    @Test
    void keysDiffer() {
        execute("keygen");
        String first = out.toString();
        out.getBuffer().setLength(0);
        execute("keygen");

        assertThat(out.toString()).isNotEqualTo(first);
    }

    @Test
    void versionNamesProgramAndJava() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).matches("sluice \\d+\\.\\S+ \\(Java \\d+.*\\)\\R");
    }

    @Test
    void helpListsEveryCommandAndOption() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString())
                .contains("run", "check", "explain", "keygen", "models", "pool", "simulate")
                .contains("--config", "--data", "--port", "--admin-port", "--log");
    }

    @Test
    void unknownOptionIsOneLineWithASuggestion() {
        assertThat(execute("run", "--prot", "1")).isEqualTo(2);
        assertThat(onlyLine()).startsWith("sluice: unknown option '--prot'; did you mean '--port'?");
    }

    @Test
    void unknownCommandIsOneLineWithASuggestion() {
        assertThat(execute("chekc")).isEqualTo(2);
        assertThat(onlyLine()).startsWith("sluice: unknown command 'chekc'; did you mean 'check'?");
    }

    @Test
    void missingOptionIsNamed() {
        assertThat(execute("explain", "--key", "app")).isEqualTo(2);
        assertThat(onlyLine()).contains("--model");
    }

    @Test
    void portThatIsNoNumberIsNamed() {
        assertThat(execute("--port", "http")).isEqualTo(2);
        assertThat(onlyLine()).contains("--port", "http");
    }

    @Test
    void missingDirectoryIsNamedWhereverTheOptionStands(@TempDir Path dir) {
        String missing = dir.resolve("nowhere").toString();

        assertThat(execute("check", "--config", missing)).isEqualTo(1);
        assertThat(execute("--config", missing, "check")).isEqualTo(1);
        assertThat(execute("--config", missing, "explain", "--key", "a", "--model", "m"))
                .isEqualTo(1);

        assertThat(err.toString().lines()).hasSize(3).allSatisfy(line -> assertThat(line)
                .contains(missing, "--config DIR"));
    }

    @Test
    void checkSaysWhatIsThere(@TempDir Path dir) throws Exception {
        Files.writeString(dir.resolve("node.yaml"), "admin: { port: 0 }\nsimulator: { port: 18090 }\n");
        Files.writeString(dir.resolve("gateway.yaml"), GATEWAY);

        assertThat(execute("check", "--config", dir.toString())).isZero();
        assertThat(out.toString()).contains("is valid: revision ", "1 channels, 1 accounts, 1 models, 1 keys");
    }

    @Test
    void checkSaysEveryErrorWithItsPlace(@TempDir Path dir) throws Exception {
        Files.writeString(dir.resolve("node.yaml"), "drain: soon\n");
        Files.writeString(
                dir.resolve("gateway.yaml"),
                GATEWAY.replace("rpm: 3", "rmp: 3").replace("type: openai", "type: opneai"));

        assertThat(execute("check", "--config", dir.toString())).isEqualTo(1);
        assertThat(err.toString().lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("sluice: node.yaml:1:") && line.contains("drain"))
                .anyMatch(line -> line.startsWith("sluice: gateway.yaml:3:") && line.contains("openai"))
                .anyMatch(line -> line.startsWith("sluice: gateway.yaml:5:") && line.contains("rpm"));
    }

    @Test
    void explainReadsTheFiles(@TempDir Path dir) throws Exception {
        Files.writeString(dir.resolve("node.yaml"), "simulator: { port: 18090 }\n");
        Files.writeString(dir.resolve("gateway.yaml"), GATEWAY);

        assertThat(execute("explain", "--config", dir.toString(), "--key", "app", "--model", "gpt-4o-mini"))
                .isZero();
        assertThat(out.toString()).contains("    sim/a, weight 1: 3 requests per 1m");
    }

    @Test
    void simulateNamesABadWindow() {
        assertThat(execute("simulate", "--window", "60")).isEqualTo(2);
        assertThat(onlyLine()).contains("--window", "unit");
    }

    private String onlyLine() {
        assertThat(err.toString().lines()).hasSize(1);
        return err.toString();
    }

    private int execute(String... args) {
        CommandLine command = SluiceCommand.parser(args);
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(args);
    }
}
