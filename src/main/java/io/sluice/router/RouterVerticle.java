package io.sluice.router;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.health.HealthView;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.routing.RoutePlanner;
import io.sluice.domain.routing.RoutePlanner.Cooling;
import io.sluice.domain.routing.RoutePlanner.Question;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Headroom;
import io.sluice.message.PlanRoute;
import io.sluice.message.RouteDecision;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Answers {@code lane.<n>.route.plan}; keeps the lane's view of health and headroom. */
public final class RouterVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);
    private static final int[] UNKNOWN = {};

    private final int lane;
    private final LongSupplier clock;
    private final HealthView health = new HealthView();
    private final RoutePlanner planner = new RoutePlanner(health);
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();
    private Headroom headroom = new Headroom("", UNKNOWN);

    /**
     * A router for one lane.
     *
     * @param lane number of the lane
     * @param clock monotonic nanoseconds
     */
    public RouterVerticle(int lane, LongSupplier clock) {
        this.lane = lane;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        consumers.add(bus.serve(Address.routePlan(lane), question -> Future.succeededFuture(decide(question))));
        consumers.add(bus.consume(Address.QUOTA_HEADROOM, report -> headroom = report));
        consumers.add(bus.consume(
                Address.ATTEMPT_FINISHED, e -> health.learn(e.candidate(), e.failure(), clock.getAsLong())));
        consumers.add(bus.consume(
                Address.CANDIDATE_HEALTH, e -> health.learn(e.candidate(), e.failure(), clock.getAsLong())));
        consumers.add(bus.consume(
                Address.REVISION_CHANGED,
                change -> health.retain(change.revision().channels())));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    @Override
    public Future<?> stop() {
        return Future.all(consumers.stream().map(MessageConsumer::unregister).toList());
    }

    private RouteDecision decide(PlanRoute request) {
        GatewayRevision revision = request.revision();
        Model named = revision.models().get(request.model());
        if (named == null) {
            return new RouteDecision.Unroutable(new NoRoute("The model is not served.", Duration.ZERO));
        }
        Model model = request.account() == null ? named : named.onlyAt(request.account());
        int[] room = headroom.revision().equals(revision.id()) ? headroom.permille() : UNKNOWN;
        long now = clock.getAsLong();
        List<Candidate> plan = new ArrayList<>();
        Cooling cooling = new Cooling();
        planner.plan(question(request, model, room, now), plan, cooling);
        for (String name : model.fallbacks()) {
            Model fallback = revision.models().get(name);
            if (fallback != null && request.key().allows(name)) {
                planner.plan(question(request, fallback, room, now), plan, cooling);
            }
        }
        return plan.isEmpty()
                ? new RouteDecision.Unroutable(nobody(request, cooling))
                : new RouteDecision.Planned(plan);
    }

    private static Question question(PlanRoute request, Model model, int[] room, long now) {
        return new Question(model, request.endpoint(), room, request.stickyHash(), request.seed(), now);
    }

    private static GatewayFailure nobody(PlanRoute request, Cooling cooling) {
        if (cooling.earliestNanos() == Long.MAX_VALUE && !request.endpoint().isCommon()) {
            return new InvalidRequest(
                    InvalidRequest.Kind.MALFORMED,
                    "The model '" + request.model() + "' cannot be used at /v1"
                            + request.endpoint().path() + ": no provider that serves it has this endpoint.",
                    "model",
                    "unsupported_endpoint");
        }
        if (cooling.earliestNanos() == Long.MAX_VALUE) {
            return new NoRoute("No upstream account is configured for this model.", Duration.ZERO);
        }
        Duration wait = Duration.ofNanos(cooling.earliestNanos());
        return cooling.throttled()
                ? new QuotaExceeded(
                        QuotaExceeded.Cause.POOL,
                        "Every upstream account for this model was asked by its provider to slow down.",
                        wait)
                : new NoRoute("Every upstream account for this model is out of service.", wait);
    }
}
