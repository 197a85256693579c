package io.sluice.node;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.admin.AdminVerticle;
import io.sluice.config.ClusterConfig;
import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.DrainIngress;
import io.sluice.message.MessageCodecs;
import io.sluice.message.OpenIngress;
import io.sluice.message.ReadinessChanged;
import io.sluice.message.TellPool;
import io.sluice.metrics.VertxMeters;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node. It starts in steps, each of which says how it is undone; it stops by undoing them in reverse, whether
 * the start was complete or not:
 *
 * <pre>
 *   start   Vert.x → services (simulator, admin, metrics, usage, cluster, quota) → lanes → every ingress listens → watch → ready
 *   stop    not ready → (load balancers notice) → watch → every ingress is drained → lanes → services → Vert.x
 * </pre>
 *
 * No ingress listens before everything behind every lane stands, and every lane is drained before the first is undeployed.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** One for the verticle, one for checks of requests. */
    private static final int ADMIN_THREADS = 2;

    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(10);

    private final NodeConfig config;
    private final Parts parts;
    private final Vertx vertx;
    private final Bus bus;
    private final Readiness readiness;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Promise<Void> stopped = Promise.promise();
    private final Deque<Supplier<Future<?>>> undo = new ArrayDeque<>();
    private Future<Void> started = Future.succeededFuture();
    private volatile int port;

    Node(NodeConfig config, Parts parts, Vertx vertx) {
        this.config = config;
        this.parts = parts;
        this.vertx = vertx;
        this.bus = new Bus(vertx, STEP_TIMEOUT);
        MessageCodecs.registerAll(vertx.eventBus());
        this.readiness = new Readiness(config.name(), config.cluster() != null, this::announce);
        bus.consume(Address.GROUP_STATUS, readiness::group);
        bus.consume(Address.LEDGER_STATE, readiness::ledger);
        undo.push(vertx::close);
    }

    /**
     * Vert.x as a node wants it: native transport where there is one, an event loop for each lane, and no files of its
     * own anywhere.
     */
    static Vertx vertx(int eventLoops) {
        return watched(Vertx.vertx(options(eventLoops)));
    }

    private static VertxOptions options(int eventLoops) {
        return new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(eventLoops)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false))
                .setMaxEventLoopExecuteTime(1)
                .setMaxEventLoopExecuteTimeUnit(TimeUnit.SECONDS);
    }

    private static Vertx watched(Vertx vertx) {
        vertx.exceptionHandler(cause -> LOG.error("unexpected", cause));
        return vertx;
    }

    /**
     * A node of the real parts; one of a cluster joins it here, which takes some seconds and blocks.
     *
     * @param setup what it begins with
     * @throws StartFailure when a port is in use, or another thing it needs is not there
     */
    public static Node create(NodeSetup setup) throws StartFailure {
        NodeConfig config = setup.config();
        Ports.check(config);
        ClusterConfig cluster = config.cluster();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        if (cluster == null) {
            LiveParts parts = new LiveParts(setup, null, registry);
            Vertx alone = VertxMeters.builder(options(config.lanes()), registry).build();
            return new Node(config, parts, watched(alone));
        }
        // One loop more, for what nodes say to one another.
        Membership membership = Membership.join(options(config.lanes() + 1), registry, config.name(), cluster);
        Vertx vertx = watched(membership.clustered().vertx());
        try {
            return new Node(config, new LiveParts(setup, membership, registry), vertx);
        } catch (StartFailure e) {
            vertx.close().onFailure(cause -> LOG.debug("while leaving", cause));
            throw e;
        }
    }

    /**
     * Starts it; called once. When a step fails, or {@link #stop} is called meanwhile, everything is undone before the
     * future fails.
     */
    public synchronized Future<Void> start() {
        Future<Void> steps = Future.succeededFuture();
        for (Deployable service : parts.services()) {
            steps = steps.compose(done -> deploy(() -> service, threads(service)));
        }
        AtomicInteger lane = new AtomicInteger();
        steps = steps.compose(done -> deploy(
                        () -> parts.lane(lane.getAndIncrement()), new DeploymentOptions().setInstances(config.lanes())))
                .compose(done -> tellPool())
                .compose(done -> step(this::open, open -> drain()))
                .compose(done -> deploy(parts::watch, new DeploymentOptions()));
        started = steps;
        return steps.compose(done -> becomeReady())
                .recover(cause -> stop().transform(any -> Future.failedFuture(cause)));
    }

    /** The port that clients use; 0 until it is open. */
    public int port() {
        return port;
    }

    /** The port that operators use; 0 until it is open. */
    public int adminPort() {
        return parts.adminPort();
    }

    /** The admin token that was made at this start, to be shown once; null when it was there before. */
    public @Nullable Secret firstAdminToken() {
        return parts.firstAdminToken();
    }

    /**
     * Drains and ends the node, whatever state it is in; the same future for every call.
     *
     * @return when nothing of it is left; never fails
     */
    public synchronized Future<Void> stop() {
        if (stopping.compareAndSet(false, true)) {
            started.eventually(this::announceDrain).onComplete(any -> undoAll().onComplete(done -> stopped.complete()));
        }
        return stopped.future();
    }

    /** What operators ask for has threads of its own, and is never in the way of a request. */
    private static DeploymentOptions threads(Deployable service) {
        DeploymentOptions options = new DeploymentOptions();
        return service instanceof AdminVerticle
                ? options.setThreadingModel(ThreadingModel.WORKER)
                        .setWorkerPoolName("sluice-admin")
                        .setWorkerPoolSize(ADMIN_THREADS)
                : options;
    }

    private Future<Void> deploy(Supplier<Deployable> part, DeploymentOptions options) {
        return step(() -> vertx.deployVerticle(part, options), vertx::undeploy);
    }

    /** Does one step, unless the node is to stop; remembers how to undo what it gave. */
    private <T> Future<Void> step(Supplier<Future<T>> action, Function<T, Future<?>> back) {
        if (stopping.get()) {
            return interrupted();
        }
        return action.get().onSuccess(done -> undo.push(() -> back.apply(done))).mapEmpty();
    }

    private Future<Void> undoAll() {
        Future<Void> all = Future.succeededFuture();
        while (!undo.isEmpty()) {
            Supplier<Future<?>> back = undo.pop();
            all = all.compose(done -> back.get().<Void>mapEmpty().otherwise(cause -> {
                LOG.warn("a part did not stop: {}", cause.toString());
                return null;
            }));
        }
        return all;
    }

    /** Before the first request every lane knows who is out. */
    private Future<Void> tellPool() {
        return bus.request(Address.POOL_TELL, new TellPool()).<Void>mapEmpty().otherwise(cause -> {
            LOG.warn("nobody tells how the pool stands: {}", cause.toString());
            return null;
        });
    }

    private Future<Void> open() {
        return everyLane(lane -> bus.request(Address.ingressOpen(lane), new OpenIngress())
                .onSuccess(listening -> port = listening.port()));
    }

    private Future<Void> drain() {
        Duration patience = config.drain().plus(STEP_TIMEOUT);
        return everyLane(lane -> bus.request(Address.ingressDrain(lane), new DrainIngress(config.drain()), patience)
                .onSuccess(drained -> {
                    if (drained.cut() > 0) {
                        LOG.warn("lane {} cut {} requests at the end of the drain time", lane, drained.cut());
                    }
                }));
    }

    private Future<Void> everyLane(IntFunction<Future<?>> request) {
        return Future.join(IntStream.range(0, config.lanes())
                        .<Future<?>>mapToObj(request)
                        .toList())
                .mapEmpty();
    }

    /** Not while {@link #stop} begins, so that the last word is never a wrong one. */
    private synchronized Future<Void> becomeReady() {
        if (stopping.get()) {
            return interrupted();
        }
        readiness.serving();
        return Future.succeededFuture();
    }

    /** Load balancers are told first; requests that they send until they have noticed are served. */
    private Future<Void> announceDrain() {
        boolean announced = readiness.draining();
        long notice = config.drainNotice().toMillis();
        return announced && notice > 0 ? vertx.timer(notice).mapEmpty() : Future.succeededFuture();
    }

    private void announce(ReadinessChanged change) {
        if (config.cluster() != null) {
            LOG.info(change.ready() ? "ready" : "not ready: {}", change.reason());
        }
        bus.publish(Address.READINESS_CHANGED, change);
    }

    private static Future<Void> interrupted() {
        return Future.failedFuture(new StartFailure("stopped while starting"));
    }
}
