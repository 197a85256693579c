package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command against a scripted admin port. */
class NotifyTestCommandTest {
    @TempDir
    private Path config;

    private final FakeUpstream admin = FakeUpstream.start();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void token() throws IOException {
        Files.writeString(config.resolve("node.yaml"), "admin: { token: a-token-of-more-than-sixteen }\n");
    }

    @AfterEach
    void close() {
        admin.close();
    }

    private int execute(String... args) {
        CommandLine command = SluiceCommand.commandLine();
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(args);
    }

    private int test(String... sink) {
        String[] all = new String[sink.length + 6];
        all[0] = "notify";
        all[1] = "test";
        System.arraycopy(sink, 0, all, 2, sink.length);
        all[sink.length + 2] = "--config";
        all[sink.length + 3] = config.toString();
        all[sink.length + 4] = "--admin";
        all[sink.length + 5] = "http://127.0.0.1:" + admin.port();
        return execute(all);
    }

    @Test
    void isWellWhenAllTookIt() throws Exception {
        admin.next(Script.json(200, "{\"results\":[{\"sink\":\"ops\",\"delivered\":true}]}"));

        assertThat(test("ops")).isZero();

        assertThat(out.toString().lines()).containsExactly("ops  delivered");
        FakeUpstream.Request asked = admin.take(Duration.ofSeconds(10));
        assertThat(asked.line()).isEqualTo("POST /admin/v1/notifications/test?sink=ops HTTP/1.1");
        assertThat(asked.header("authorization")).containsExactly("Bearer a-token-of-more-than-sixteen");
        // The API takes none here.
        assertThat(asked.header("content-type")).isEmpty();
    }

    @Test
    void isNotWellWhenOneDidNot() {
        admin.next(Script.json(
                200,
                "{\"results\":[{\"sink\":\"ops\",\"delivered\":true},"
                        + "{\"sink\":\"chat\",\"delivered\":false,\"why\":\"code 19021, sign\\u001b[31m\"}]}"));

        assertThat(test()).isOne();

        assertThat(out.toString().lines())
                .containsExactly("ops  delivered", "chat  not delivered: code 19021, sign?[31m");
    }

    @Test
    void saysWhatTheNodeSays() {
        admin.next(Script.json(404, "{\"detail\":\"There is no sink 'x'; there are ops.\"}"));

        assertThat(test("x")).isOne();

        assertThat(err.toString()).contains("There is no sink 'x'; there are ops.");
    }

    @Test
    void needsACommand() {
        assertThat(execute("notify")).isEqualTo(2);

        assertThat(err.toString()).contains("notify needs a command: test (see sluice notify --help)");
    }
}
