package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.FreePort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command against a scripted admin port. */
class PoolCommandTest {
    private static final Duration SOON = Await.MOST;

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

    private int execute(int port, String... args) {
        String[] all = new String[args.length + 5];
        all[0] = "pool";
        System.arraycopy(args, 0, all, 1, args.length);
        all[args.length + 1] = "--config";
        all[args.length + 2] = config.toString();
        all[args.length + 3] = "--admin";
        all[args.length + 4] = "http://127.0.0.1:" + port;
        CommandLine command = SluiceCommand.commandLine();
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(all);
    }

    private int pool(String... args) {
        return execute(admin.port(), args);
    }

    private static String account(String name, String state, String more) {
        return "{\"account\":\"" + name + "\",\"state\":\"" + state + "\",\"in-flight\":2,\"attempts\":0" + more + "}";
    }

    private static Script page(String accounts, String more) {
        return Script.json(
                200,
                "{\"revision\":\"r1\",\"accounts-in-all\":3,\"states\":{\"dead\":1,\"up\":2},\"accounts\":[" + accounts
                        + "]" + more + "}");
    }

    @Test
    void printsATableOfAllPages() throws Exception {
        String up = account(
                "openai/team-a",
                "up",
                ",\"attempts\":20,\"succeeded\":19,\"models\":[{\"model\":\"m-1\",\"state\":\"up\","
                        + "\"first-byte-ms\":{\"p50\":120.4,\"p95\":400.0}},{\"model\":\"m-2\",\"state\":\"missing\"}],"
                        + "\"limits\":[{\"dimension\":\"requests\",\"limit\":60,\"used\":15},"
                        + "{\"dimension\":\"tokens\",\"limit\":1000,\"used\":900}]");
        String dead = account(
                "openai/b",
                "dead",
                ",\"why\":\"its key is refused\",\"by\":\"provider\",\"last-error\":{\"status\":401,\"message\":\"no\"}");
        String out1 = account("x/c", "disabled", ",\"why\":\"Ticket 7\",\"by\":\"operator at 127.0.0.1\"");
        admin.next(page(up + "," + dead, ",\"next-cursor\":\"openai/b\""), page(out1, ""));

        assertThat(pool("--channel", "open ai", "--state", "dead")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "revision r1, 3 accounts: 1 dead, 2 up",
                        "ACCOUNT        STATE     UNTIL  IN FLIGHT  OK         P50     P95     USED        WHY",
                        "openai/team-a  up               2          95% of 20  120 ms  400 ms  90% tokens  m-2 missing",
                        "openai/b       dead             2                                                 its key is refused;"
                                + " last error 401 no",
                        "x/c            disabled         2                                                 Ticket 7 (operator at"
                                + " 127.0.0.1)");
        FakeUpstream.Request first = admin.take(SOON);
        assertThat(first.line()).isEqualTo("GET /admin/v1/pool?limit=1000&channel=open%20ai&state=dead HTTP/1.1");
        assertThat(first.header("authorization")).containsExactly("Bearer a-token-of-more-than-sixteen");
        assertThat(admin.take(SOON).line()).contains("&cursor=openai%2Fb ");
    }

    @Test
    void tellsTimesFromNow() throws Exception {
        PoolTable table = new PoolTable();
        Instant now = Instant.parse("2026-11-28T10:00:00Z");
        var json = new com.fasterxml.jackson.databind.ObjectMapper();
        table.add(json.readTree(account("a/a", "cooling", ",\"until\":\"2026-11-28T10:01:05.9Z\"")), now);
        table.add(json.readTree(account("a/b", "dead", ",\"next-probe\":\"2026-11-28T12:00:00Z\"")), now);
        table.add(json.readTree(account("a/c", "cooling", ",\"until\":\"2026-11-28T09:59:59Z\"")), now);
        table.add(
                json.readTree(account("a/d", "disabled", ",\"why\":\"disabled in the files\",\"by\":\"files\"")), now);

        assertThat(table.lines())
                .extracting(line -> line.replaceAll(" {2,}", "|"))
                .containsExactly(
                        "ACCOUNT|STATE|UNTIL|IN FLIGHT|OK|P50|P95|USED|WHY",
                        "a/a|cooling|in 1m5s|2",
                        "a/b|dead|asked in 2h|2",
                        "a/c|cooling|in 0s|2",
                        "a/d|disabled|2|disabled in the files");
    }

