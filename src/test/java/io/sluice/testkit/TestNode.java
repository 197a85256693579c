package io.sluice.testkit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.config.HttpBounds;
import io.sluice.config.HttpConfig;
import io.sluice.config.QueueConfig;
import io.sluice.config.RealtimeConfig;
import io.sluice.config.TlsConfig;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.health.HealthSetup;
import io.sluice.health.HealthVerticle;
import io.sluice.ingress.EdgeLimits;
import io.sluice.ingress.EdgeShared;
import io.sluice.ingress.IngressVerticle;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.AttemptFinished;
import io.sluice.message.BudgetDecision;
import io.sluice.message.Bus;
import io.sluice.message.CancelBudget;
import io.sluice.message.CancelReserve;
import io.sluice.message.ChargeQuota;
import io.sluice.message.DrainIngress;
import io.sluice.message.MessageCodecs;
import io.sluice.message.OpenIngress;
import io.sluice.message.OpenRequests;
import io.sluice.message.PoolHealth;
import io.sluice.message.ProviderLimits;
import io.sluice.message.QuotaDecision;
import io.sluice.message.ReadinessChanged;
import io.sluice.message.ReserveBudget;
import io.sluice.message.ReserveQuota;
import io.sluice.message.RestPlaces;
import io.sluice.message.RevisionChanged;
import io.sluice.message.SettleBudget;
import io.sluice.message.SettleQuota;
import io.sluice.message.UsageRecord;
import io.sluice.message.WrittenLate;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.provider.ProviderClientVerticle;
import io.sluice.provider.fetch.MediaNetwork;
import io.sluice.provider.fetch.PublicInternet;
import io.sluice.quota.LocalGroupVerticle;
import io.sluice.quota.QuotaVerticle;
import io.sluice.router.RouterVerticle;
import io.sluice.trace.Tracing;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One lane of real verticles on a real Vert.x and a free port, with a scripted peer in the place of usage and, unless
 * {@link #keepsQuota} is said, of quota. The peer grants the first candidate, accepts every record, and keeps what it was
 * told. An exception that nobody handled on an event loop fails the close.
 */
public final class TestNode implements AutoCloseable {
    private static final int LANE = 0;
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final long LEASE_NANOS = 500_000_000L;

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2));
    private final Bus bus = new Bus(vertx, REPLY_TIMEOUT);
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final BlockingQueue<UsageRecord> records = new LinkedBlockingQueue<>();
    private final BlockingQueue<SettleQuota> settlements = new LinkedBlockingQueue<>();
    private final BlockingQueue<RestPlaces> rests = new LinkedBlockingQueue<>();
    private final BlockingQueue<ChargeQuota> charges = new LinkedBlockingQueue<>();
    private final BlockingQueue<AttemptFinished> attempts = new LinkedBlockingQueue<>();
    private final BlockingQueue<CancelReserve> cancellations = new LinkedBlockingQueue<>();
    private final BlockingQueue<ProviderLimits> providerLimits = new LinkedBlockingQueue<>();
    private final BlockingQueue<WrittenLate> lateWrites = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReserveBudget> moneyQuestions = new LinkedBlockingQueue<>();
    private final BlockingQueue<SettleBudget> payments = new LinkedBlockingQueue<>();
    private final BlockingQueue<CancelBudget> moneyCancellations = new LinkedBlockingQueue<>();
    private final ReservationAudit audit = new ReservationAudit();
    private final AtomicLong reservations = new AtomicLong();
    private final BlockingQueue<Throwable> defects = new LinkedBlockingQueue<>();
    private final GatewayRevision revision;
    private HttpBounds bounds = HttpBounds.DEFAULT;
    private RealtimeConfig realtime = RealtimeConfig.DEFAULT;
    private List<Cidr> trustedProxies = List.of();
    private @Nullable TlsConfig tls;
    private Function<ReserveQuota, Future<QuotaDecision>> quota =
            request -> Future.succeededFuture(grantFirst(request));
    private Function<ReserveBudget, Future<BudgetDecision>> money = request -> Future.succeededFuture(keep(request));
    private @Nullable Path dataDir;
    private @Nullable Path healthDir;
    private volatile PoolSnapshot pool = PoolSnapshot.UNKNOWN;
    private Function<Vertx, MediaNetwork> network = PublicInternet::new;
    private @Nullable StoredIds ownIds;
    private @Nullable Tracing tracing;
    private StoredKeys storedKeys = new StoredKeys();
    private final AtomicLong ticketNumbers = new AtomicLong();
    private final SideDoor door = new SideDoor(System::nanoTime, () -> ByteBuffer.allocate(32)
            .putLong(ticketNumbers.incrementAndGet())
            .array());
    private final OpenNow openRequests = new OpenNow();
    private int port;

    private TestNode(GatewayRevision revision) {
        this.revision = revision;
    }

    /** A node that has not started. */
    public static TestNode of(GatewayRevision revision) {
        return new TestNode(revision);
    }

    public TestNode bounds(HttpBounds newBounds) {
        bounds = newBounds;
        return this;
    }

    /** Has a secret of its own, as a node that is alone has. */
    public TestNode ownIds(StoredIds ids) {
        ownIds = ids;
        return this;
    }

    /** Looks keys up among these too. */
    public TestNode storedKeys(StoredKeys keys) {
        storedKeys = keys;
        return this;
    }

    /** Bounds of realtime sessions. */
    public TestNode realtime(RealtimeConfig newBounds) {
        realtime = newBounds;
        return this;
    }

    public TestNode tls(TlsConfig newTls) {
        tls = newTls;
        return this;
    }

    /** Networks whose {@code X-Forwarded-For} is believed. */
    public TestNode trustedProxies(String... networks) {
        trustedProxies = List.of(networks).stream().map(Cidr::parse).toList();
        return this;
    }

    /** Where addresses that clients name are fetched from, in the place of the public internet. */
    public TestNode network(MediaNetwork newNetwork) {
        network = vertx -> newNetwork;
        return this;
    }

    /** Answers reservations; runs on an event loop. */
    public TestNode quota(Function<ReserveQuota, QuotaDecision> decide) {
        return quotaLater(request -> Future.succeededFuture(decide.apply(request)));
    }

    /** Answers reservations when it likes; runs on an event loop. */
    public TestNode quotaLater(Function<ReserveQuota, Future<QuotaDecision>> decide) {
        quota = decide;
        return this;
    }

    /** Answers questions for money when it likes; runs on an event loop. */
    public TestNode money(Function<ReserveBudget, Future<BudgetDecision>> decide) {
        money = decide;
        return this;
    }

    /** Keeps whatever is asked for. */
    public BudgetDecision keep(ReserveBudget request) {
        return new BudgetDecision.Kept(request.adds() != 0 ? request.adds() : reservations.incrementAndGet(), 1);
    }

    /**
     * Has the real quota verticle in the place of the scripted one; {@link #settlements} and {@link #reservations} stay
     * empty, and {@link #audit} tells instead.
     *
     * @param directory the node's data directory
     */
    public TestNode keepsQuota(Path directory) {
        dataDir = directory;
        return this;
    }

    /** Traces its requests; whoever made it closes it. */
    public TestNode traces(Tracing makes) {
        tracing = makes;
        return this;
    }

    /**
     * Has the real health verticle.
     *
     * @param directory the node's data directory
     */
    public TestNode keepsHealth(Path directory) {
        healthDir = directory;
        return this;
    }

    /** How the pool stands by the newest snapshot. */
    public PoolSnapshot pool() {
        return pool;
    }

    /** Grants the first candidate for half a second. */
    public QuotaDecision grantFirst(ReserveQuota request) {
        return new QuotaDecision.Granted(reservations.incrementAndGet(), 0, System.nanoTime() + LEASE_NANOS, null, 0);
    }

    /** Starts it; ready when this returns. */
    public TestNode start() {
        vertx.exceptionHandler(defects::add);
        MessageCodecs.registerAll(vertx.eventBus());
        vertx.eventBus().addOutboundInterceptor(sent -> {
            audit.saw(sent.body());
            sent.next();
        });
        GatewayMetrics metrics = new GatewayMetrics(registry);
        if (dataDir == null) {
            bus.serve(Address.QUOTA_RESERVE, quota);
            bus.consume(Address.QUOTA_SETTLE, settlements::add);
            bus.consume(Address.QUOTA_REST, rests::add);
            bus.consume(Address.QUOTA_CHARGE, charges::add);
            bus.consume(Address.QUOTA_CANCEL, cancellations::add);
            bus.consume(Address.PROVIDER_LIMITS, providerLimits::add);
            bus.consume(Address.QUOTA_WRITTEN_LATE, lateWrites::add);
        } else {
            await(vertx.deployVerticle(
                    new LocalGroupVerticle(dataDir, System::nanoTime, InstantSource.system(), metrics)));
            await(vertx.deployVerticle(new QuotaVerticle(
                    revision,
                    "test",
                    QueueConfig.DEFAULT,
                    System::nanoTime,
                    InstantSource.system(),
                    new Random(),
                    metrics)));
        }
        bus.serve(Address.BUDGET_RESERVE, request -> {
            moneyQuestions.add(request);
            return money.apply(request);
        });
        bus.consume(Address.BUDGET_SETTLE, payments::add);
        bus.consume(Address.BUDGET_CANCEL, moneyCancellations::add);
        bus.consume(Address.ATTEMPT_FINISHED, attempts::add);
        bus.consume(Address.POOL_HEALTH, health -> pool = health.snapshot());
        if (healthDir != null) {
            await(vertx.deployVerticle(new HealthVerticle(new HealthSetup(
                    revision,
                    "test",
                    "test/1",
                    1,
                    healthDir,
                    System::nanoTime,
                    InstantSource.system(),
                    new SplittableRandom()))));
        }
        bus.serve(Address.USAGE_RECORDED, record -> {
            records.add(record);
            return Future.succeededFuture(Accepted.INSTANCE);
        });
        HttpConfig http = new HttpConfig("127.0.0.1", 0, tls, trustedProxies, bounds, realtime);
        OneLoop lane = new OneLoop(List.of(
                new RouterVerticle(LANE, System::nanoTime),
                new ProviderClientVerticle(LANE, bounds.upstreamQueue(), System::nanoTime, network),
                new IngressVerticle(
                        LANE,
                        http,
                        revision,
                        new EdgeShared(new EdgeLimits(bounds), storedKeys, openRequests, ownIds, tracing, door),
                        metrics,
                        System::nanoTime)));
        await(vertx.deployVerticle(lane));
        port = await(bus.request(Address.ingressOpen(LANE), new OpenIngress())).port();
        readiness(true, "");
        return this;
    }

    /** Tells the lane how the pool stands; counts for whatever is asked after. */
    public void health(PoolSnapshot snapshot) {
        bus.publish(Address.POOL_HEALTH, new PoolHealth(snapshot));
    }

    /** How an admin port would come. */
    public SideDoor door() {
        return door;
    }

    /** Its traffic port. */
    public int port() {
        return port;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** Requests that providers are asked, as a kill would leave them. */
    public Collection<UsageRecord> openRequests() {
        return openRequests.kept.values();
    }

    /** Keeps open requests in memory. */
    private static final class OpenNow implements OpenRequests {
        private final Map<Integer, UsageRecord> kept = new ConcurrentHashMap<>();
        private final AtomicInteger places = new AtomicInteger();

        @Override
        public int keep(int place, UsageRecord asItStands) {
            int at = place == NOWHERE ? places.incrementAndGet() : place;
            kept.put(at, asItStands);
            return at;
        }

        @Override
        public void forget(int place) {
            kept.remove(place);
        }
    }

    /** What was recorded and not taken, in order. */
    public BlockingQueue<UsageRecord> records() {
        return records;
    }

    /** What was settled and not taken, in order. */
    public BlockingQueue<SettleQuota> settlements() {
        return settlements;
    }

    /** Sessions that went on between two responses, and were not taken, in order. */
    public BlockingQueue<RestPlaces> rests() {
        return rests;
    }

    /** What was charged without being asked for and not taken, in order. */
    public BlockingQueue<ChargeQuota> charges() {
        return charges;
    }

    /** Questions for money that were not taken, in order. */
    public BlockingQueue<ReserveBudget> moneyQuestions() {
        return moneyQuestions;
    }

    /** What requests cost their budgets and nobody took, in order. */
    public BlockingQueue<SettleBudget> payments() {
        return payments;
    }

    /** Questions for money that were taken back, in order. */
    public BlockingQueue<CancelBudget> moneyCancellations() {
        return moneyCancellations;
    }

    /** Attempts that were reported and not taken, in order. */
    public BlockingQueue<AttemptFinished> attempts() {
        return attempts;
    }

    /** Questions for room that were taken back, in order. */
    public BlockingQueue<CancelReserve> cancellations() {
        return cancellations;
    }

    /** What providers said about their limits and nobody took, in order. */
    public BlockingQueue<ProviderLimits> providerLimits() {
        return providerLimits;
    }

    /** Requests that left late and nobody took, in order. */
    public BlockingQueue<WrittenLate> lateWrites() {
        return lateWrites;
    }

    /** What its reservations came to. */
    public ReservationAudit audit() {
        return audit;
    }

    /** How many reservations were granted. */
    public long reservations() {
        return reservations.get();
    }

    /** The value of a gauge or counter; 0 when there is none of that name. */
    public double meter(String name) {
        return registry.find(name).meters().stream()
                .flatMap(m -> java.util.stream.StreamSupport.stream(m.measure().spliterator(), false))
                .mapToDouble(m -> m.getValue())
                .sum();
    }

    /** Tells the lane a new revision. */
    public void revision(GatewayRevision next) {
        bus.publish(Address.REVISION_CHANGED, new RevisionChanged(next));
    }

    /** Tells the lane whether it should be sent traffic. */
    public void readiness(boolean ready, String reason) {
        bus.publish(Address.READINESS_CHANGED, new ReadinessChanged(ready, reason));
    }

    /** Drains the lane; done when it is empty. */
    public Future<DrainIngress.Drained> drain(Duration atMost) {
        return bus.request(Address.ingressDrain(LANE), new DrainIngress(atMost), atMost.plusSeconds(10));
    }

    /** Waits for a future. Not for event loops. */
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no result: " + e, e);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
        if (!defects.isEmpty()) {
            AssertionError failure = new AssertionError("exceptions that nobody handled: " + defects);
            defects.forEach(failure::addSuppressed);
            throw failure;
        }
    }

    /** Members of one lane on one context, as a node deploys them. */
    private record OneLoop(List<Deployable> members) implements Deployable {
        @Override
        public Future<?> deploy(Context context) {
            Future<?> started = Future.succeededFuture();
            for (Deployable member : members) {
                started = started.compose(before -> start(member, context));
            }
            return started;
        }

        private static Future<?> start(Deployable member, Context context) {
            try {
                return member.deploy(context);
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        }

        @Override
        public Future<?> undeploy(Context context) {
            return Future.join(members.reversed().stream()
                    .map(member -> {
                        try {
                            return member.undeploy(context);
                        } catch (Exception e) {
                            return Future.failedFuture(e);
                        }
                    })
                    .toList());
        }
    }
}
