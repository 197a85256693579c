package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyQuota;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.AmbiguousFaults;
import io.sluice.domain.pool.Failover;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.message.BudgetDecision;
import io.sluice.message.DrainIngress.Drained;
import io.sluice.message.ReserveBudget;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.Standings;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * However a request ends, by whatever its provider, its client and its node do, in whichever order: it is settled once,
 * recorded once, leaves nothing open, and its client is never told that half an answer is a whole one.
 */
class EveryEndingTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "sk-every-ending-0123456789";
    private static final Duration WINDOW = Duration.ofSeconds(1);

    /** Short, so that a connection that must be waited for is often too late. */
    private static final Duration TTL = Duration.ofMillis(15);

    /** Short, so that many requests are hedged. */
    private static final Hedge HEDGE = new Hedge(Duration.ofMillis(40), Duration.ofMillis(1), Duration.ofSeconds(1));

    private static final Budget BUDGET = new Budget("key:every", 1_000_000_000, new BudgetWindow.Total());
    private static final Price PRICE = new Price(
            new Tariff("USD", new Rates(1_000_000, 1_000_000, 1_000_000, 3_000_000, 3_000_000, 1_000_000, 3_000_000)),
            1_000_000,
            "test",
            "here");

    private static final long CHANGE_MILLIS = 30;
    private static final int AT_ONCE = 24;
    private static final int LONG_STREAMS = 12;
    private static final Timeouts IMPATIENT = new Timeouts(
            Duration.ofMillis(400),
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            Duration.ofMillis(250),
            Duration.ofSeconds(3));

    private static final String QUICK = "\"first-token\":\"5ms\",\"tokens-per-second\":500,\"answer-tokens\":15";
    private static final String FAULTS = """
            [{"kind":"status","status":500,"probability":0.06},
             {"kind":"status","status":429,"headers":{"retry-after-ms":"30"},"probability":0.04},
             {"kind":"status","status":400,"probability":0.04},
             {"kind":"reset","probability":0.06},
             {"kind":"cut","probability":0.06},
             {"kind":"cut","after-events":1,"probability":0.06},
             {"kind":"cut","after-events":5,"probability":0.06},
             {"kind":"stall","probability":0.03},
             {"kind":"stall","after-events":1,"probability":0.03},
             {"kind":"malformed","probability":0.06},
             {"kind":"malformed","after-events":4,"probability":0.06},
             {"kind":"slow-headers","delay":"120ms","probability":0.06},
             {"kind":"error-event","probability":0.06},
             {"kind":"error-event","after-events":0,"probability":0.06},
             {"kind":"no-done","probability":0.06},
             {"kind":"no-usage","probability":0.06}]""";

    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient http =
            vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(2 * AT_ONCE));
    private final Map<String, Seen> seen = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    /** Whether nobody is refused money. */
    private volatile boolean generous;

    @TempDir
    private Path directory;

    /** What a client was left with. */
    private enum Seen {
        WHOLE,
        REFUSED,
        CUT,
        LEFT
    }

    private static LimitSet limits(long requests, long tokens, int concurrency) {
        return new LimitSet(
                List.of(new Limit(Dimension.REQUESTS, requests, WINDOW), new Limit(Dimension.TOKENS, tokens, WINDOW)),
                concurrency);
    }

    private static GatewayRevision revision(int port, @Nullable Hedge hedge) {
        return new RevisionBuilder()
                .channel("wild", c -> c.port(port)
                        .priority(10)
                        .timeouts(IMPATIENT)
                        .maxConnections(6)
                        .account("a", limits(400, 40_000, 8))
                        .account("b", limits(400, 40_000, 8))
                        .redirect("chat", "upstream-chat"))
                .channel("reads-on", c -> c.port(port)
                        .priority(5)
                        .drains()
                        .timeouts(IMPATIENT)
                        .maxConnections(6)
                        .account("a", limits(400, 40_000, 8))
                        .serves("chat", "other"))
                .channel(
                        "slow",
                        c -> c.port(port).account("a", limits(80, 200_000, 0)).serves("long"))
                .key(new VirtualKey("every", KeyHash.ofKey(KEY))
                        .with(KeyQuota.ofKey(
                                "every",
                                new AccountLimits(limits(600, 200_000, AT_ONCE), Map.of(), List.of()),
                                List.of(BUDGET))))
                .price("chat", PRICE)
                .price("other", PRICE)
                .price("long", PRICE)
                .fallbacks("chat", "other")
                .policy(Strategy.SPREAD, true, 3, Duration.ofSeconds(2))
                .failover(new Failover(
                        null,
                        AmbiguousFaults.BY_CALL,
                        Set.of(),
                        hedge == null ? RetryShare.DEFAULT : new RetryShare(100, 100),
                        hedge))
                .build();
    }

    @Test
    void everyRequestIsSettledAndRecordedOnce() throws Exception {
        run(500, null);
    }

    @Test
    void everyHedgedRequestIsSettledAndRecordedOnceWhileAccountsComeAndGo() throws Exception {
        run(500, HEDGE);
    }

    @Test
    @Tag("proof")
    void everyOneOfManyHedgedRequestsIsSettledAndRecordedOnceWhileAccountsComeAndGo() throws Exception {
        run(10_000, HEDGE);
    }

    @Test
    @Tag("proof")
    void everyOneOfManyRequestsIsSettledAndRecordedOnce() throws Exception {
        run(20_000, null);
    }

    private void run(int requests, @Nullable Hedge hedge) throws Exception {
        String run = requests + (hedge == null ? "" : " hedged") + " requests, seed " + seed;
        try (SimulatedProvider provider =
                SimulatedProvider.start(SimulatorOptions.onPort(0).withWindow(WINDOW))) {
            for (String credential : List.of("CANARY-wild-a", "CANARY-wild-b", "CANARY-reads-on-a")) {
                provider.script(credential, "{" + QUICK + ",\"faults\":" + FAULTS + "}");
            }
            provider.script(
                    "CANARY-slow-a", "{\"first-token\":\"5ms\",\"tokens-per-second\":20,\"answer-tokens\":200}");
            GatewayRevision revision = revision(provider.port(), hedge);
            TestNode money = TestNode.of(revision).keepsQuota(directory);
            try (TestNode node = money.money(request -> money(money, request)).start()) {
                Clients clients = new Clients(node.port(), requests);
                long changes = hedge == null ? -1 : vertx.setPeriodic(CHANGE_MILLIS, t -> change(node, revision));
                vertx.runOnContext(v -> clients.begin());
                clients.done.future().await(60 + requests / 20, TimeUnit.SECONDS);
                vertx.cancelTimer(changes);
                drainUnderLongStreams(provider, node);

                Await.until(() -> node.records().size() == node.audit().planned());
                Await.until(() -> node.openRequests().isEmpty());
                Await.until(() -> node.audit().open() == 0 && node.audit().isIdle());
                Await.until(() -> provider.stats().path("inFlight").asLong() == 0);
                report(run, node);
                assertThat(node.meter("sluice.hedges") > 0).as(run).isEqualTo(hedge != null);
                assertThat(faults).as(run).isEmpty();
                assertRecords(run, node);
                assertNothingIsOpen(run, provider, node);
            } finally {
                TestNode.await(vertx.close());
            }
            Await.until(() -> provider.stats().path("connectionsOpen").asLong() <= 1); // that of the question itself
        }
    }

    /** At once, after a while, or not at all. */
    private Future<BudgetDecision> money(TestNode node, ReserveBudget request) {
        return switch (generous ? 1 : (int) (request.ticket() % 10)) {
            case 0 ->
                Future.succeededFuture(new BudgetDecision.Refused(
                        new QuotaExceeded(QuotaExceeded.Cause.BUDGET, "The budget is spent.", Duration.ZERO)));
            case 1, 2 -> node.vertx().timer(20, TimeUnit.MILLISECONDS).map(late -> node.keep(request));
            default -> Future.succeededFuture(node.keep(request));
        };
    }

    /** Some accounts go out of service, or come back; one is always there, so that nobody is planned for twice. */
    private void change(TestNode node, GatewayRevision revision) {
        node.health(Standings.of(revision)
                .is("wild/a", (byte) random.nextInt(PoolSnapshot.DISABLED + 1))
                .is("wild/b", random.nextBoolean() ? PoolSnapshot.UP : PoolSnapshot.DEAD)
                .picture());
    }

    /** The last clients are in the middle of long streams when the node drains. */
    private void drainUnderLongStreams(SimulatedProvider provider, TestNode node) throws Exception {
        generous = true;
        List<Future<Void>> streams = new ArrayList<>();
        for (int i = 0; i < LONG_STREAMS; i++) {
            Promise<Void> over = Promise.promise();
            String id = "long-" + i;
            vertx.runOnContext(v -> send(node.port(), id, "long", true, -1).onComplete(over));
            streams.add(over.future());
        }
        Await.until(() -> node.meter("sluice.streams.open") == LONG_STREAMS);
        Drained drained = TestNode.await(node.drain(Duration.ofMillis(200)));
        Future.all(streams).await(Await.MOST_SECONDS, TimeUnit.SECONDS);

        assertThat(drained.cut()).isEqualTo(LONG_STREAMS);
        assertThat(seen.entrySet().stream().filter(e -> e.getKey().startsWith("long")))
                .allMatch(e -> e.getValue() == Seen.CUT);
        Await.until(() -> provider.stats().path("openStreams").asLong() == 0);
    }

    private void report(String run, TestNode node) {
        Map<String, Integer> endings = new TreeMap<>();
        node.records()
                .forEach(r -> endings.merge(
                        r.outcome().ending()
                                + (r.outcome().error() == null
                                        ? ""
                                        : " " + r.outcome().error()),
                        1,
                        Integer::sum));
        System.out.println(run + ": " + endings + ", reservations granted "
                + node.audit().granted() + ", replaced " + node.audit().replaced() + ", settled "
                + node.audit().settled() + ", leases expired " + node.audit().expired());
    }

    private void assertRecords(String run, TestNode node) {
        Map<String, UsageRecord> records = new HashMap<>();
        for (UsageRecord usage : node.records()) {
            assertThat(records.put(usage.caller().requestId(), usage))
                    .as(run + ": second record of " + usage.caller().requestId())
                    .isNull();
        }
        seen.forEach((id, what) -> {
            UsageRecord usage = records.get(id);
            String as = run + ": " + id + " saw " + what + ", " + usage;
            if (what != Seen.LEFT) {
                assertThat(usage).as(as).isNotNull();
                Ending ending =
                        switch (what) {
                            case WHOLE -> Ending.COMPLETED;
                            case REFUSED -> Ending.FAILED;
                            default -> Ending.CUT;
                        };
                assertThat(usage.outcome().ending()).as(as).isEqualTo(ending);
            }
        });
    }

    private static void assertNothingIsOpen(String run, SimulatedProvider provider, TestNode node) {
        assertThat(node.audit().faults()).as(run).isEmpty();
        assertThat(node.audit().granted())
                .as(run)
                .isEqualTo(node.audit().settled() + node.audit().replaced());
        assertThat(node.audit().expired()).as(run).isPositive();
        assertThat(node.audit().paidMicros())
                .as(run)
                .isPositive()
                .isEqualTo(node.records().stream()
                        .mapToLong(usage -> usage.used().charge().micros())
                        .sum());
        assertThat(node.records()).as(run).allSatisfy(usage -> assertThat(
                        usage.used().charge().micros() == 0 || usage.used().leases() != null)
                .isTrue());
        assertThat(node.meter("sluice.quota.settlements.unmatched")).as(run).isZero();
        Await.until(() -> node.meter("sluice.quota.reservations.open") == 0);
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        assertThat(node.meter("sluice.streams.open")).as(run).isZero();
        assertThat(provider.stats().path("openStreams").asLong()).as(run).isZero();
    }

    /** So many clients at once, each of which sends one request after the other. */
    private final class Clients {
        private final Promise<Void> done = Promise.promise();
        private final int port;
        private final int requests;
        private int sent;
        private int over;

        private Clients(int port, int requests) {
            this.port = port;
            this.requests = requests;
        }

        private void begin() {
            for (int i = 0; i < AT_ONCE; i++) {
                next();
            }
        }

        private void next() {
            if (sent == requests) {
                return;
            }
            boolean leaves = random.nextInt(4) == 0;
            long leavesAfter = leaves ? random.nextInt(80) : -1;
            String id = "r-" + sent++;
            send(port, id, "chat", random.nextBoolean(), leavesAfter).onComplete(answer -> {
                if (++over == requests) {
                    done.complete();
                }
                // Whoever is refused waits a little, or refusals would be most of all endings.
                if (seen.get(id) == Seen.REFUSED) {
                    vertx.setTimer(20, t -> next());
                } else {
                    next();
                }
            });
        }
    }

    /** Sends a request, watches what becomes of it, and leaves after a while if that is wanted. */
    private Future<Void> send(int port, String id, String model, boolean stream, long leavesAfterMillis) {
        Promise<Void> over = Promise.promise();
        String body = "{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"user\":\"" + random.nextInt(50)
                + "\",\"max_tokens\":" + (model.equals("long") ? 200 : random.nextInt(2, 20))
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"How does this end?\"}]}";
        http.request(HttpMethod.POST, port, "127.0.0.1", "/v1/chat/completions")
                .onComplete(
                        request -> {
                            Watched watched = new Watched(id, stream, over);
                            watched.begin(request, body);
                            if (leavesAfterMillis >= 0) {
                                vertx.setTimer(leavesAfterMillis + 1, t -> watched.leave(request));
                            }
                        },
                        over::fail);
        return over.future();
    }

    /** A request, and what its client saw of the answer. */
    private final class Watched {
        private final String id;
        private final boolean stream;
        private final Promise<Void> over;
        private final Buffer text = Buffer.buffer();
        private int status;
        private boolean left;
        private boolean ended;

        private Watched(String id, boolean stream, Promise<Void> over) {
            this.id = id;
            this.stream = stream;
            this.over = over;
        }

        private void begin(HttpClientRequest request, String body) {
            request.putHeader("authorization", "Bearer " + KEY)
                    .putHeader("content-type", "application/json")
                    .putHeader("x-client-request-id", id);
            request.response()
                    .onComplete(
                            response -> {
                                status = response.statusCode();
                                response.handler(text::appendBuffer);
                                response.endHandler(v -> end(true));
                                response.exceptionHandler(cause -> end(false));
                            },
                            cause -> end(false));
            request.end(body);
        }

        private void leave(HttpClientRequest request) {
            if (!ended) {
                left = true;
                request.connection().close();
            }
        }

        private void end(boolean inOrder) {
            if (ended) {
                return;
            }
            ended = true;
            seen.put(id, left ? Seen.LEFT : judge(inOrder));
            over.complete();
        }

        private Seen judge(boolean inOrder) {
            String all = text.toString();
            if (inOrder && status == 200) {
                check(stream ? isWholeStream(all) : json(all).path("choices").isArray(), "a whole answer");
                return Seen.WHOLE;
            }
            if (inOrder) {
                check(status >= 400 && json(all).path("error").path("message").isTextual(), "an error");
                return Seen.REFUSED;
            }
            check(status == 200, "a cut answer");
            check(!all.contains("[DONE]"), "a cut answer without its end");
            check(!stream || lastEvent(all).path("error").path("message").isTextual(), "an error event");
            return Seen.CUT;
        }

        /**
         * A stream is whole when its choice is finished. A missing {@code [DONE]} is passed on, as is an event that the
         * provider broke: SDKs report that by themselves.
         */
        private boolean isWholeStream(String all) {
            boolean finished = false;
            for (String event : all.split("\n\n")) {
                JsonNode chunk = json(event.substring("data: ".length()));
                if (chunk.has("error")) {
                    return false;
                }
                finished |= event.contains("chatcmpl-broken")
                        || chunk.path("choices").path(0).path("finish_reason").isTextual();
            }
            return finished;
        }

        private JsonNode lastEvent(String all) {
            String[] events = all.split("\n\n");
            String last = events[events.length - 1];
            return json(last.startsWith("data: ") ? last.substring("data: ".length()) : last);
        }

        private JsonNode json(String part) {
            try {
                return JSON.readTree(part);
            } catch (JsonProcessingException e) {
                return JSON.createObjectNode(); // half an answer, or [DONE]
            }
        }

        private void check(boolean so, String what) {
            if (!so) {
                faults.add(id + " is not " + what + ": stream " + stream + ", status " + status + ", " + text);
            }
        }
    }
}
