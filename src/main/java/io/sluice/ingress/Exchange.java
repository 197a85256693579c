package io.sluice.ingress;

import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.routing.AttemptPolicy.Next;
import io.sluice.domain.routing.RemainingCandidates;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.message.Accepted;
import io.sluice.message.Address;
import io.sluice.message.Cancellation;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.ParkedConnection;
import io.sluice.message.PlanRoute;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RouteDecision;
import io.sluice.message.UsageRecord.Ending;
import io.vertx.core.Future;
import io.vertx.core.Handler;
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
 *  start ─▶ plan ─▶ reserve ─▶ open ─▶ answer ─▶ finish
 *                     ▲  ▲       │        │
 *                     │  └───────┘        │   lease expired: reserve anew, first in line
 *                     └──────────┴────────┘   failed before the first byte: next candidate
 * </pre>
 *
 * Every way ends in {@link #finish}, once. Runs on the lane's event loop.
 */
final class Exchange implements Cancellation, InFlight {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /** Beyond the provider client's own deadlines; running into it is a defect. */
    private static final Duration OPEN_MARGIN = Duration.ofSeconds(10);

    private static final int MOST_EXPIRED_LEASES = 64;

    private final ExchangeServices services;
    private final Incoming incoming;
    private RequestScan scan;
    private long heldBytes;
    private final Model model;
    private final AnswerWriter writer;
    private final UsageMeter meter;
    private final Reserving reserving;
    private final @Nullable Ownership ownership;
    private final Runnable release;
    private final RemainingCandidates remaining;
    private final FetchedMedia media = new FetchedMedia();
    private final long readNanos;
    private final @Nullable ClientUpload upload;
    private int expiredLeases;
    private @Nullable Attempt attempt;
    private @Nullable Answer answer;
    private @Nullable UpstreamFailure lastFailure;
    private @Nullable Runnable onCancel;
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
        this.remaining = new RemainingCandidates(model.policy(), scan.stream());
        this.heldBytes = scan.body().length;
        this.readNanos = services.clock().getAsLong();
        this.writer = new AnswerWriter(services, incoming, scan.head().arrayStream(), this::committed);
        boolean background = ownership != null && StoredRequests.isTrue(scan, "background");
        this.meter = new UsageMeter(services, incoming, scan.withoutBody(), model, readNanos, background);
        int waiting = upload == null ? scan.body().length : upload.keptBytes();
        this.reserving = new Reserving(
                services, incoming, waiting, asked.maxWait(), model.policy().deadline(), readNanos);
    }

    /** Begins; everything after happens by itself. */
    void start() {
        services.open().add(this);
        incoming.response().closeHandler(v -> clientLeft());
        incoming.response().exceptionHandler(cause -> clientLeft());
        incoming.request().exceptionHandler(cause -> clientLeft());
        if (ownership != null && ownership.only() != null) {
            guarded(this::planned).handle(new RouteDecision.Planned(List.of(ownership.only())));
            return;
        }
        PlanRoute question = new PlanRoute(
                incoming.revision(),
                incoming.key(),
                model.name(),
                scan.endpoint(),
                scan.stickyHash(),
                services.random().nextLong(),
                ownership == null ? null : ownership.account());
        services.bus()
                .request(Address.routePlan(services.lane()), question)
                .onComplete(guarded(this::planned), this::defect);
    }

    private void planned(RouteDecision decision) {
        switch (decision) {
            case RouteDecision.Planned plan -> {
                List<Candidate> candidates =
                        CountTokens.isAsked(scan) ? CountTokens.natives(plan.candidates(), scan) : plan.candidates();
                if (candidates.isEmpty()) {
                    countTokens();
                } else {
                    remaining.planned(candidates);
                    reserve(null);
                }
            }
            case RouteDecision.Unroutable none -> finish(none.failure());
        }
    }

    /** Nobody who could count is in service: the answer is made here, which costs nothing. */
    private void countTokens() {
        if (finished) {
            return;
        }
        finished = true;
        CountTokens.answer(services, incoming, scan, model)
                .onFailure(cause -> services.refuse(
                        incoming,
                        cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal()))
                .onComplete(done -> ended());
    }

    /**
     * Asks for room among the candidates that were not tried. The last attempt's reservation, expired unwritten or
     * settled but for the key's part, ends in the same step.
     *
     * @param parked a connection that came too late for its reservation
     */
    private void reserve(@Nullable ParkedConnection parked) {
        if (finished) {
            return;
        }
        long replaces = attempt == null ? 0 : attempt.reservation();
        // The question ends that reservation; whatever ends the exchange in the meantime must not end it again.
        attempt = null;
        List<Candidate> candidates = remaining.untried();
        reserving
                .ask(candidates, meter.estimate(), replaces, parked)
                .onComplete(guarded(decision -> decided(decision, candidates)), this::defect);
    }

    private void decided(QuotaDecision decision, List<Candidate> candidates) {
        if (!finished) {
            writer.keyLimits(decision.keyLimits());
            writer.queued(reserving.queuedMillis());
        }
        switch (decision) {
            case QuotaDecision.Granted grant -> granted(grant, candidates);
            // A failure that an attempt met tells the client more than that the others are full.
            case QuotaDecision.Denied denied -> finish(lastFailure != null ? lastFailure : denied.failure());
        }
    }

    private void granted(QuotaDecision.Granted grant, List<Candidate> candidates) {
        Candidate candidate = candidates.get(grant.candidate());
        Attempt next = new Attempt(
                candidate,
                grant.reservation(),
                meter.estimate(),
                services.clock().getAsLong());
        if (finished || clientGone) {
            meter.settle(next, null, new GatewayFailure.ClientClosed());
            finish(new GatewayFailure.ClientClosed());
            return;
        }
        attempt = next;
        meter.attempting(candidate, next.startNanos());
        OpenExchange open = new OpenExchange(
                incoming.id(),
                candidate,
                scan,
                incoming.clientRequestId(),
                grant.reservation(),
                grant.expiresAtNanos(),
                reserving.connectionTo(candidate),
                media,
                upload,
                this);
        Timeouts timeouts = candidate.timeouts();
        Duration timeout = timeouts.untilHead(scan.stream(), upload != null)
                .plus(candidate.channel().fetch().longest())
                .plus(OPEN_MARGIN);
        services.bus()
                .request(Address.providerOpen(services.lane()), open, timeout)
                .onComplete(guarded(result -> opened(next, result)), cause -> {
                    // Nobody knows how far it came: what may have been sent counts as sent.
                    next.written(services.clock().getAsLong());
                    defect(cause);
                });
    }

    private void opened(Attempt current, OpenResult result) {
        onCancel = null;
        if (!(result instanceof OpenResult.LeaseExpired)) {
            meter.attempted();
        }
        switch (result) {
            case OpenResult.Opened opened -> {
                current.written(opened.writtenAtNanos());
                current.answered(services.clock().getAsLong());
                if (isCancelled()) {
                    opened.exchange().cancel("nobody waits for it");
                    finish(stopping != null ? stopping : new GatewayFailure.ClientClosed());
                    return;
                }
                ResponseTap tap = ownership == null
                        ? opened.exchange().tap()
                        : ownership.over(opened.exchange(), current.candidate(), scan.stream());
                Answer started = new Answer(services, writer, opened.exchange(), tap, this::answered);
                answer = started;
                meter.answering(current.candidate(), scan, started.tap());
                started.start();
            }
            case OpenResult.LeaseExpired expired -> leaseExpired(current, expired.connection());
            case OpenResult.Failed failed -> {
                if (failed.sent()) {
                    current.written(failed.writtenAtNanos());
                }
                failed(failed.failure());
            }
        }
    }

    /** The units go back in the same step in which new ones are asked for; the candidate stays first. */
    private void leaseExpired(Attempt current, ParkedConnection connection) {
        if (finished) {
            connection.giveUp();
            return;
        }
        if (++expiredLeases > MOST_EXPIRED_LEASES) {
            // No account is to blame: room was granted, and this node could not use it in time, again and again.
            connection.giveUp();
            finish(new GatewayFailure.Overloaded("The gateway is too busy to send the request in time."));
            return;
        }
        remaining.keepFirst(current.candidate());
        reserve(connection);
    }

    /** An attempt failed before the client saw a byte. */
    private void failed(GatewayFailure failure) {
        answer = null;
        if (finished) {
            return;
        }
        if (!(failure instanceof UpstreamFailure upstream) || clientGone || stopping != null) {
            finish(stopping != null ? stopping : failure);
            return;
        }
        lastFailure = upstream;
        if (upload != null && !upload.isReplayable()) {
            finish(notSentAgain(upstream));
            return;
        }
        Attempt current = Objects.requireNonNull(attempt);
        Duration elapsed = Duration.ofNanos(services.clock().getAsLong() - readNanos);
        Next next = remaining.failed(
                current.candidate(), upstream, elapsed, services.random().nextLong());
        switch (next) {
            case Next.Fallback fallback -> {
                meter.attemptFailed(current, upstream);
                reserve(null);
            }
            case Next.Repeat repeat -> {
                meter.attemptFailed(current, upstream);
                services.vertx().setTimer(Math.max(1, repeat.pause().toMillis()), t -> reserve(null));
            }
            case Next.GiveUp none -> finish(upstream);
        }
    }

    private static UpstreamFailure notSentAgain(UpstreamFailure failure) {
        return new UpstreamFailure(
                failure.kind(),
                failure.status(),
                failure.message() + " The upload was not sent again, for part of it had been sent already.",
                failure.type(),
                failure.param(),
                failure.code(),
                failure.retryAfter());
    }

    /** The answer is over: whole, or not. */
    private void answered(@Nullable GatewayFailure failure) {
        clientGone |= failure instanceof GatewayFailure.ClientClosed;
        if (failure != null && !writer.isCommitted() && !clientGone) {
            failed(failure);
        } else {
            finish(failure);
        }
    }

    private void clientLeft() {
        if (finished || clientGone) {
            return;
        }
        clientGone = true;
        if (answer != null) {
            answer.clientLeft();
        } else if (onCancel != null) {
            onCancel.run();
        } else if (attempt == null || attempt.isKept()) {
            // Before the first attempt or between two, waiting perhaps: nobody else will notice.
            finish(new GatewayFailure.ClientClosed());
        }
    }

    /** A step that throws ends the exchange; without this it would hang until its client leaves. */
    private <T> Handler<T> guarded(Handler<T> step) {
        return value -> {
            try {
                step.handle(value);
            } catch (RuntimeException e) {
                LOG.error("request {} failed by a defect", incoming.id(), e);
                finish(new GatewayFailure.Internal());
            }
        };
    }

    private void defect(Throwable cause) {
        finish(cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal());
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
        reserving.stop();
        GatewayFailure outcome = clientGone ? new GatewayFailure.ClientClosed() : failure;
        account(outcome).onComplete(done -> {
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
            boolean estimated = attempt != null
                    && !meter.isFree()
                    && (answer == null || answer.tap().usage() == null);
            Ending ending = outcome == null
                    ? Ending.COMPLETED
                    : clientGone ? Ending.CANCELLED : writer.isCommitted() ? Ending.CUT : Ending.FAILED;
            return meter.settle(attempt, answer, outcome)
                    .compose(usage -> meter.record(usage, estimated, ending, told(outcome), writer.firstByteNanos()));
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
        if (answer != null) {
            answer.cut(stopping);
        } else if (onCancel != null) {
            // The provider client says whether the request was sent, and with that the exchange ends.
            onCancel.run();
        } else {
            finish(stopping);
        }
    }

    private void close(@Nullable GatewayFailure outcome) {
        if (clientGone) {
            return;
        }
        if (outcome == null) {
            Objects.requireNonNull(answer).end();
            if (upload != null) {
                upload.discard();
            }
        } else if (writer.isCommitted()) {
            writer.abort(outcome);
        } else {
            services.refuse(incoming, outcome);
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
