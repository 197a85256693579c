package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreKeep;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.MessageCodecs;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import io.sluice.store.PgDatabase;
import io.sluice.store.UsageWriter;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions about usage over HTTP, on a real ledger: what is right is in {@code UsageQueriesTest}, here is what may be asked. */
class UsageApiTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final String DAY = "from=2026-06-14&to=2026-06-15";
    private static final int RECORDS = 1_234;

    private static final HttpClient client = HttpClient.newHttpClient();
    private static Vertx vertx;
    private static PgDatabase database;
    private static int port;
    private static String teamToken;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        List<UsageRecord> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add(record(i));
        }
        TestPostgres.await(new UsageWriter(database, "n", List.of()).write(records));
        AdminVerticle admin =
                new AdminVerticle(Admins.setup(Nodes.lanes(1), new RevisionBuilder().build(), database, () -> NOW));
        TestNode.await(vertx.deployVerticle(admin));
        port = admin.port();
        io.sluice.testkit.Await.until(() -> get("/usage", Admins.TOKEN.reveal()).statusCode() != 503);
        HttpResponse<String> made = client.send(
                request("/tokens", Admins.TOKEN.reveal())
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"name\":\"reds\",\"role\":\"viewer\",\"team\":\"red\"}"))
                        .build(),
                BodyHandlers.ofString());
        teamToken = new JsonObject(made.body()).getString("token");
    }

    @AfterAll
    static void stop() {
        database.close();
        TestPostgres.await(vertx.close());
    }

    private static UsageRecord record(int i) {
        long millis = NOW.minus(Duration.ofHours(36)).plusSeconds(i).toEpochMilli();
        return new UsageRecord(
                new UUID(millis << 16 | 0x7000L, 1L << 63 | i).toString(),
                new Caller(
                        i % 2 == 0 ? "app+1" : "=HYPERLINK(\"http://x\")",
                        i % 3 == 0 ? "red" : null,
                        null,
                        "127.0.0.1",
                        ""),
                new Asked(Endpoint.CHAT_COMPLETIONS, "m" + i % 5, false),
                new Served(null, null, "c", "c/a", 1, List.of()),
                new Used(
                        new TokenUsage(10, 0, 0, 5, 0, 0, 0),
                        0,
                        false,
                        new Charge(true, 100, "USD", 100, 1_000_000, "r"),
                        null),
                new Timing(millis, 0, 0, 0),
                new Outcome(200, i % 7 == 0 ? Ending.CUT : Ending.COMPLETED, null));
    }

    private static HttpRequest.Builder request(String path, String token) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/v1" + path))
                .header("authorization", "Bearer " + token);
    }

    private static HttpResponse<String> get(String path, String token) {
        try {
            return client.send(request(path, token).build(), BodyHandlers.ofString());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static JsonObject json(String path) {
        HttpResponse<String> answer = get(path, Admins.TOKEN.reveal());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    @Test
    void sumsInGroupsAndInAll() {
        JsonObject found = json("/usage?" + DAY + "&group-by=model&group-by=day&limit=3");

        assertThat(found.getString("from")).isEqualTo("2026-06-14T00:00:00Z");
        assertThat(found.getBoolean("complete")).isTrue();
        assertThat(found.getBoolean("more")).isTrue();
        assertThat(found.getJsonArray("groups")).hasSize(3);
        JsonObject first = found.getJsonArray("groups").getJsonObject(0);
        assertThat(first.getString("start")).isEqualTo("2026-06-14T00:00:00Z");
        assertThat(first.getString("model")).isEqualTo("m0");
        assertThat(first.getLong("requests")).isEqualTo(247);
        assertThat(found.getJsonObject("total").getLong("requests")).isEqualTo(RECORDS);
        assertThat(found.getJsonObject("total").getLong("cost-micros")).isEqualTo(100L * RECORDS);

        JsonObject second =
                json("/usage?" + DAY + "&group-by=model&group-by=day&limit=3&cursor=" + found.getString("next-cursor"));
        assertThat(second.getJsonArray("groups")).hasSize(2);
        assertThat(second.containsKey("total")).isFalse();
        assertThat(second.containsKey("next-cursor")).isFalse();
    }

    @Test
    void withoutATimeItIsThirtyDays() {
        JsonObject found = json("/usage?offset=%2B08:00");

        assertThat(found.getString("to")).isEqualTo("2026-06-15T16:00:00Z");
        assertThat(found.getString("from")).isEqualTo("2026-05-16T16:00:00Z");
        assertThat(found.getJsonObject("total").getLong("requests")).isEqualTo(RECORDS);
    }

    @Test
    void recordsHavePagesToTheEnd() {
        List<String> ids = new ArrayList<>();
        String more = "";
        do {
            JsonObject page = json("/usage/records?" + DAY + "&limit=500" + more);
            page.getJsonArray("records").forEach(each -> ids.add(((JsonObject) each).getString("id")));
            more = page.containsKey("next-cursor") ? "&cursor=" + page.getString("next-cursor") : "";
        } while (!more.isEmpty());

        assertThat(ids).hasSize(RECORDS).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> b.compareTo(a));
        JsonObject one = json("/usage/records/" + ids.getLast());
        assertThat(one.getString("id")).isEqualTo(ids.getLast());
        assertThat(one.getJsonArray("other-attempts")).isEqualTo(new JsonArray());
    }

    @Test
    void tellsTheStoryOfARequest() {
        String id = json("/usage/records?limit=1&" + DAY)
                .getJsonArray("records")
                .getJsonObject(0)
                .getString("id");

        JsonObject story = json("/requests/" + id);

        assertThat(story.getBoolean("recorded")).isTrue();
        assertThat(story.getBoolean("refused")).isFalse();
        assertThat(story.getJsonObject("record").getString("id")).isEqualTo(id);
        assertThat(story.getJsonObject("timings").getDouble("total-ms"))
                .isEqualTo(story.getJsonObject("record").getLong("total-micros") / 100 / 10.0);
        assertThat(get("/requests/01900000-0000-7000-8000-000000000000", Admins.TOKEN.reveal())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void exportsHaveEverythingAndNoFormula() {
        HttpResponse<String> csv = get("/usage/export?" + DAY, Admins.TOKEN.reveal());
        HttpResponse<String> lines = get("/usage/export?format=jsonl&" + DAY, Admins.TOKEN.reveal());
        HttpResponse<String> groups = get("/usage/export?group-by=key&" + DAY, Admins.TOKEN.reveal());

        assertThat(csv.headers().firstValue("content-type").orElse("")).startsWith("text/csv");
        assertThat(csv.body().lines()).hasSize(RECORDS + 1);
        assertThat(csv.body())
                .startsWith("id,started-at,")
                .contains(",\"'=HYPERLINK(\"\"http://x\"\")\",")
                .doesNotContain(",=");
        assertThat(lines.body()
                        .lines()
                        .map(JsonObject::new)
                        .map(line -> line.getString("key"))
                        .distinct())
                .containsExactlyInAnyOrder("app+1", "=HYPERLINK(\"http://x\")");
        assertThat(lines.body().lines()).hasSize(RECORDS);
        assertThat(groups.body().lines()).hasSize(3).first().asString().startsWith("key,requests,failures,");
    }

    @Test
    void anEmptyExportHasItsHead() {
        assertThat(get("/usage/export?key=nobody&" + DAY, Admins.TOKEN.reveal())
                        .body()
                        .lines())
                .hasSize(1);
    }

    @Test
    void aTokenOfATeamSeesItsTeamAlone() {
        JsonObject all =
                new JsonObject(get("/usage?group-by=team&" + DAY, teamToken).body());
        HttpResponse<String> other = get("/usage?team=blue&" + DAY, teamToken);
        JsonArray records = new JsonObject(
                        get("/usage/records?limit=1000&" + DAY, teamToken).body())
                .getJsonArray("records");
        HttpResponse<String> export = get("/usage/export?format=jsonl&" + DAY, teamToken);
        JsonArray everybody = json("/usage/records?limit=3&" + DAY).getJsonArray("records");

        assertThat(all.getJsonArray("groups")).hasSize(1);
        assertThat(all.getJsonObject("total").getLong("requests")).isEqualTo(412);
        assertThat(other.statusCode()).isEqualTo(403);
        assertThat(records).hasSize(412).allSatisfy(each -> assertThat(((JsonObject) each).getString("team"))
                .isEqualTo("red"));
        assertThat(export.body().lines()).hasSize(412);
        for (Object each : everybody) {
            JsonObject record = (JsonObject) each;
            for (String path : List.of("/usage/records/", "/requests/")) {
                assertThat(get(path + record.getString("id"), teamToken).statusCode())
                        .isEqualTo(record.getString("team").equals("red") ? 200 : 404);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/usage?from=tomorrow | from",
                "/usage?from=2026-02-30 | from",
                "/usage?from=1999-12-31 | from",
                "/usage?to=9999-01-01 | to",
                "/usage?from=2026-06-02&to=2026-06-01 | from",
                "/usage?from=2026-06-01&to=2026-06-01 | from",
                "/usage?offset=PST | offset",
                "/usage?offset=%2B18:30 | offset",
                "/usage?group-by=price | group-by",
                "/usage?group-by=day&group-by=hour | group-by",
                "/usage?group-by=key&group-by=key | group-by",
                "/usage?order=random | order",
                "/usage?limit=0 | limit",
                "/usage?limit=1001 | limit",
                "/usage?limit=99999999999999999999 | limit",
                "/usage?limit=-1 | limit",
                "/usage?ending=sad | ending",
                "/usage?status=abc | status",
                "/usage?status=99 | status",
                "/usage?cursor=AAAA | cursor",
                "/usage?order=cost&cursor=AAAA | cursor",
                "/usage/records?cursor=%27%3B%20DROP%20TABLE | cursor",
                "/usage/records/not-an-id | id",
                "/usage/records/..%2F..%2Fetc%2Fpasswd | id",
                "/usage/export?format=xml | format",
                "/usage?keys=app | keys"
            })
    void whatIsWrongIsNamed(String path, String field) {
        HttpResponse<String> answer = get(path, Admins.TOKEN.reveal());

        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 404);
        if (answer.statusCode() == 400) {
            JsonObject error =
                    new JsonObject(answer.body()).getJsonArray("errors").getJsonObject(0);
            assertThat(error.getString("field")).as(answer.body()).startsWith(field);
            assertThat(error.getString("rule")).isNotEmpty();
        } else {
            assertThat(field).isEqualTo("id");
        }
    }

    @ParameterizedTest
    @CsvSource({"%", "_", "a__", "'; DROP TABLE usage_record; --", "../../etc/passwd", "{{key}}", "${env:HOME}"})
    void namesAreNoPatternsAndNoStatements(String name) {
        String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
        for (String filter : List.of("key", "team", "model", "channel", "account")) {
            HttpResponse<String> answer = get("/usage?" + DAY + "&" + filter + "=" + encoded, Admins.TOKEN.reveal());
            if (answer.statusCode() == 400) {
                assertThat(name).as(answer.body()).containsAnyOf("%", ";");
                continue;
            }
            JsonObject found = new JsonObject(answer.body());
            assertThat(found.getJsonObject("total").getLong("requests"))
                    .as(filter)
                    .isZero();
        }
        assertThat(json("/usage?" + DAY).getJsonObject("total").getLong("requests"))
                .isEqualTo(RECORDS);
    }

    @Test
    void aPlusSignIsPartOfAName() {
        assertThat(json("/usage?key=app%2B1&" + DAY).getJsonObject("total").getLong("requests"))
                .isEqualTo(RECORDS / 2);
    }

    @Test
    void aCursorBelongsToItsQuestion() {
        String cursor = json("/usage/records?limit=1&" + DAY).getString("next-cursor");

        assertThat(get("/usage/records?limit=1&key=app&" + DAY + "&cursor=" + cursor, Admins.TOKEN.reveal())
                        .statusCode())
                .isEqualTo(400);
        assertThat(get("/usage?limit=1&" + DAY + "&cursor=" + cursor, Admins.TOKEN.reveal())
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatIsNotKeptAnyMoreIsSaid() {
        Instant gone = NOW.minus(StoreKeep.DEFAULT.hours()).minus(Duration.ofDays(3));

        assertThat(json("/usage?from=" + gone.toString().replace("T12", "T11")).getBoolean("complete"))
                .isFalse();
    }

    @Test
    void withoutADatabaseItIsSaidSo() {
        AdminVerticle admin = new AdminVerticle(Admins.setup(Nodes.lanes(1), new RevisionBuilder().build()));
        TestNode.await(vertx.deployVerticle(admin).compose(id -> vertx.timer(1).map(id)));
        URI uri = URI.create("http://127.0.0.1:" + admin.port() + "/admin/v1/usage");
        io.sluice.testkit.Await.until(() -> {
            try {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(uri)
                                .header("authorization", "Bearer " + Admins.TOKEN.reveal())
                                .build(),
                        BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                return answer.body().contains("no-store");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }
}