    @Test
    void hasAnActionDone() throws Exception {
        admin.next(
                Script.json(
                        200,
                        "{\"outcome\":\"done\",\"message\":\"Done.\",\"accounts\":[{\"account\":\"a/b\",\"message\":\"disabled\"}]}"));

        assertThat(pool("disable", "云/b", "--reason", "Ticket \"7\"")).isZero();

        assertThat(out.toString().lines()).containsExactly("Done.", "  a/b: disabled");
        FakeUpstream.Request request = admin.take(SOON);
        assertThat(request.line()).isEqualTo("POST /admin/v1/pool/%E4%BA%91/b/disable HTTP/1.1");
        assertThat(request.header("content-type")).containsExactly("application/json");
        assertThat(request.header("origin")).isEmpty();
        assertThat(request.text()).isEqualTo("{\"reason\":\"Ticket \\\"7\\\"\"}");
    }

    @Test
    void failsInTheNodesWords() {
        admin.next(Script.json(409, "{\"type\":\"urn:sluice:problem:files-forbid\",\"detail\":\"Change the files.\"}"));

        assertThat(pool("enable", "c")).isEqualTo(1);

        assertThat(err.toString()).contains("status 409: Change the files.");
    }

    /** Nobody on the way may read a token. */
    @Test
    void sendsNoTokenInClearToAnotherMachine() throws Exception {
        CommandLine command = SluiceCommand.commandLine();
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

        int code =
                command.execute("pool", "--config", config.toString(), "--admin", "http://192.0.2.1:" + admin.port());

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("https", "--insecure").doesNotContain("a-token-of");
    }

    @Test
    void asksWithTheTokenOfTheNodeItself() throws Exception {
        Files.writeString(config.resolve("node.yaml"), "");
        Files.writeString(config.resolve("admin.token"), "sluice-admin-0123456789abcdef0123456789abcdef\n");
        admin.next(page("", ""), page("", ""));

        assertThat(pool("--data", config.toString())).isZero();
        assertThat(pool("--data", config.toString(), "--token", "another")).isZero();

        assertThat(admin.take(SOON).header("authorization"))
                .containsExactly("Bearer sluice-admin-0123456789abcdef0123456789abcdef");
        assertThat(admin.take(SOON).header("authorization")).containsExactly("Bearer another");
    }

    @Test
    void saysWhenNobodyIsThereOrItIsNoNode() {
        assertThat(execute(FreePort.next())).isEqualTo(1);
        assertThat(err.toString()).contains("no node answers at http://127.0.0.1:");
        admin.next(Script.bytes("HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nhi"));
        assertThat(pool()).isEqualTo(1);
        assertThat(err.toString()).contains("is not the admin port of a node");
    }

    @Test
    void saysWhatIsWrongWithTheCommandLine() {
        for (List<String> wrong : List.of(
                List.of("stop", "c/a"),
                List.of("disable"),
                List.of("disable", "c/a/b"),
                List.of("disable", "c/"),
                List.of("disable", "c", "--state", "up"),
                List.of("--reason", "x"))) {
            assertThat(pool(wrong.toArray(String[]::new))).as(wrong.toString()).isEqualTo(2);
        }
        assertThat(err.toString())
                .contains(
                        "there is no action 'stop'; there are disable, drain, enable, clear-cooldown, probe",
                        "disable needs whom: CHANNEL or CHANNEL/ACCOUNT");
        assertThat(admin.untaken()).isZero();
    }
}
