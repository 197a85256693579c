package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code sluice keys}, {@code teams} and {@code usage} against a scripted admin port. */
class LedgerCommandsTest {
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

    private int sluice(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--config", config.toString(), "--admin", "http://127.0.0.1:" + admin.port()));
        CommandLine command = SluiceCommand.commandLine();
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(all.toArray(String[]::new));
    }

    // --- keys ------------------------------------------------------------------------------------------------------

    @Test
    void aNewKeyStandsAloneOnTheOutput() throws Exception {
        admin.next(Script.json(201, "{\"name\":\"app\",\"key\":\"sk-sluice-abc\"}"));

        assertThat(sluice(
                        "keys",
                        "create",
                        "app",
                        "--team",
                        "red",
                        "--models",
                        "gpt-*,claude-*",
                        "--expires",
                        "2030-01-01",
                        "--rpm",
                        "60",
                        "--budget",
                        "20.50/month",
                        "--set",
                        "limits.rpd=1000",
                        "--set",
                        "log=quiet",
                        "--set",
                        "tags=[\"a\"]"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString().lines()).containsExactly("sk-sluice-abc");
        assertThat(err.toString().lines()).containsExactly("app is made; this is shown once:");
        FakeUpstream.Request request = admin.take(SOON);
        assertThat(request.line()).isEqualTo("POST /admin/v1/keys HTTP/1.1");
        assertThat(request.header("authorization")).containsExactly("Bearer a-token-of-more-than-sixteen");
        assertThat(request.text())
                .isEqualTo("{\"name\":\"app\",\"team\":\"red\",\"models\":[\"gpt-*\",\"claude-*\"],"
                        + "\"expires\":\"2030-01-01\",\"limits\":{\"rpm\":60,\"rpd\":1000},"
                        + "\"budget\":{\"amount\":20.5,\"every\":\"month\"},\"log\":\"quiet\",\"tags\":[\"a\"]}");
    }

    @Test
    void keysOfAllPagesStandInATable() throws Exception {
        admin.next(
                Script.json(
                        200,
                        "{\"keys\":[{\"name\":\"app\",\"team\":\"red\",\"state\":\"active\",\"origin\":\"store\",\"last-used\":null}],"
                                + "\"next-cursor\":\"a+b/c\"}"),
                Script.json(
                        200,
                        "{\"keys\":[{\"name\":\"other\\u001b\",\"state\":\"active\",\"origin\":\"files\",\"expires\":\"2030-01-01\","
                                + "\"out-of-force\":\"its team is not there\"}]}"));

        assertThat(sluice("keys", "list", "--team", "r&d", "--search", "%")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "NAME    TEAM  STATE                 ORIGIN  EXPIRES     LAST USED",
                        "app     red   active                store",
                        "other?        active, out of force  files   2030-01-01");
        assertThat(admin.take(SOON).line())
                .isEqualTo(
                        "GET /admin/v1/keys?team=r%26d&search=%25&limit=1000&cursor= HTTP/1.1".replace("&cursor=", ""));
        assertThat(admin.take(SOON).line()).contains("&cursor=a%2Bb%2Fc ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keys create",
                "keys list",
                "keys rotate",
                "keys disable",
                "keys enable",
                "keys revoke",
                "teams create",
                "teams list",
                "teams show",
                "teams change",
                "teams delete",
                "usage",
                "export",
                "import",
                "reseal"
            })
    void everyCommandExplainsItself(String command) {
        assertThat(SluiceCommand.commandLine().setOut(new PrintWriter(out)).execute((command + " --help").split(" ")))
                .isZero();

        assertThat(out.toString()).startsWith("Usage: sluice " + command + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"disable", "enable", "revoke"})
    void aKeyIsActedUpon(String action) throws Exception {
        admin.next(Script.json(200, "{\"name\":\"app/1\"}"));

        assertThat(sluice("keys", action, "app/1")).isZero();

        assertThat(out.toString()).startsWith("app/1 is " + action);
        FakeUpstream.Request asked = admin.take(SOON);
        assertThat(asked.line()).isEqualTo("POST /admin/v1/keys/app%2F1/" + action + " HTTP/1.1");
        // The API takes no body here.
        assertThat(asked.header("content-type")).isEmpty();
    }

    @Test
    void aRotatedKeyStandsAloneOnTheOutput() throws Exception {
        admin.next(Script.json(200, "{\"name\":\"app\",\"key\":\"sk-sluice-new\"}"));

        assertThat(sluice("keys", "rotate", "app", "--overlap", "0s")).isZero();

        assertThat(out.toString().lines()).containsExactly("sk-sluice-new");
        assertThat(admin.take(SOON).text()).isEqualTo("{\"overlap\":\"0s\"}");
    }

    @Test
    void aProblemIsOneLineAndSeveralAreALineEach() {
        String one =
                "{\"detail\":\"body /team: has a form\\nthat is wrong\",\"errors\":[{\"field\":\"/team\",\"detail\":\"a\"}%s]}";
        admin.next(
                Script.json(400, one.formatted("")),
                Script.json(400, one.formatted(",{\"field\":\"/name\",\"detail\":\"is missing\"}")));

        assertThat(sluice("keys", "create", "app", "--team", "?")).isEqualTo(1);
        assertThat(sluice("keys", "create", "app", "--team", "?")).isEqualTo(1);

        String first = "sluice: http://127.0.0.1:" + admin.port()
                + " answers with status 400: body /team: has a form?that is wrong";
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(first, first, "sluice: /team: a", "sluice: /name: is missing");
    }

    // --- teams -----------------------------------------------------------------------------------------------------

    @Test
    void aTeamIsMadeAndChangedAndDeleted() throws Exception {
        String stored = "{\"name\":\"red\",\"origin\":\"store\",\"version\":7}";
        admin.next(Script.json(201, stored));
        assertThat(sluice("teams", "create", "red", "--parent", "all", "--budget", "100"))
                .isZero();
        assertThat(admin.take(SOON).text())
                .isEqualTo("{\"name\":\"red\",\"parent\":\"all\",\"budget\":{\"amount\":100,\"every\":\"total\"}}");

        admin.next(Script.json(200, stored), Script.json(200, stored));
        assertThat(sluice("teams", "change", "red", "--rpm", "10", "--set", "budget=null"))
                .isZero();
        assertThat(admin.take(SOON).line()).isEqualTo("GET /admin/v1/teams/red HTTP/1.1");
        FakeUpstream.Request change = admin.take(SOON);
        assertThat(change.line()).isEqualTo("PATCH /admin/v1/teams/red HTTP/1.1");
        assertThat(change.header("if-match")).containsExactly("\"7\"");
        assertThat(change.text()).isEqualTo("{\"limits\":{\"rpm\":10},\"budget\":null}");

        admin.next(Script.json(200, stored), Script.bytes("HTTP/1.1 204 No Content\r\n\r\n"));
        assertThat(sluice("teams", "delete", "red")).as(err.toString()).isZero();
        admin.take(SOON);
        FakeUpstream.Request delete = admin.take(SOON);
        assertThat(delete.line()).isEqualTo("DELETE /admin/v1/teams/red HTTP/1.1");
        assertThat(delete.header("if-match")).containsExactly("\"7\"");
        assertThat(out.toString().lines()).containsExactly("red is made", "red is changed", "red is deleted");
    }

    @Test
    void aTeamOfTheFilesIsChangedThere() {
        admin.next(Script.json(200, "{\"name\":\"red\",\"origin\":\"gateway.yaml:12\"}"));

        assertThat(sluice("teams", "change", "red", "--rpm", "10")).isEqualTo(1);

        assertThat(err.toString()).contains("red stands in gateway.yaml:12; change it there");
    }

    // --- usage -----------------------------------------------------------------------------------------------------

    @Test
    void sumsStandInATableWithTheirTotal() throws Exception {
        String sum = "\"requests\":%d,\"failures\":1,\"unpriced\":0,\"input-tokens\":10,\"cached-tokens\":0,"
                + "\"output-tokens\":5,\"cost-micros\":%d}";
        admin.next(
                Script.json(
                        200,
                        "{\"from\":\"F\",\"to\":\"T\",\"currency\":\"CNY\",\"complete\":false,\"groups\":[{\"key\":\"app\",\"start\":\"2026-06-01T00:00:00Z\","
                                + sum.formatted(900, 1_234_567) + "],\"total\":{" + sum.formatted(1_000, 1_234_600)
                                + ",\"next-cursor\":\"c\"}"),
                Script.json(
                        200,
                        "{\"groups\":[{\"key\":\"other\",\"start\":\"2026-06-02T00:00:00Z\"," + sum.formatted(100, 33)
                                + "]}"));

        assertThat(sluice(
                        "usage",
                        "--from",
                        "2026-06-01",
                        "--offset",
                        "+08:00",
                        "--by",
                        "key,day",
                        "--team",
                        "red",
                        "--team",
                        "blue"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "from F to T, in CNY",
                        "not all of it is kept any more: the sums say too little",
                        "START                 KEY    REQUESTS  FAILED  UNPRICED  INPUT  CACHED  OUTPUT    COST",
                        "2026-06-01T00:00:00Z  app         900       1         0     10       0       5  1.2346",
                        "2026-06-02T00:00:00Z  other       100       1         0     10       0       5  0.0000",
                        "in all                           1000       1         0     10       0       5  1.2346");
        assertThat(admin.take(SOON).line())
                .isEqualTo("GET /admin/v1/usage?from=2026-06-01&offset=%2B08%3A00&team=red&team=blue&group-by=key"
                        + "&group-by=day&limit=1000 HTTP/1.1");
        assertThat(admin.take(SOON).line()).contains("&cursor=c ");
    }

    @Test
    void requestsStandInATable() throws Exception {
        admin.next(
                Script.json(
                        200,
                        "{\"records\":[{\"id\":\"i\",\"started-at\":\"s\",\"key\":\"k\",\"model\":\"m\",\"account\":\"c/a\",\"status\":200,"
                                + "\"ending\":\"completed\",\"input-tokens\":1,\"output-tokens\":2,\"cost-micros\":null}],\"next-cursor\":\"x\"}"));

        assertThat(sluice("usage", "--records", "--limit", "1", "--status", "200"))
                .isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "STARTED  ID  KEY  MODEL  ACCOUNT  STATUS  ENDING     INPUT  OUTPUT  COST",
                        "s        i   k    m      c/a         200  completed      1       2");
        assertThat(admin.take(SOON).line()).isEqualTo("GET /admin/v1/usage/records?status=200&limit=1 HTTP/1.1");
    }

    @Test
    void anExportIsCopiedAsItIs() throws Exception {
        admin.next(Script.json(200, "key,requests\r\nkönig,1\r\n"));

        assertThat(sluice("usage", "--csv", "--key", "könig"))
                .as(err.toString())
                .isZero();

        assertThat(out.toString()).isEqualTo("key,requests\r\nkönig,1\r\n");
        assertThat(admin.take(SOON).line())
                .isEqualTo("GET /admin/v1/usage/export?key=k%C3%B6nig&group-by=key&format=csv HTTP/1.1");
    }

    @Test
    void anExportThatIsRefusedIsOneLine() {
        admin.next(Script.json(400, "{\"detail\":\"query from: It must be a date.\"}"));

        assertThat(sluice("usage", "--jsonl", "--records", "--from", "x")).isEqualTo(1);

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).hasSize(1).first().asString().endsWith("query from: It must be a date.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "usage --records --by key",
                "usage --csv --jsonl",
                "usage --csv --limit 3",
                "usage --limit 0",
                "keys",
                "keys create",
                "keys creat",
                "teams",
                "teams change red"
            })
    void whatDoesNotGoTogetherIsSaidBeforeAnybodyIsAsked(String line) {
        assertThat(sluice(line.split(" "))).isEqualTo(2);

        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err.toString()).startsWith("sluice: ").contains("--help");
    }
}
