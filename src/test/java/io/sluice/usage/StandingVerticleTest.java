package io.sluice.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoreKeep;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.lease.ScopeCounters;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.QuotaCounters;
import io.sluice.message.ShowStanding;
import io.sluice.message.Standing;
import io.sluice.message.Standing.Spent;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import io.sluice.store.BudgetSpend;
import io.sluice.store.PgDatabase;
import io.sluice.store.UsageWriter;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keys have spent, as the ledger knows it, and as it was known last. */
class StandingVerticleTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:30Z");
    private static final Budget MONTH = new Budget(
            "key:app", 1_000, new BudgetWindow.Calendar(BudgetWindow.Unit.MONTH, ZoneId.of("America/New_York")));
    private static final Budget HOUR = new Budget("team:red", 500, new BudgetWindow.Rolling(Duration.ofHours(1)));
    private static final Budget EVER = new Budget("team:all", 5_000, new BudgetWindow.Total());
    private static final ShowStanding QUESTION = new ShowStanding(
            "app",
            List.of(MONTH, HOUR, EVER),
            List.of("key:app"),
            Instant.parse("2026-06-15T00:00:00Z"),
            Instant.parse("2026-06-16T00:00:00Z"));

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final Vertx vertx = Vertx.vertx();
    private PgDatabase database;
    private Bus bus;

    @BeforeEach
    void open() {
        MessageCodecs.registerAll(vertx.eventBus());
        bus = new Bus(vertx, Duration.ofSeconds(20));
        database = TestPostgres.open(vertx);
    }

    @AfterEach
    void close() {
        database.close();
        TestPostgres.await(vertx.close());
    }

    private void deploy(@Nullable PgDatabase ledger) {
        TestPostgres.await(vertx.deployVerticle(new StandingVerticle(ledger, StoreKeep.DEFAULT, now::get)));
    }

    private Standing ask() {
        return TestPostgres.await(bus.request(Address.KEY_STANDING, QUESTION));
    }

    private void write(String key, @Nullable String team, String time, long micros) {
        long millis = Instant.parse(time).toEpochMilli();
        TestPostgres.await(new UsageWriter(database, "n", List.of(new BudgetSpend("n")))
                .write(List.of(new UsageRecord(
                        new UUID(millis << 16 | 0x7000L, UUID.randomUUID().getLeastSignificantBits()).toString(),
                        new Caller(key, team, null, "127.0.0.1", ""),
                        new Asked(Endpoint.CHAT_COMPLETIONS, "m", false),
                        new Served(null, null, null, null, 1, List.of()),
                        new Used(
                                new TokenUsage(1, 0, 0, 1, 0, 0, 0),
                                0,
                                false,
                                new Charge(true, micros, "USD", micros, 1_000_000, "r"),
                                null),
                        new Timing(millis, 0, 0, 0),
                        new Outcome(200, Ending.COMPLETED, null)))));
    }

    private void spent(String scope, Instant bucket, long micros) {
        TestPostgres.await(database.use(connection -> connection
                .preparedQuery("INSERT INTO spend (scope, bucket, micros) VALUES ($1, $2, $3)")
                .execute(Tuple.of(scope, bucket.atOffset(ZoneOffset.UTC), micros))));
    }

    @Test
    void whatRecordsCostIsSpentByTheKeyAndItsTeams() {
        write("app", "red", "2026-06-14T23:59:59Z", 1);
        write("app", "red", "2026-06-15T11:30:00Z", 300);
        write("other", "red", "2026-06-15T12:00:10Z", 4_000);
        write("stranger", "green", "2026-06-15T12:00:10Z", 50_000);
        deploy(database);

        Standing standing = ask();

        assertThat(standing.hasLedger()).isTrue();
        assertThat(standing.spending()).isNotNull();
        assertThat(standing.spending().micros())
                .as("in the time that was asked for")
                .isEqualTo(300);
        assertThat(standing.spending().at()).isEqualTo(NOW);
        // Budgets count what was written now, whenever the requests were.
        assertThat(standing.spending().budgets()).extracting(Spent::micros).containsExactly(301L, 4_301L, 0L);
        assertThat(standing.hasScopes()).as("nobody counts here").isFalse();
    }

    @Test
    void eachBudgetHasItsWindow() {
        Instant real = Instant.now();
        Instant month = MONTH.window().from(real);
        Instant hour = HOUR.window().from(real);
        spent("key:app", month.minusSeconds(900), 1);
        spent("key:app", month, 20);
        spent("team:red", hour.minusSeconds(900), 300);
        spent("team:red", hour.plusSeconds(900), 4_000);
        spent("team:all", Instant.EPOCH, 50_000);
        spent("team:all", real, 600_000);
        deploy(database);

        assertThat(ask().spending().budgets())
                .containsExactly(
                        new Spent(MONTH, 20, MONTH.window().renews(real, null)),
                        new Spent(HOUR, 4_000, hour.plusSeconds(900 + 900 + 3_600)),
                        new Spent(EVER, 650_000, null));
    }

    @Test
    void whatWasKnownLastIsToldWithItsAgeWhileTheLedgerIsAway() {
        write("app", "red", "2026-06-15T11:30:00Z", 300);
        deploy(database);
        Standing before = ask();
        database.close();

        now.set(NOW.plus(Duration.ofMinutes(5)));
        Standing away = ask();

        assertThat(before.spending()).isNotNull();
        assertThat(away.spending()).isEqualTo(before.spending());
        assertThat(away.spending().at()).isEqualTo(NOW);
        ShowStanding other = new ShowStanding("new", List.of(), List.of(), QUESTION.from(), QUESTION.to());
        Standing unknown = TestPostgres.await(bus.request(Address.KEY_STANDING, other));
        assertThat(unknown.hasLedger()).isTrue();
        assertThat(unknown.spending()).isNull();
    }

    @Test
    void theSameQuestionAsksTheLedgerOnceInTwoSeconds() {
        deploy(database);
        assertThat(ask().spending().micros()).isZero();
        write("app", null, "2026-06-15T11:30:00Z", 300);

        now.set(NOW.plusMillis(1_999));
        assertThat(ask().spending().micros()).isZero();
        now.set(NOW.plusMillis(2_000));
        assertThat(ask().spending().micros()).isEqualTo(300);
    }

    @Test
    void withoutALedgerOnlyTheLimitsAreKnown() {
        ScopeCounters own = new ScopeCounters("key:app", List.of(), Map.of(), 3, Map.of("n", 2), 0, 5);
        ScopeCounters other = new ScopeCounters("key:other", List.of(), Map.of(), 3, Map.of(), 0, 5);
        bus.serve(Address.QUOTA_SHOW, show -> Future.succeededFuture(new QuotaCounters("n", 0, List.of(other, own))));
        deploy(null);

        Standing standing = ask();

        assertThat(standing.hasLedger()).isFalse();
        assertThat(standing.spending()).isNull();
        assertThat(standing.hasScopes()).isTrue();
        assertThat(standing.scopes()).containsExactly(own);
    }
}
