package io.sluice.router;

import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.routing.Absence;
import io.sluice.domain.routing.Plan;
import io.sluice.domain.routing.RoutePlanner;
import io.sluice.domain.routing.RoutePlanner.Question;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.PlanRoute;
import io.sluice.message.RouteDecision;
import io.sluice.message.TrialTaken;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Answers {@code lane.<n>.route.plan} by the latest pictures of health and headroom. */
public final class RouterVerticle extends VerticleBase {
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(5);

    private final int lane;
    private final LongSupplier clock;
    private final RoutePlanner planner;
    private final List<MessageConsumer<?>> consumers = new ArrayList<>();

    /**
     * A router for one lane.
     *
     * @param lane number of the lane
     * @param clock monotonic nanoseconds
     */
    public RouterVerticle(int lane, LongSupplier clock) {
        this.lane = lane;
        this.clock = clock;
        planner = new RoutePlanner(lane);
    }

    @Override
    public Future<?> start() {
        Bus bus = new Bus(vertx, REPLY_TIMEOUT);
        consumers.add(bus.serve(Address.routePlan(lane), question -> Future.succeededFuture(decide(bus, question))));
        consumers.add(
                bus.consume(Address.QUOTA_HEADROOM, report -> planner.learn(report.revision(), report.permille())));
        consumers.add(bus.consume(Address.POOL_HEALTH, health -> planner.learn(health.snapshot())));
        return Future.all(consumers.stream().map(MessageConsumer::completion).toList());
    }

    @Override
    public Future<?> stop() {
        return Future.all(consumers.stream().map(MessageConsumer::unregister).toList());
    }

    private RouteDecision decide(Bus bus, PlanRoute request) {
        Model model = request.revision().models().get(request.model());
        if (model == null) {
            return new RouteDecision.Unroutable(new NoRoute("The model is not served.", Duration.ZERO));
        }
        List<Model> models = withFallbacks(request, model);
        Question question = new Question(
                request.revision(),
                request.endpoint(),
                request.account(),
                request.mayFallBack(),
                request.stickyHash(),
                request.seed(),
                clock.getAsLong());
        Plan plan = new Plan(model.candidates().size());
        models.forEach(each -> planner.plan(question, each, plan));
        if (plan.size() == 0 && !request.mayFallBack()) {
            models.forEach(each -> planner.planTrial(question, each, plan));
        }
        if (plan.trial() != 0) {
            bus.send(Address.TRIAL_TAKEN, new TrialTaken(plan.trial()));
        }
        if (plan.size() > 0) {
            return new RouteDecision.Planned(plan.done(), plan.tried());
        }
        Absence absence = new Absence();
        models.forEach(each -> planner.explain(question, each, absence));
        return new RouteDecision.Unroutable(absence.failure(request.model(), request.endpoint()));
    }

    /** What an account keeps for its client is no other model's. */
    private static List<Model> withFallbacks(PlanRoute request, Model model) {
        if (request.account() != null || model.fallbacks().isEmpty()) {
            return List.of(model);
        }
        GatewayRevision revision = request.revision();
        List<Model> models = new ArrayList<>();
        models.add(model);
        for (String name : model.fallbacks()) {
            Model fallback = revision.models().get(name);
            if (fallback != null && request.key().allows(name)) {
                models.add(fallback);
            }
        }
        return models;
    }
}
