package io.sluice.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.BudgetConfig;
import io.sluice.config.StoreServer;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.budget.StoreDown;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Address;
import io.sluice.message.BudgetDecision;
import io.sluice.message.Bus;
import io.sluice.message.LeaseUse;
import io.sluice.message.LedgerState;
import io.sluice.message.MessageCodecs;
import io.sluice.message.ReserveBudget;
import io.sluice.message.SettleBudget;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.store.BudgetRepository;
import io.sluice.store.BudgetSpend;
import io.sluice.store.PgDatabase;
import io.sluice.store.UsageWriter;
import io.sluice.testkit.Await;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes with a real ledger: whatever runs in parallel, breaks off or comes late, no budget is overspent. */
class BudgetRaceTest {
    private static final BudgetConfig CONFIG = new BudgetConfig(StoreDown.REFUSE, Duration.ofSeconds(4));
    private static final long WORST = 1_000;

    private final StoreServer server = TestPostgres.freshDatabase();
    private final List<Node> nodes = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();

    /** One run of a node: the money, and the way of records into the ledger. */
    private final class Node {
        private final Vertx vertx = Vertx.vertx();
        private final String name;
        private final PgDatabase database = TestPostgres.open(vertx, server);
        private final UsageWriter writer;
        private final long run = numbers.incrementAndGet();
        private final Bus bus = new Bus(vertx, Duration.ofMinutes(1));
        private final ConcurrentLinkedQueue<UsageRecord> journal = new ConcurrentLinkedQueue<>();

        private Node(String name) {
            this.name = name;
            this.writer = new UsageWriter(database, name, List.of(new BudgetSpend(name)));
            MessageCodecs.registerAll(vertx.eventBus());
            TestPostgres.await(vertx.deployVerticle(new BudgetVerticle(
                    CONFIG,
                    new BudgetRepository(database, name, run),
                    System::nanoTime,
                    InstantSource.system(),
                    new GatewayMetrics(new SimpleMeterRegistry()).budgets())));
            nodes.add(this);
        }

        private Future<BudgetDecision> reserve(long micros, Budget... budgets) {
            return bus.request(
                    Address.BUDGET_RESERVE, new ReserveBudget(numbers.incrementAndGet(), List.of(budgets), micros, 0));
        }

        /** What a request does when its answer is over. */
        private void settle(BudgetDecision.Kept kept, long micros, Budget... budgets) {
            bus.send(Address.BUDGET_SETTLE, new SettleBudget(kept.reservation(), List.of(budgets), micros));
            journal.add(usage(micros, System.currentTimeMillis(), kept.run(), budgets));
        }

        /** All at once; each costs what it may, or less. */
        private List<Future<BudgetDecision>> flood(int requests, Random random, Budget... budgets) {
            List<Future<BudgetDecision>> decisions = new ArrayList<>();
            for (int i = 0; i < requests; i++) {
                long cost = random == null ? WORST : random.nextLong(WORST + 1);
                decisions.add(reserve(WORST, budgets).onSuccess(decision -> {
                    if (decision instanceof BudgetDecision.Kept kept) {
                        settle(kept, cost, budgets);
                        drain();
                    }
                }));
            }
            return decisions;
        }

        private Future<Void> drain() {
            List<UsageRecord> batch = new ArrayList<>();
            for (UsageRecord next = journal.poll(); next != null; next = journal.poll()) {
                batch.add(next);
            }
            return batch.isEmpty()
                    ? Future.succeededFuture()
                    : writer.write(batch).onFailure(notWritten -> journal.addAll(batch));
        }

        /** Its records stay in the journal. */
        private void kill() {
            database.close();
            TestPostgres.await(vertx.close());
        }
    }

