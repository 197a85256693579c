package io.sluice.ingress;

import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.routing.AttemptPolicy;
import io.sluice.domain.routing.AttemptPolicy.Call;
import io.sluice.domain.routing.RemainingCandidates;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.message.Accepted;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.ParkedConnection;
import io.sluice.message.PlanRoute;
import io.sluice.message.QuotaDecision;
import io.sluice.message.TraceHeaders;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.trace.RequestTrace;
import io.sluice.trace.Tracing;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request in flight, from its scanned body to its end.
 *
 * <pre>
 *  start ─▶ {@link Candidacy} ─▶ {@link Sending} ─▶ {@link Answer} ─▶ finish
 *                ▲                │               │
 *                └────────────────┘               │   lease expired: reserve anew, first in line
 *                └────────────────┴───────────────┘   failed before the first byte: next candidate
 * </pre>
 *
 * Every way ends in {@link #finish}, once. Runs on the lane's event loop.
 */
final class Exchange implements InFlight, Candidacy.Party, Contest.Party, Sending.Party {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** Beyond the provider client's own deadlines; running into it is a defect. */
    private static final Duration OPEN_MARGIN = Duration.ofSeconds(10);

    private final ExchangeServices services;
    private final Incoming incoming;
    private RequestScan scan;
    private long heldBytes;
    private final Model model;
    private final AnswerWriter writer;
    private final UsageMeter meter;
    private final Reserving reserving;
    private final Candidacy candidacy;
    private final Contest contest;
    private final Call call;
    private final @Nullable Ownership ownership;
    private final Runnable release;
    private final FetchedMedia media = new FetchedMedia();
    private final @Nullable ClientUpload upload;
    private @Nullable GatewayFailure stopping;
    private boolean clientGone;
    private boolean finished;

    /**
     * A request that was read, scanned and allowed.
     *
     * @param services what the lane's exchanges share
     * @param incoming the request
     * @param asked what it asks for
     * @param release gives back its place; run once at the end
     */
    Exchange(ExchangeServices services, Incoming incoming, Asked asked, Runnable release) {
        this.services = services;
        this.incoming = incoming;
        this.scan = asked.scan();
        this.model = asked.model();
        this.ownership = asked.ownership();
        this.upload = asked.upload();
        this.release = release;
        this.heldBytes = scan.body().length;
        trace();
        long readNanos = services.clock().getAsLong();
        this.writer = new AnswerWriter(services, incoming, scan.head().arrayStream(), this::committed);
        boolean background = ownership != null && StoredRequests.isTrue(scan, "background");
        this.meter = new UsageMeter(services, incoming, scan.withoutBody(), model, readNanos, background);
        int waiting = upload == null ? scan.body().length : upload.keptBytes();
        this.reserving = new Reserving(
                services,
                incoming,
                asked.keyScopes(incoming.key()),
                meter.allowance(),
                waiting,
                asked.maxWait(),
                model.policy().deadline(),
                readNanos);
        this.call = asked.call();
        this.candidacy = new Candidacy(
                services, incoming, model, meter, reserving, new RemainingCandidates(model.policy(), call), this);
        this.contest = new Contest(services, incoming, model, scan.stream(), meter, candidacy, this);
    }

    /** Begins its trace, where there is one. */
    private void trace() {
        Tracing tracing = services.tracing();
        if (tracing != null) {
            String operation = GatewayMetrics.operation(scan.endpoint());
            RequestTrace begun = tracing.begin(
                    incoming.request()::getHeader,
                    operation + " " + model.name(),
                    incoming.startNanos(),
                    incoming.startMillis());
            begun.asks(operation, model.name(), scan.stream());
            incoming.traced(begun);
        }
    }

    /** Begins; everything after happens by itself. */
    void start() {
        services.open().add(this);
        incoming.response().closeHandler(v -> clientLeft());
        incoming.response().exceptionHandler(cause -> clientLeft());
        incoming.request().exceptionHandler(cause -> clientLeft());
        Candidate keeper = ownership == null ? null : ownership.only();
        Candidate only = keeper == null ? Priced.only(incoming, model) : keeper;
        if (only != null) {
            candidacy.pinned(only);
            return;
        }
        candidacy.plan(new PlanRoute(
                incoming.revision(),
                incoming.key(),
                model.name(),
                scan.endpoint(),
                scan.stickyHash(),
                services.random().nextLong(),
                ownership == null ? null : ownership.account(),
                // Of a form that comes while it is sent nobody knows whether all of it will be kept.
                upload == null && AttemptPolicy.mayFallBack(model.policy(), call, 0)));
    }

    @Override
    public List<Candidate> usable(List<Candidate> plan) {
        return CountTokens.isAsked(scan) ? CountTokens.natives(plan, scan) : Priced.of(incoming, plan);
    }

    @Override
    public void unusable(List<Candidate> plan) {
        if (CountTokens.isAsked(scan)) {
            countTokens();
        } else {
            finish(Priced.refusal(incoming, plan));
        }
    }

    /** Nobody who could count is in service: the answer is made here, which costs nothing. */
    private void countTokens() {
        if (finished) {
            return;
        }
        finished = true;
        Future.succeededFuture()
                .compose(begun -> CountTokens.answer(services, incoming, scan, model, meter::recordOwnAnswer))
                .onFailure(cause -> services.refuse(incoming, ModelEndpoint.failureOf(cause)))
                .onComplete(done -> ended());
    }

    @Override
    public void heard(QuotaDecision decision) {
        if (!finished) {
            writer.keyLimits(decision.keyLimits());
            writer.queued(reserving.queuedMillis());
        }
    }

    @Override
    public void granted(Attempt attempt, long expiresAtNanos, @Nullable ParkedConnection connection) {
        contest.begun(
                begin(attempt, expiresAtNanos, connection),
                upload == null && call.repeatable() ? model.policy().failover().hedge() : null);
    }

    @Override
    public Sending begin(Attempt attempt, long expiresAtNanos, @Nullable ParkedConnection connection) {
        Candidate candidate = attempt.candidate();
        Sending next = new Sending(services, attempt, this);
        RequestTrace trace = incoming.trace();
        TraceHeaders traceHeaders = trace == null ? TraceHeaders.NONE : attempt.traced(trace);
        OpenExchange open = new OpenExchange(
                incoming.id(),
                candidate,
                scan,
                incoming.clientRequestId(),
                attempt.reservation(),
                expiresAtNanos,
                connection,
                media,
                upload,
                traceHeaders,
                next);
        Duration timeout = candidate
                .timeouts()
                .untilHead(scan.stream(), upload != null)
                .plus(candidate.channel().fetch().longest())
                .plus(OPEN_MARGIN);
        meter.opens(attempt);
        // An upload takes the time that its client takes.
        next.send(open, timeout, upload == null ? model.policy().failover().attemptTimeout() : null);
        return next;
    }

    @Override
    public Answer answer(Sending from, OpenResult.Opened opened) {
        Candidate candidate = from.attempt().candidate();
        ResponseTap tap = ownership == null
                ? opened.exchange().tap()
                : ownership.over(opened.exchange(), candidate, scan.stream());
        Answer answer = new Answer(services, writer, opened.exchange(), tap, () -> begins(from, tap), from::answered);
        from.count(meter);
        from.attempt().readBy(answer.tap());
        meter.answering(candidate, scan, answer.tap());
        return answer;
    }

    private void begins(Sending from, ResponseTap tap) {
        Candidate candidate = from.attempt().candidate();
        from.begun();
        contest.won(from);
        meter.chosen(candidate, tap);
        if (incoming.key().diagnostics()) {
            writer.diagnose(meter.attempts(), candidate);
        }
    }

    @Override
    public void leaseExpired(Sending from, ParkedConnection connection) {
        if (!contest.isExpiredAside(from, connection)) {
            candidacy.leaseExpired(from.attempt(), connection);
        }
    }

    @Override
    public void failed(Sending from, GatewayFailure failure) {
        from.count(meter);
        if (contest.isAside(from, failure)) {
            return;
        }
        contest.clear(from, failure);
        if (finished) {
            return;
        }
        if (!(failure instanceof UpstreamFailure upstream) || clientGone || stopping != null) {
            finish(stopping != null ? stopping : failure);
        } else if (upload != null && !upload.isReplayable()) {
            finish(FailedAttempts.notSentAgain(upstream));
        } else {
            candidacy.failed(from.attempt().candidate(), upstream);
        }
    }

    @Override
    public void answered(Sending from, @Nullable GatewayFailure failure) {
        if (failure != null && contest.isAside(from, failure)) {
            return;
        }
        clientGone |= failure instanceof GatewayFailure.ClientClosed;
        // Whose answer nobody has seen a byte of is settled as a failed attempt, unless it is the last one's of a
        // client that left.
        boolean isLast = clientGone && contest.answering() == from;
        if (failure != null && !writer.isCommitted() && !isLast) {
            failed(from, failure);
        } else {
            finish(failure);
        }
    }

    @Override
    public void over(GatewayFailure failure) {
        finish(failure);
    }

    private void clientLeft() {
        if (finished || clientGone) {
            return;
        }
        clientGone = true;
        if (!contest.isEmpty()) {
            contest.clientLeft();
        } else {
            // Before the first attempt or between two, waiting perhaps: nobody else will notice.
            finish(new GatewayFailure.ClientClosed());
        }
    }

    /** The client has seen a byte: no other attempt will need the body. */
    private void committed() {
        scan = scan.withoutBody();
        media.close();
        if (!meter.holdsBody()) {
            services.limits().releaseBody(heldBytes);
            heldBytes = 0;
        }
        if (upload != null) {
            upload.forget();
        }
    }

    /**
     * The one end of every exchange: settles the last attempt, records the usage, and then lets the client see the end.
     *
     * @param failure why there is no whole answer; null when there is one
     */
    private void finish(@Nullable GatewayFailure failure) {
        if (finished) {
            return;
        }
        finished = true;
        candidacy.stop();
        contest.cancel(new GatewayFailure.ClientClosed());
        GatewayFailure outcome = clientGone ? new GatewayFailure.ClientClosed() : failure;
        account(outcome).onComplete(done -> {
            meter.abandon();
            if (done.failed()) {
                LOG.error(
                        "usage of request {} was not taken: {}",
                        incoming.id(),
                        done.cause().toString());
            }
            try {
                close(told(outcome));
            } finally {
                ended();
            }
        });
    }

    private @Nullable GatewayFailure told(@Nullable GatewayFailure failure) {
        return failure == null || ownership == null ? failure : ownership.asTold(failure);
    }

    private void ended() {
        services.open().remove(this);
        media.close();
        services.limits().releaseBody(heldBytes);
        if (upload != null) {
            upload.close();
        }
        release.run();
    }

    private Future<Accepted> account(@Nullable GatewayFailure outcome) {
        try {
            if (upload != null) {
                meter.uploaded(upload);
            }
            Sending answering = contest.answering();
            Attempt attempt = answering == null ? candidacy.attempt() : answering.attempt();
            Answer answer = answer();
            Ending ending = outcome == null
                    ? Ending.COMPLETED
                    : clientGone ? Ending.CANCELLED : writer.isCommitted() ? Ending.CUT : Ending.FAILED;
            boolean estimated = attempt != null
                    && ending != Ending.FAILED
                    && !meter.isFree()
                    && (answer == null || answer.tap().usage() == null);
            return meter.settle(attempt, answer, outcome, ending).compose(usage -> {
                contest.pay();
                return meter.record(usage, estimated, ending, told(outcome), writer.firstByteNanos());
            });
        } catch (RuntimeException defect) {
            return Future.failedFuture(defect);
        }
    }

    @Override
    public void drain() {
        // It goes on to its end.
    }

    /** Ends the exchange because the node stops; the client is told. */
    @Override
    public void cut() {
        stopping = new GatewayFailure.Unavailable("The gateway is stopping.");
        if (!contest.isEmpty()) {
            // The provider client says whether the request was sent, and with that the exchange ends.
            contest.cancel(stopping);
        } else {
            finish(stopping);
        }
    }

    private @Nullable Answer answer() {
        Sending answering = contest.answering();
        return answering == null ? null : answering.answer();
    }

    private void close(@Nullable GatewayFailure outcome) {
        if (clientGone) {
            return;
        }
        if (outcome == null) {
            Objects.requireNonNull(answer()).end();
            if (upload != null) {
                upload.discard();
            }
        } else if (writer.isCommitted()) {
            writer.abort(outcome);
        } else {
            if (incoming.key().diagnostics()) {
                writer.diagnose(meter.attempts(), null);
            }
            services.refuse(incoming, outcome);
        }
    }

    @Override
    public boolean isCancelled() {
        return clientGone || finished || stopping != null;
    }
}
