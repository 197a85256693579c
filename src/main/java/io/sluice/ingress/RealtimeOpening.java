package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.routing.AttemptPolicy.Next;
import io.sluice.domain.routing.RemainingCandidates;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Address;
import io.sluice.message.Cancellation;
import io.sluice.message.OpenSocket;
import io.sluice.message.PlanRoute;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RouteDecision;
import io.sluice.message.SocketResult;
import io.sluice.message.UpstreamSocket;
import io.sluice.message.UsageRecord.Ending;
import io.vertx.core.Handler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A realtime session from its request to the upgrade: nothing is answered before a provider has taken the session, so that
 * a refusal is an ordinary answer, and another candidate may be asked.
 *
 * <pre>
 *  start ─▶ plan ─▶ reserve ─▶ open ─▶ upgrade ─▶ {@link RealtimeSession}
 *                      ▲         │
 *                      └─────────┘  refused or unreachable: next candidate
 * </pre>
 *
 * Every way ends in {@link #finish} or in a session, once. Runs on the lane's event loop.
 */
final class RealtimeOpening implements Cancellation, InFlight {
    private static final Logger LOG = LoggerFactory.getLogger(RealtimeOpening.class);

    /** Beyond the provider client's own deadlines; running into it is a defect. */
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(40);

    private static final TokenUsage NOTHING = new TokenUsage(0, 0, 0, 0);

    private final RealtimeEndpoint endpoint;
    private final ExchangeServices services;
    private final Incoming incoming;
    private final Model model;
    private final Duration maxWait;
    private final UsageMeter meter;
    private final Reserving reserving;
    private final RemainingCandidates remaining;
    private final long startNanos;
    private @Nullable Attempt attempt;
    private @Nullable UpstreamFailure lastFailure;
    private @Nullable Runnable onCancel;
    private @Nullable GatewayFailure stopping;
    private boolean upgrading;
    private boolean clientGone;
    private boolean finished;

    /**
     * A request that was allowed.
     *
     * @param endpoint keeps the sessions
     * @param services what the lane's exchanges share
     * @param incoming the request, paused
     * @param model the model it asks for
     * @param maxWait how long it may wait for room
     */
    RealtimeOpening(
            RealtimeEndpoint endpoint, ExchangeServices services, Incoming incoming, Model model, Duration maxWait) {
        this.endpoint = endpoint;
        this.services = services;
        this.incoming = incoming;
        this.model = model;
        this.maxWait = maxWait;
        this.startNanos = services.clock().getAsLong();
        this.remaining = new RemainingCandidates(model.policy(), true);
        this.meter = new UsageMeter(services, incoming, scan(model), model, startNanos, false);
        this.reserving =
                new Reserving(services, incoming, 0, maxWait, model.policy().deadline(), startNanos);
    }

    private static RequestScan scan(Model model) {
        return new RequestScan(
                new byte[0],
                Endpoint.REALTIME,
                RequestHead.NONE,
                new RequestScan.Members(0, new int[0], 0),
                model.name(),
                true,
                false,
                -1,
                1,
                0,
                0);
    }

    /** Begins; everything after happens by itself. */
    void start() {
        services.open().add(this);
        incoming.response().closeHandler(v -> clientLeft());
        incoming.response().exceptionHandler(cause -> clientLeft());
        incoming.request().exceptionHandler(cause -> clientLeft());
        PlanRoute question = new PlanRoute(
                incoming.revision(),
                incoming.key(),
                model.name(),
                Endpoint.REALTIME,
                0,
                services.random().nextLong());
        services.bus()
                .request(Address.routePlan(services.lane()), question)
                .onComplete(guarded(this::planned), this::defect);
    }

    private void planned(RouteDecision decision) {
        switch (decision) {
            case RouteDecision.Planned plan -> {
                remaining.planned(plan.candidates());
                reserve();
            }
            case RouteDecision.Unroutable none -> finish(none.failure());
        }
    }

    private void reserve() {
        if (finished) {
            return;
        }
        long replaces = attempt == null ? 0 : attempt.reservation();
        attempt = null;
        List<Candidate> candidates = remaining.untried();
        reserving
                .ask(candidates, Estimate.NONE, replaces, null)
                .onComplete(guarded(decision -> decided(decision, candidates)), this::defect);
    }

    private void decided(QuotaDecision decision, List<Candidate> candidates) {
        switch (decision) {
            case QuotaDecision.Granted grant -> granted(grant, candidates.get(grant.candidate()));
            case QuotaDecision.Denied denied -> {
                if (!finished && denied.keyLimits() != null) {
                    OpenAiEdge.rateHeaders(incoming.response(), denied.keyLimits());
                }
                finish(lastFailure != null ? lastFailure : denied.failure());
            }
        }
    }

    private void granted(QuotaDecision.Granted grant, Candidate candidate) {
        Attempt next = new Attempt(
                candidate, grant.reservation(), Estimate.NONE, services.clock().getAsLong());
        if (isCancelled()) {
            // Nothing was sent.
            next.finish(services.bus(), Estimate.NONE, new GatewayFailure.ClientClosed(), next.startNanos());
            finish(stopping != null ? stopping : new GatewayFailure.ClientClosed());
            return;
        }
        attempt = next;
        meter.attempting(candidate, next.startNanos());
        OpenSocket open = new OpenSocket(
                incoming.id(),
                candidate,
                incoming.clientRequestId(),
                RealtimeHandshake.isBeta(incoming.request()),
                grant.reservation(),
                endpoint.config().frame(),
                this);
        Duration timeout = candidate.timeouts().connect().plus(OPEN_TIMEOUT);
        services.bus()
                .request(Address.providerSocket(services.lane()), open, timeout)
                .onComplete(guarded(result -> opened(next, result)), cause -> {
                    next.written(services.clock().getAsLong());
                    defect(cause);
                });
    }

    private void opened(Attempt current, SocketResult result) {
        onCancel = null;
        meter.attempted();
        switch (result) {
            case SocketResult.Opened opened -> {
                current.written(opened.writtenAtNanos());
                current.answered(services.clock().getAsLong());
                if (isCancelled()) {
                    opened.socket().close(CloseCodes.GOING_AWAY, null);
                    finish(stopping != null ? stopping : new GatewayFailure.ClientClosed());
                } else {
                    upgrade(current, opened.socket());
                }
            }
            case SocketResult.Failed failed -> {
                if (failed.sent()) {
                    current.written(failed.writtenAtNanos());
                }
                failed(failed.failure());
            }
        }
    }

    private void failed(GatewayFailure failure) {
        if (finished) {
            return;
        }
        if (!(failure instanceof UpstreamFailure upstream) || clientGone || stopping != null) {
            finish(stopping != null ? stopping : failure);
            return;
        }
        lastFailure = upstream;
        Attempt current = Objects.requireNonNull(attempt);
        Duration elapsed = Duration.ofNanos(services.clock().getAsLong() - startNanos);
        Next next = remaining.failed(
                current.candidate(), upstream, elapsed, services.random().nextLong());
        switch (next) {
            case Next.Fallback fallback -> {
                meter.attemptFailed(current, upstream);
                reserve();
            }
            case Next.Repeat repeat -> {
                meter.attemptFailed(current, upstream);
                services.vertx().setTimer(Math.max(1, repeat.pause().toMillis()), t -> reserve());
            }
            case Next.GiveUp none -> finish(upstream);
        }
    }

    /** The provider has taken the session: now the client's handshake is answered. */
    private void upgrade(Attempt current, UpstreamSocket upstream) {
        upgrading = true;
        incoming.request()
                .toWebSocket()
                .onComplete(
                        guarded(client -> {
                            finished = true;
                            RealtimeSession session =
                                    new RealtimeSession(endpoint, services, incoming, model, meter, client, upstream);
                            services.open().remove(this);
                            services.open().add(session);
                            session.start(current, maxWait);
                            if (stopping != null) {
                                session.drain();
                            }
                        }),
                        cause -> {
                            upstream.close(CloseCodes.GOING_AWAY, null);
                            clientGone = true;
                            finish(new GatewayFailure.ClientClosed());
                        });
    }

    private void clientLeft() {
        if (finished || clientGone || upgrading) {
            return;
        }
        clientGone = true;
        if (onCancel != null) {
            onCancel.run();
        } else if (attempt == null || attempt.isKept()) {
            finish(new GatewayFailure.ClientClosed());
        }
    }

    private <T> Handler<T> guarded(Handler<T> step) {
        return value -> {
            try {
                step.handle(value);
            } catch (RuntimeException e) {
                LOG.error("session {} failed by a defect", incoming.id(), e);
                finish(new GatewayFailure.Internal());
            }
        };
    }

    private void defect(Throwable cause) {
        finish(cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal());
    }

    /** The end of a session that was not opened: settles, records, and then answers. */
    private void finish(GatewayFailure failure) {
        if (finished) {
            return;
        }
        finished = true;
        reserving.stop();
        GatewayFailure outcome = clientGone ? new GatewayFailure.ClientClosed() : failure;
        if (attempt != null) {
            attempt.finish(
                    services.bus(), Estimate.NONE, outcome, services.clock().getAsLong());
        }
        meter.record(NOTHING, false, clientGone ? Ending.CANCELLED : Ending.FAILED, outcome, -1)
                .onComplete(done -> {
                    try {
                        if (!clientGone) {
                            services.refuse(incoming, outcome);
                        }
                    } finally {
                        services.open().remove(this);
                        services.leave();
                    }
                });
    }

    @Override
    public void drain() {
        cut();
    }

    @Override
    public void cut() {
        stopping = new GatewayFailure.Unavailable("The gateway is stopping.");
        if (onCancel != null) {
            onCancel.run();
        } else if (!upgrading) {
            finish(stopping);
        }
    }

    @Override
    public boolean isCancelled() {
        return clientGone || finished || stopping != null;
    }

    @Override
    public void onCancel(Runnable listener) {
        if (isCancelled()) {
            listener.run();
        } else {
            onCancel = listener;
        }
    }
}
