package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.Model;
import io.sluice.domain.routing.AttemptPolicy;
import io.sluice.domain.routing.AttemptPolicy.Next;
import io.sluice.domain.routing.RemainingCandidates;
import io.sluice.message.Address;
import io.sluice.message.ParkedConnection;
import io.sluice.message.PlanRoute;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RouteDecision;
import io.sluice.trace.RequestTrace;
import io.vertx.core.Handler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is asked for one request: the router's plan, room at one of its candidates, and who follows when that one fails.
 *
 * <pre>
 *  plan ─▶ reserve ─▶ {@link Party#granted}
 *   ▲        ▲ │ ▲
 *   │        │ │ └── the lease expired unwritten, or the candidate stopped while the request waited: first in line
 *   │        │ └──── nobody of the plan is in service any more: planned anew
 *   └────────┴────── failed: the next candidate
 * </pre>
 *
 * Used on the lane's event loop.
 */
final class Candidacy {
    private static final Logger LOG = LoggerFactory.getLogger(Candidacy.class);

    /** How often room may be granted that cannot be used in time. */
    private static final int MOST_VAIN_GRANTS = 64;

    private static final int MOST_PLANS = 4;

    private final ExchangeServices services;
    private final Incoming incoming;
    private final Model model;
    private final UsageMeter meter;
    private final Reserving reserving;
    private final RemainingCandidates remaining;
    private final Usable usable;
    private final Party party;
    private @Nullable PlanRoute question;
    private @Nullable Candidate only;
    private @Nullable Candidate trial;
    private @Nullable Attempt attempt;
    private final OtherModels otherModels;
    private final FailedAttempts failures = new FailedAttempts();
    private @Nullable FallbackCause cause;
    private int plans;
    private int vainGrants;

    /** For whom candidates are found. Everything comes on the lane's event loop. */
    interface Party {
        /** Whether nobody waits for an answer any more. */
        boolean isCancelled();

        /** Those of a plan that can serve this request. */
        List<Candidate> usable(List<Candidate> plan);

        /** None of the plan for the model that was asked for can serve this request: the party answers by itself. */
        void unusable(List<Candidate> plan);

        /** Room was granted or denied. */
        void heard(QuotaDecision decision);

        /**
         * A candidate has room: it is to be asked in this turn.
         *
         * @param attempt with its reservation
         * @param expiresAtNanos from when the request may no longer be written
         * @param connection one to the candidate, that came too late for an earlier reservation; null for none
         */
        void granted(Attempt attempt, long expiresAtNanos, @Nullable ParkedConnection connection);

        /** Nobody is asked any more: this is the answer. */
        void over(GatewayFailure failure);
    }

    /**
     * Nobody was looked for yet.
     *
     * @param services what the lane's exchanges share
     * @param incoming the request
     * @param model the model it asks for
     * @param meter knows what an attempt takes
     * @param reserving asks for room
     * @param remaining who is left of the plan
     * @param party the request's state machine
     */
    Candidacy(
            ExchangeServices services,
            Incoming incoming,
            Model model,
            UsageMeter meter,
            Reserving reserving,
            RemainingCandidates remaining,
            Party party) {
        this.services = services;
        this.incoming = incoming;
        this.model = model;
        this.otherModels = new OtherModels(incoming, model);
        this.meter = meter;
        this.reserving = reserving;
        this.remaining = remaining;
        this.usable = new Usable(services.pool(), remaining, this::mayServe);
        this.party = party;
    }

    /** Begins with the router's plan. */
    void plan(PlanRoute newQuestion) {
        question = newQuestion;
        services.pool().requested();
        ask(newQuestion);
    }

    private void ask(PlanRoute next) {
        plans++;
        usable.planning();
        services.bus()
                .request(Address.routePlan(services.lane()), next)
                .onComplete(guarded(planned(incoming.trace())), this::defect);
    }

    /** Begins with the one account that can serve, because it keeps what is asked for. */
    void pinned(Candidate keeper) {
        only = keeper;
        services.pool().requested();
        guarded((List<Candidate> plan) -> remain(plan)).handle(List.of(keeper));
    }

    private Handler<RouteDecision> planned(@Nullable RequestTrace trace) {
        if (trace == null) {
            return this::planned;
        }
        long asked = services.clock().getAsLong();
        return decision -> {
            int candidates = decision instanceof RouteDecision.Planned plan
                    ? plan.candidates().size()
                    : 0;
            trace.planned(asked, services.clock().getAsLong(), candidates);
            planned(decision);
        };
    }

    private void planned(RouteDecision decision) {
        if (party.isCancelled()) {
            return;
        }
        switch (decision) {
            case RouteDecision.Planned plan -> {
                trial = plan.trial();
                List<Candidate> candidates = party.usable(plan.candidates());
                if (candidates.isEmpty()) {
                    nobody(() -> party.unusable(plan.candidates()));
                } else {
                    remain(candidates);
                }
            }
            case RouteDecision.Unroutable none -> nobody(() -> over(none.failure()));
        }
    }

    /** Another model that cannot serve is passed over: why it cannot is not what the client asked about. */
    private void nobody(Runnable answer) {
        if (cause == null) {
            answer.run();
        } else {
            goOn();
        }
    }

    /** Asks another model for the cause of the last failure, else whoever is left. */
    private void goOn() {
        FallbackCause why = Objects.requireNonNull(cause);
        String name = otherModels.next(why, question);
        if (name != null) {
            otherModels.taken(name);
            PlanRoute next =
                    Objects.requireNonNull(question).of(name, services.random().nextLong());
            ask(next.fallingBack(remaining.mayFallBack()));
            return;
        }
        cause = null;
        reserve(null);
    }

    private void remain(List<Candidate> candidates) {
        if (cause == null) {
            remaining.planned(candidates);
        } else {
            cause = null;
            remaining.plannedFirst(candidates);
        }
        reserve(null);
    }

    /** Whether a candidate may still be asked; the plan is as old as the request has waited. */
    private boolean mayServe(Candidate candidate) {
        LanePool pool = services.pool();
        if (only != null) {
            return !pool.isGone(incoming.revision(), candidate.accountId());
        }
        boolean may = question != null && question.account() != null
                ? pool.mayServeAlone(incoming.revision(), candidate)
                : pool.mayServe(incoming.revision(), candidate);
        return may || candidate == trial && !pool.isSwitchedOff(incoming.revision(), candidate);
    }

    /**
     * Asks for room among the candidates that were not tried. The last attempt's reservation, expired unwritten or
     * settled but for the key's part, ends in the same step.
     *
     * @param parked a connection that came too late for its reservation; null for none
     */
    void reserve(@Nullable ParkedConnection parked) {
        List<Candidate> candidates = usable.now();
        if (party.isCancelled() || candidates.isEmpty()) {
            if (parked != null) {
                parked.giveUp();
            }
            if (!party.isCancelled()) {
                nobodyLeft();
            }
            return;
        }
        long replaces = attempt == null ? 0 : attempt.reservation();
        // The question ends that reservation; whatever ends the request in the meantime must not end it again.
        attempt = null;
        reserving
                .ask(candidates, meter.estimate(), replaces, parked)
                .onComplete(guarded(decision -> decided(decision, candidates)), this::defect);
    }

    /** Everybody of the plan who was not tried has gone out of service since. */
    private void nobodyLeft() {
        if (attempt != null && !attempt.isKept()) {
            attempt.release(services.bus());
            attempt = null;
        }
        if (!failures.isEmpty() || question == null || plans == MOST_PLANS) {
            over(new NoRoute(
                    only == null
                            ? "Every upstream account for this model is out of service."
                            : "The upstream account that keeps this response is out of service.",
                    Duration.ZERO));
        } else {
            ask(question);
        }
    }

    private void decided(QuotaDecision decision, List<Candidate> candidates) {
        party.heard(decision);
        switch (decision) {
            case QuotaDecision.Granted grant -> granted(grant, candidates.get(grant.candidate()));
            case QuotaDecision.Denied denied ->
                over(FailedAttempts.orEarlier(
                        denied.failure(), () -> services.pool().earliestBack(incoming.revision(), model.candidates())));
        }
    }

    private void granted(QuotaDecision.Granted grant, Candidate candidate) {
        Attempt next = new Attempt(
                candidate,
                grant.reservation(),
                meter.estimate(),
                services.clock().getAsLong());
        if (party.isCancelled()) {
            next.release(services.bus());
            party.over(new GatewayFailure.ClientClosed());
            return;
        }
        attempt = next;
        if (!mayServe(candidate)) {
            usable.doubt();
            vainGrant(null);
            return;
        }
        meter.attempting(candidate, next.startNanos());
        party.granted(next, grant.expiresAtNanos(), reserving.connectionTo(candidate));
    }

    /** The request could not be written in time: the candidate stays first. */
    void leaseExpired(Attempt current, ParkedConnection connection) {
        if (party.isCancelled()) {
            connection.giveUp();
            return;
        }
        remaining.keepFirst(current.candidate());
        vainGrant(connection);
    }

    /** The units go back in the same step in which new ones are asked for. */
    private void vainGrant(@Nullable ParkedConnection connection) {
        if (++vainGrants <= MOST_VAIN_GRANTS) {
            reserve(connection);
            return;
        }
        if (connection != null) {
            connection.giveUp();
        }
        // No account is to blame: room was granted, and this node could not use it in time, again and again.
        party.over(new GatewayFailure.Overloaded("The gateway is too busy to send the request in time."));
    }

    /**
     * The last attempt under way, a candidate's, failed before the client saw a byte: another one follows, or that is the answer.
     */
    void failed(Candidate candidate, UpstreamFailure failure) {
        failures.add(failure);
        meter.lastAsked(candidate);
        Attempt current = Objects.requireNonNull(attempt);
        Duration elapsed = Duration.ofNanos(services.clock().getAsLong() - reserving.readNanos());
        FallbackCause why = AttemptPolicy.cause(failure);
        boolean other = otherModels.next(why, question) != null;
        Next next = remaining.failed(
                candidate, failure, other, elapsed, services.random().nextLong());
        if (next instanceof Next.GiveUp || !mayAskAgain(failure, next)) {
            party.over(failures.answer(failure));
            return;
        }
        if (!current.isKept()) {
            meter.attemptFailed(current, failure);
        }
        switch (next) {
            case Next.OtherModel another -> {
                cause = why;
                goOn();
            }
            case Next.Repeat repeat ->
                services.vertx()
                        .setTimer(Math.max(1, repeat.pause().toMillis()), t -> guarded((Long timer) -> reserve(null))
                                .handle(t));
            default -> reserve(null);
        }
    }

    /** Whether the lane's budget has room for one more attempt, where it takes one. */
    private boolean mayAskAgain(UpstreamFailure failure, Next next) {
        boolean wrongHere = next instanceof Next.OtherModel && !failure.mayFallBack();
        if (wrongHere || !AttemptPolicy.spends(failure)) {
            return true;
        }
        boolean may = services.pool().mayAskAgain(model.policy().failover().retries());
        if (!may) {
            services.metrics().retryRefused();
        }
        return may;
    }

    /** An attempt failed beside another one, which goes on. */
    void failedAside(Candidate candidate, UpstreamFailure failure) {
        failures.add(failure);
        remaining.failed(candidate, failure, false, Duration.ZERO, 0);
    }

    /** Who may be asked beside an attempt that is slow: others than its account. */
    List<Candidate> beside(Attempt slow) {
        return remaining.untried().stream()
                .filter(other -> !other.accountId().equals(slow.candidate().accountId()) && mayServe(other))
                .toList();
    }

    /** A candidate is asked beside the attempt that is slow. */
    boolean mayAskBeside(Candidate candidate) {
        if (!mayServe(candidate)
                || !services.pool().mayAskAgain(model.policy().failover().retries())) {
            return false;
        }
        remaining.taken(candidate);
        return true;
    }

    /** A candidate that was to be asked beside was not: it may be asked later. */
    void notAsked(Candidate candidate) {
        remaining.notTaken(candidate);
    }

    private void over(GatewayFailure failure) {
        party.over(failures.answer(failure));
    }

    /** The attempt whose reservation is open, or kept for the next one; null between two, and before the first. */
    @Nullable
    Attempt attempt() {
        return attempt;
    }

    /** Looks for nobody any more. */
    void stop() {
        reserving.stop();
    }

    /** A step that throws ends the request; without this it would hang until its client leaves. */
    private <T> Handler<T> guarded(Handler<T> step) {
        return value -> {
            try {
                step.handle(value);
            } catch (RuntimeException e) {
                LOG.error("request {} failed by a defect", incoming.id(), e);
                party.over(new GatewayFailure.Internal());
            }
        };
    }

    private void defect(Throwable cause) {
        party.over(cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal());
    }
}