    private static UsageRecord usage(long micros, long startMillis, long run, Budget... budgets) {
        return new UsageRecord(
                UUID.randomUUID().toString(),
                new Caller("k", "t", null, "127.0.0.1", ""),
                new Asked(Endpoint.CHAT_COMPLETIONS, "m", false),
                new Served("m", "m", "c", "c/a", 1, List.of()),
                new Used(
                        new TokenUsage(1, 0, 1, 0),
                        0,
                        false,
                        new Charge(true, micros, "USD", micros, 1_000_000, "test"),
                        new LeaseUse(
                                run,
                                List.of(budgets).stream().map(Budget::scope).toList())),
                new Timing(startMillis, 0, 0, 0),
                new Outcome(200, Ending.COMPLETED, null));
    }

    @AfterEach
    void close() {
        nodes.forEach(Node::kill);
    }

    private long number(String sql) {
        return TestPostgres.with(
                server, connection -> connection.query(sql).execute().map(rows -> rows.iterator()
                        .next()
                        .getLong(0)));
    }

    private long spent(Budget budget) {
        return number("SELECT coalesce(sum(micros), 0)::bigint FROM spend WHERE scope = '" + budget.scope() + "'");
    }

    private long held(Budget budget) {
        return number("SELECT coalesce(sum(granted - used), 0)::bigint FROM budget_lease WHERE scope = '"
                + budget.scope() + "'");
    }

    private static Budget key(long amount) {
        return new Budget("key:k", amount, new BudgetWindow.Total());
    }

    private static long kept(List<Future<BudgetDecision>> decisions) {
        TestPostgres.await(Future.join(decisions));
        return decisions.stream()
                .filter(decision -> decision.result() instanceof BudgetDecision.Kept)
                .count();
    }

    @Test
    void fiveHundredRequestsSpendABudgetForOneHundred() {
        Budget budget = key(100 * WORST);
        Node node = new Node("a");

        long kept = kept(node.flood(500, null, budget));

        Await.until(() -> spent(budget) == kept * WORST);
        assertThat(kept).isEqualTo(100);
        assertThat(number("SELECT count(*) FROM usage_record")).isEqualTo(100);
    }

    @Test
    void threeNodesSpendABudgetForTen() {
        Budget budget = key(10 * WORST);
        Budget team =
                new Budget("team:t", 100 * WORST, new BudgetWindow.Calendar(BudgetWindow.Unit.DAY, ZoneOffset.UTC));
        List<Node> three = List.of(new Node("a"), new Node("b"), new Node("c"));

        List<Future<BudgetDecision>> decisions = new ArrayList<>();
        three.forEach(node -> decisions.addAll(node.flood(200, null, budget, team)));
        long kept = kept(decisions);

        assertThat(kept).isBetween(9L, 10L);
        Await.until(() -> spent(budget) == kept * WORST);
        assertThat(spent(team)).isEqualTo(kept * WORST);
    }

    @Test
    void requestsThatCostLessLeaveRoomForOthers() {
        Budget budget = key(20 * WORST);
        List<Node> two = List.of(new Node("a"), new Node("b"));
        Random random = new Random(7);

        List<Future<BudgetDecision>> decisions = new ArrayList<>();
        two.forEach(node -> decisions.addAll(node.flood(150, random, budget)));
        long kept = kept(decisions);

        Await.until(() -> {
            two.forEach(node -> TestPostgres.await(node.drain().otherwiseEmpty()));
            return number("SELECT count(*) FROM usage_record") == kept;
        });
        assertThat(kept).isGreaterThan(25);
        assertThat(spent(budget)).isBetween(18 * WORST, 20 * WORST);
        Await.until(() -> held(budget) == 0);
    }

    @Test
    void whatAKilledNodeHeldIsCountedUntilItIsBack() {
        Budget budget = key(10 * WORST);
        Node first = new Node("a");
        List<BudgetDecision.Kept> open = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            open.add((BudgetDecision.Kept) TestPostgres.await(first.reserve(WORST, budget)));
        }
        // Two are over and in the journal, four are under way and will never have a record.
        first.settle(open.get(0), 600, budget);
        first.settle(open.get(1), 700, budget);
        first.kill();

