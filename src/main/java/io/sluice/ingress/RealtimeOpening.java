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
import io.sluice.domain.routing.AttemptPolicy;
import io.sluice.domain.routing.AttemptPolicy.Call;
import io.sluice.domain.routing.RemainingCandidates;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Address;
import io.sluice.message.Cancellation;
import io.sluice.message.OpenSocket;
import io.sluice.message.ParkedConnection;
import io.sluice.message.PlanRoute;
import io.sluice.message.QuotaDecision;
import io.sluice.message.SocketResult;
import io.sluice.message.UpstreamSocket;
import io.sluice.message.UsageRecord.Ending;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.util.List;
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
final class RealtimeOpening implements Cancellation, InFlight, Candidacy.Party {
    private static final Logger LOG = LoggerFactory.getLogger(RealtimeOpening.class);

    /** Beyond the provider client's own deadlines; running into it is a defect. */
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(40);

    private static final Call CALL = new Call(true, true);

    private final RealtimeEndpoint endpoint;
    private final ExchangeServices services;
    private final Incoming incoming;
    private final Model model;
    private final Duration maxWait;
    private final UsageMeter meter;
    private final Candidacy candidacy;
    private @Nullable Runnable onCancel;
    private @Nullable GatewayFailure stopping;
    private boolean asking;
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
        long startNanos = services.clock().getAsLong();
        this.meter = new UsageMeter(services, incoming, scan(model), model, startNanos, false);
        Reserving reserving = new Reserving(
                services,
                incoming,
                incoming.key().scopes(model.name()),
                null,
                0,
                maxWait,
                model.policy().deadline(),
                startNanos);
        this.candidacy = new Candidacy(
                services, incoming, model, meter, reserving, new RemainingCandidates(model.policy(), CALL), this);
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
        candidacy.plan(new PlanRoute(
                incoming.revision(),
                incoming.key(),
                model.name(),
                Endpoint.REALTIME,
                0,
                services.random().nextLong(),
                null,
                AttemptPolicy.mayFallBack(model.policy(), CALL, 0)));
    }

    @Override
    public List<Candidate> usable(List<Candidate> plan) {
        return Priced.of(incoming, plan);
    }

    @Override
    public void unusable(List<Candidate> plan) {
        finish(Priced.refusal(incoming, plan));
    }

    @Override
    public void heard(QuotaDecision decision) {
        if (!finished && decision instanceof QuotaDecision.Denied && decision.keyLimits() != null) {
            OpenAiEdge.rateHeaders(incoming.response(), decision.keyLimits());
        }
    }

    @Override
    public void granted(Attempt attempt, long expiresAtNanos, @Nullable ParkedConnection connection) {
        Candidate candidate = attempt.candidate();
        asking = true;
        meter.opens(attempt);
        OpenSocket open = new OpenSocket(
                incoming.id(),
                candidate,
                incoming.clientRequestId(),
                RealtimeHandshake.isBeta(incoming.request()),
                attempt.reservation(),
                endpoint.config().frame(),
                this);
        Duration timeout = candidate.timeouts().connect().plus(OPEN_TIMEOUT);
        services.bus()
                .request(Address.providerSocket(services.lane()), open, timeout)
                .onComplete(result -> opened(attempt, result), cause -> unanswered(attempt, cause));
    }

    /** Nobody knows how far it came: what may have been sent counts as sent, and what may still run is ended. */
    private void unanswered(Attempt current, Throwable cause) {
        asking = false;
        current.written(services.clock().getAsLong());
        Runnable listener = onCancel;
        onCancel = null;
        finish(cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal());
        if (listener != null) {
            listener.run();
        }
    }

    private void opened(Attempt current, SocketResult result) {
        asking = false;
        onCancel = null;
        meter.attempted();
        switch (result) {
            case SocketResult.Opened opened -> {
                current.written(opened.writtenAtNanos());
                current.answered(services.clock().getAsLong());
                if (isCancelled()) {
                    opened.socket().close(CloseCodes.GOING_AWAY, null);
                    finish(stopping != null ? stopping : new GatewayFailure.ClientClosed());
                    return;
                }
                try {
                    upgrade(current, opened.socket());
                } catch (RuntimeException e) {
                    opened.socket().close(CloseCodes.GOING_AWAY, null);
                    defect(e);
                }
            }
            case SocketResult.Failed failed -> {
                if (failed.sent()) {
                    current.written(failed.writtenAtNanos());
                }
                failed(current.candidate(), failed.failure());
            }
        }
    }

    private void failed(Candidate candidate, GatewayFailure failure) {
        if (finished) {
            return;
        }
        if (!(failure instanceof UpstreamFailure upstream) || clientGone || stopping != null) {
            finish(stopping != null ? stopping : failure);
            return;
        }
        candidacy.failed(candidate, upstream);
    }

    @Override
    public void over(GatewayFailure failure) {
        finish(failure);
    }

    /** The provider has taken the session: now the client's handshake is answered. */
    private void upgrade(Attempt current, UpstreamSocket upstream) {
        upgrading = true;
        incoming.request()
                .toWebSocket()
                .onComplete(
                        client -> {
                            try {
                                begin(current, client, upstream);
                            } catch (RuntimeException e) {
                                upstream.close(CloseCodes.GOING_AWAY, null);
                                defect(e);
                            }
                        },
                        cause -> {
                            upstream.close(CloseCodes.GOING_AWAY, null);
                            clientGone = true;
                            finish(new GatewayFailure.ClientClosed());
                        });
    }

    private void begin(Attempt current, ServerWebSocket client, UpstreamSocket upstream) {
        RealtimeSession session = new RealtimeSession(endpoint, services, incoming, model, meter, client, upstream);
        finished = true;
        services.open().remove(this);
        services.open().add(session);
        session.start(current, maxWait);
        if (stopping != null) {
            session.drain();
        }
    }

    private void clientLeft() {
        if (finished || clientGone || upgrading) {
            return;
        }
        clientGone = true;
        if (onCancel != null) {
            onCancel.run();
        } else if (!asking) {
            finish(new GatewayFailure.ClientClosed());
        }
    }

    /** A step that throws ends the session; without this it would hang until its client leaves. */
    private void defect(Throwable cause) {
        LOG.error("session {} failed by a defect", incoming.id(), cause);
        finish(new GatewayFailure.Internal());
    }

    /** The end of a session that was not opened: settles, records, and then answers. */
    private void finish(GatewayFailure failure) {
        if (finished) {
            return;
        }
        finished = true;
        candidacy.stop();
        Attempt attempt = candidacy.attempt();
        GatewayFailure outcome = clientGone ? new GatewayFailure.ClientClosed() : failure;
        if (attempt != null) {
            attempt.finish(
                    services.bus(), Estimate.NONE, outcome, services.clock().getAsLong());
        }
        meter.record(TokenUsage.NONE, false, clientGone ? Ending.CANCELLED : Ending.FAILED, outcome, -1)
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
        } else if (!upgrading && !asking) {
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
