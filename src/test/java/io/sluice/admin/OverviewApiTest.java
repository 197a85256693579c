package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.sluice.store.Database;
import io.sluice.store.NoDatabase;
import io.sluice.store.PgDatabase;
import io.sluice.store.UsageWriter;
import io.sluice.testkit.AdminClient;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The overview over a real ledger. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OverviewApiTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:30:30Z");

    private final Vertx vertx = Vertx.vertx();
    private PgDatabase database;
    private AdminClient admin;
    private int made;

    @BeforeAll
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        List<UsageRecord> records = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            records.add(record(Duration.ofMinutes(i % 50), "m1", "red", "c1", i, 1, 0, 200, Ending.COMPLETED));
        }
        records.add(record(Duration.ofMinutes(5), "m1", null, "c1", -1, 1, 0, 429, Ending.FAILED));
        records.add(record(Duration.ofMinutes(5), "m2", null, "c2", -1, 1, 0, 502, Ending.FAILED));
        records.add(record(Duration.ofMinutes(5), "m2", null, "c2", 900, 1, 800, 200, Ending.COMPLETED));
        records.add(record(Duration.ofMinutes(5), "m2", null, "c2", 900, 2, 0, 200, Ending.COMPLETED));
        records.add(record(Duration.ofHours(20), "m2", null, "c2", 900, 1, 0, 200, Ending.CANCELLED));
        UsageWriter writer = new UsageWriter(database, "n", List.of());
        TestPostgres.await(writer.write(records));
        // What is written twice is counted once.
        TestPostgres.await(writer.write(records.subList(0, 50)));
        admin = deploy(database);
    }

    private AdminClient deploy(Database with) {
        AdminVerticle verticle =
                new AdminVerticle(Admins.setup(Nodes.lanes(1), new RevisionBuilder().build(), with, () -> NOW));
        TestNode.await(vertx.deployVerticle(verticle));
        return new AdminClient(verticle.port(), Admins.TOKEN.reveal());
    }

    @AfterAll
    void stop() {
        admin.close();
        database.close();
        TestNode.await(vertx.close());
    }

    private UsageRecord record(
            Duration ago,
            String model,
            @Nullable String team,
            String channel,
            long firstMillis,
            int attempts,
            long queueMillis,
            int status,
            Ending ending) {
        long millis = NOW.minus(ago).toEpochMilli();
        return new UsageRecord(
                new UUID(millis << 16 | 0x7000L, 1L << 63 | made++).toString(),
                new Caller("k", team, null, "127.0.0.1", ""),
                new Asked(Endpoint.CHAT_COMPLETIONS, model, true),
                new Served(model, model, channel, channel + "/a", attempts, List.of()),
                new Used(
                        new TokenUsage(10, 0, 0, 5, 0, 0, 0),
                        0,
                        false,
                        new Charge(true, 100, "USD", 100, 1_000_000, "r"),
                        null),
                new Timing(
                        millis,
                        queueMillis * 1_000_000,
                        firstMillis < 0 ? -1 : firstMillis * 1_000_000,
                        2_000_000_000L),
                new Outcome(status, ending, null));
    }

    private JsonObject overview(String query) {
        AdminClient.Reply reply = admin.get("/overview" + query);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    @Test
    void showsTheLastHour() {
        JsonObject json = overview("");

        JsonObject total = json.getJsonObject("total");
        assertThat(total.getLong("requests")).isEqualTo(104);
        assertThat(total.getLong("failures")).isEqualTo(2);
        assertThat(total.getLong("cost-micros")).isEqualTo(10_400);
        assertThat(total.getJsonObject("errors"))
                .isEqualTo(new JsonObject().put("rate-limited", 1).put("upstream", 1));
        assertThat(total.getLong("waited")).isEqualTo(1);
        assertThat(total.getLong("moved")).isEqualTo(1);
        assertThat(total.getLong("refusals-avoided")).isEqualTo(2);
        assertThat(total.getJsonObject("first-token-ms").getLong("measured")).isEqualTo(102);
        assertThat(total.getJsonObject("first-token-ms").getDouble("p50")).isBetween(47.0, 56.0);
        assertThat(total.getJsonObject("first-token-ms").getDouble("p99")).isBetween(840.0, 960.0);
        assertThat(json.getJsonObject("now"))
                .isEqualTo(
                        new JsonObject().put("waiting", 1).put("in-flight", 2).put("streams", 3));
        long inSeries = json.getJsonArray("series").stream()
                .mapToLong(each -> ((JsonObject) each).getLong("requests"))
                .sum();
        long measured = json.getJsonArray("series").stream()
                .mapToLong(each ->
                        ((JsonObject) each).getJsonObject("first-token-ms").getLong("measured"))
                .sum();
        assertThat(inSeries).isEqualTo(104);
        assertThat(measured).isEqualTo(102);
    }

    @Test
    void groupsByModelTeamAndChannel() {
        JsonObject models = overview("?by=model").getJsonArray("groups").getJsonObject(0);
        JsonObject teams = overview("?by=team").getJsonArray("groups").getJsonObject(0);
        JsonObject channels = overview("?by=channel").getJsonArray("groups").getJsonObject(1);

        assertThat(models.getString("model")).isEqualTo("m1");
        assertThat(models.getLong("requests")).isEqualTo(101);
        assertThat(models.getJsonObject("errors").getLong("rate-limited")).isEqualTo(1);
        assertThat(teams.getString("team")).isEqualTo("red");
        assertThat(teams.getJsonObject("first-token-ms").getLong("measured")).isEqualTo(100);
        assertThat(channels.getString("channel")).isEqualTo("c2");
        assertThat(channels.getLong("refusals-avoided")).isEqualTo(2);
    }

    @Test
    void showsTheLastDayAndWeek() {
        JsonObject day = overview("?range=24h");
        JsonObject week = overview("?range=7d");

        assertThat(day.getJsonObject("total").getLong("requests")).isEqualTo(105);
        assertThat(day.getJsonObject("total").getJsonObject("errors").getLong("cancelled"))
                .isEqualTo(1);
        assertThat(day.getInteger("bucket-seconds")).isEqualTo(3600);
        assertThat(week.getJsonObject("total").getLong("requests")).isEqualTo(105);
    }

    @Test
    void aTeamSeesItsOwnOnly() {
        String token = admin.post("/tokens", "{\"name\":\"reds\",\"role\":\"viewer\",\"team\":\"red\"}")
                .json()
                .getString("token");

        JsonObject json = admin.as(token).get("/overview").json();

        assertThat(json.getJsonObject("total").getLong("requests")).isEqualTo(100);
        assertThat(json.getJsonObject("total").getJsonObject("errors")).isEmpty();
        assertThat(json.containsKey("now")).isFalse();
    }

    @Test
    void saysThatThereIsNoLedger() {
        try (AdminClient alone = deploy(new NoDatabase())) {
            JsonObject json = alone.get("/overview").json();

            assertThat(json.getBoolean("ledger")).isFalse();
            assertThat(json.getJsonObject("now").getInteger("waiting")).isEqualTo(1);
        }
    }
}