        Node other = new Node("b");
        long meanwhile = kept(other.flood(20, null, budget));
        assertThat(meanwhile).isBetween(3L, 4L);

        Node again = new Node("a");
        again.journal.addAll(first.journal);
        TestPostgres.await(again.drain());
        assertThat(spent(budget)).isEqualTo(1_300 + meanwhile * WORST);
        again.bus.publish(Address.LEDGER_STATE, new LedgerState(true, "", 0, 0));
        Await.until(() -> number("SELECT count(*) FROM budget_lease WHERE run = " + first.run) == 0);

        long rest = kept(again.flood(20, null, budget));
        assertThat(rest).isEqualTo((10 * WORST - 1_300 - meanwhile * WORST) / WORST);
        Await.until(() -> spent(budget) == 1_300 + (meanwhile + rest) * WORST);
    }

    @Test
    void costCountsWhenItIsWrittenWhateverTheNodesClockSays() {
        Budget budget =
                new Budget("key:k", 3 * WORST, new BudgetWindow.Calendar(BudgetWindow.Unit.DAY, ZoneOffset.UTC));
        Node node = new Node("a");
        long yesterday = System.currentTimeMillis() - Duration.ofDays(2).toMillis();
        for (int i = 0; i < 3; i++) {
            BudgetDecision.Kept kept = (BudgetDecision.Kept) TestPostgres.await(node.reserve(WORST, budget));
            node.bus.send(Address.BUDGET_SETTLE, new SettleBudget(kept.reservation(), List.of(budget), WORST));
            node.journal.add(usage(WORST, yesterday, kept.run(), budget));
        }
        TestPostgres.await(node.drain());

        BudgetDecision.Refused refused = (BudgetDecision.Refused) TestPostgres.await(node.reserve(WORST, budget));
        assertThat(refused.failure()).isInstanceOfSatisfying(QuotaExceeded.class, failure -> {
            assertThat(failure.message()).startsWith("The budget of this key is spent. It renews at ");
            assertThat(failure.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofDays(1));
        });
    }

    @Test
    void stoppedNodeGivesBackWhatItDidNotSpend() {
        Budget budget = key(1_000 * WORST);
        Node node = new Node("a");
        BudgetDecision.Kept kept = (BudgetDecision.Kept) TestPostgres.await(node.reserve(WORST, budget));
        node.settle(kept, 10, budget);
        TestPostgres.await(node.drain());

        TestPostgres.await(Future.join(
                node.vertx.deploymentIDs().stream().map(node.vertx::undeploy).toList()));

        assertThat(held(budget)).isZero();
        assertThat(spent(budget)).isEqualTo(10);
    }

    @Test
    void oldBucketsArePutTogetherAndCountTheSame() {
        Budget total = key(1_000 * WORST);
        TestPostgres.with(server, connection -> connection.query("""
                        INSERT INTO spend (scope, bucket, micros)
                        SELECT 'key:k', date_bin('15 minutes', now(), TIMESTAMPTZ '1970-01-01 00:00:00+00') - n * INTERVAL '15 minutes', 1
                        FROM generate_series(0, 96 * 500 - 1) AS n
                        """).execute());
        Node node = new Node("a");
        BudgetRepository repository = new BudgetRepository(node.database, "a", node.run);

        TestPostgres.await(repository.fold());
        TestPostgres.await(repository.fold());

        assertThat(spent(total)).isEqualTo(96 * 500);
        assertThat(number("SELECT count(*) FROM spend")).isBetween(96L * 40 + 360, 96L * 41 + 362);
        assertThat(number("SELECT count(*) FROM spend WHERE bucket = TIMESTAMPTZ '1970-01-01 00:00:00+00'"))
                .isOne();
        // Of the last 30 days nothing was moved.
        assertThat(number("SELECT sum(micros)::bigint FROM spend WHERE bucket > now() - INTERVAL '30 days'"))
                .isEqualTo(96 * 30);
    }
}
