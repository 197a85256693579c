package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.ClientClosed;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Hedge;
import io.sluice.domain.pool.Model;
import io.sluice.domain.routing.FirstByteTimes;
import io.sluice.message.ParkedConnection;
import io.sluice.message.QuotaDecision;
import io.vertx.core.AsyncResult;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of one request that are under way: one, and two for a moment when the first is slow to begin and its model has
 * a {@link Hedge}. Whichever sends the first byte goes on, the other one is cancelled; if one fails, the other one goes on.
 * ("The Tail at Scale", Dean and Barroso 2013.)
 *
 * <p>The first one's reservation pays for the key, whoever answers: the second one's has only its account's part. What was
 * sent and not answered is settled as it was expected, for a provider may charge it. A request is hedged once at most.
 * Used on the lane's event loop.
 */
final class Contest {
    private static final Logger LOG = LoggerFactory.getLogger(Contest.class);
    private static final long NO_TIMER = -1;

    private final ExchangeServices services;
    private final Incoming incoming;
    private final Model model;
    private final boolean stream;
    private final UsageMeter meter;
    private final Candidacy candidacy;
    private final Party party;
    private @Nullable Sending first;
    private @Nullable Sending second;
    private @Nullable Sending winner;
    private @Nullable Reserving asking;
    private long timer = NO_TIMER;
    private boolean hedged;

    /** The request. */
    interface Party {
        /** Whether nobody waits for an answer any more. */
        boolean isCancelled();

        /** Asks a candidate that has room. */
        Sending begin(Attempt attempt, long expiresAtNanos, @Nullable ParkedConnection connection);
    }

    /**
     * Nothing is under way.
     *
     * @param services what the lane's exchanges share
     * @param incoming the request
     * @param model the model it asks for
     * @param stream whether it asks for a stream
     * @param meter counts its attempts
     * @param candidacy knows who else there is
     * @param party the request
     */
    Contest(
            ExchangeServices services,
            Incoming incoming,
            Model model,
            boolean stream,
            UsageMeter meter,
            Candidacy candidacy,
            Party party) {
        this.services = services;
        this.incoming = incoming;
        this.model = model;
        this.stream = stream;
        this.meter = meter;
        this.candidacy = candidacy;
        this.party = party;
    }

    /**
     * An attempt is under way.
     *
     * @param hedge when another one may begin beside it; null for never
     */
    void begun(Sending only, @Nullable Hedge hedge) {
        first = only;
        second = null;
        winner = null;
        if (hedge != null && !hedged) {
            long millis = services.pool()
                    .firstBytes()
                    .patience(hedge, model.name(), stream)
                    .toMillis();
            timer = services.vertx().setTimer(Math.max(1, millis), t -> slow());
        }
    }

    /** Nobody knows yet how the first one ends, and it has been long. */
    private void slow() {
        timer = NO_TIMER;
        Sending waited = first;
        if (waited == null || waited.isCancelled() || winner != null || party.isCancelled()) {
            return;
        }
        List<Candidate> others = candidacy.beside(waited.attempt());
        if (others.isEmpty()) {
            return;
        }
        Reserving question =
                Reserving.beside(services, incoming, services.clock().getAsLong());
        asking = question;
        question.ask(others, meter.estimate(), 0, null).onComplete(done -> decided(question, done, others));
    }

    private void decided(Reserving question, AsyncResult<QuotaDecision> done, List<Candidate> others) {
        boolean wanted = asking == question;
        if (wanted) {
            asking = null;
        }
        if (done.failed()) {
            question.stop();
            return;
        }
        if (!(done.result() instanceof QuotaDecision.Granted grant)) {
            return;
        }
        Attempt attempt = new Attempt(
                others.get(grant.candidate()),
                grant.reservation(),
                meter.estimate(),
                services.clock().getAsLong());
        if (!wanted || party.isCancelled() || !candidacy.mayAskBeside(attempt.candidate())) {
            attempt.release(services.bus());
            return;
        }
        hedged = true;
        services.metrics().hedged();
        try {
            second = party.begin(attempt, grant.expiresAtNanos(), null);
        } catch (RuntimeException defect) {
            LOG.error("request {} is not hedged by a defect", incoming.id(), defect);
            attempt.release(services.bus());
        }
    }

    /** Stops to look for another one. */
    private void settleDown() {
        if (timer != NO_TIMER) {
            services.vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
        if (asking != null) {
            asking.stop();
            asking = null;
        }
    }

    /** One of them has the first byte: the other one is not needed. */
    void won(Sending fastest) {
        settleDown();
        winner = fastest;
        Sending slower = other(fastest);
        FirstByteTimes times = services.pool().firstBytes();
        if (model.policy().failover().hedge() != null) {
            times.learn(model.name(), stream, fastest.attempt().firstNanos());
        }
        if (slower != null && !slower.isOver()) {
            slower.count(meter);
            // It would have taken longer than this.
            times.learn(
                    model.name(),
                    stream,
                    services.clock().getAsLong() - slower.attempt().startNanos());
            slower.attempt()
                    .lost(services.clock().getAsLong(), fastest.attempt().firstNanos());
            slower.cancel(new ClientClosed());
        }
    }

    private @Nullable Sending other(Sending one) {
        return one == first ? second : first;
    }

    /**
     * An attempt ended without an answer.
     *
     * @return whether that is all: the request goes on with the other one, or has gone on before
     */
    boolean isAside(Sending from, GatewayFailure failure) {
        if (from != first && from != second) {
            return true;
        }
        Sending other = other(from);
        if (from == first) {
            settleDown();
        }
        boolean needless = winner != null ? from != winner : other != null && !other.isOver();
        if (!needless) {
            return false;
        }
        if (from == first) {
            keep(failure);
        } else {
            finish(from, failure);
            second = null;
        }
        if (winner == null && failure instanceof UpstreamFailure upstream) {
            candidacy.failedAside(from.attempt().candidate(), upstream);
        }
        return true;
    }

    /** The second one's reservation is its own: nothing follows it. */
    private void finish(Sending of, GatewayFailure failure) {
        Attempt attempt = of.attempt();
        meter.lost(attempt, failure, winner != null);
        attempt.finish(
                services.bus(),
                attempt.chargeOf(failure),
                failure,
                services.clock().getAsLong());
    }

    private void keep(GatewayFailure failure) {
        Attempt attempt = Objects.requireNonNull(first).attempt();
        if (!attempt.isKept()) {
            meter.lost(attempt, failure, winner != null);
            attempt.keep(services.bus(), failure, services.clock().getAsLong());
        }
    }

    /**
     * An attempt could not be written before its reservation ran out.
     *
     * @return whether that is all: the request goes on with the other one, or has gone on before
     */
    boolean isExpiredAside(Sending from, ParkedConnection connection) {
        if (from == first && (second == null || second.isOver())) {
            settleDown();
            first = null;
            return false;
        }
        connection.giveUp();
        if (from == first) {
            from.attempt().setAside(services.bus());
        } else if (from == second) {
            from.attempt().release(services.bus());
            candidacy.notAsked(from.attempt().candidate());
            second = null;
            if (first != null && first.isOver()) {
                first = null;
                candidacy.reserve(null);
            }
        }
        return true;
    }

    /**
     * The last attempt ended without an answer, and none is under way any more. What was not heard of yet is settled as if it
     * had been sent.
     */
    void clear(Sending last, GatewayFailure failure) {
        settleDown();
        if (first != null && !first.isOver()) {
            first.attempt().written(services.clock().getAsLong());
            keep(new ClientClosed());
        }
        if (second != null && !second.isOver()) {
            second.attempt().written(services.clock().getAsLong());
        }
        if (second != null) {
            finish(second, second == last ? failure : new ClientClosed());
        }
        first = null;
        second = null;
        winner = null;
    }

    /** Whether nothing is under way. */
    boolean isEmpty() {
        return first == null;
    }

    /** The client has gone. */
    void clientLeft() {
        settleDown();
        if (winner != null) {
            winner.clientLeft();
            return;
        }
        Sending slow = first;
        if (second != null) {
            second.cancel(new ClientClosed());
        }
        if (slow != null) {
            slow.clientLeft();
        }
    }

    /** Ends what is under way; each tells when it has. */
    void cancel(GatewayFailure why) {
        settleDown();
        for (Sending each : new Sending[] {second, first}) {
            if (each != null) {
                each.cancel(why);
            }
        }
    }

    /** Whose answer the client gets, or would have got; null when there is none. */
    @Nullable
    Sending answering() {
        return winner != null ? winner : first;
    }

    /** The request is over and settled: what its key has paid follows what was used by whoever answered. */
    void pay() {
        settleDown();
        if (winner != null && second != null && winner == first && !second.isOver()) {
            // It is cancelled, and nobody has said yet how far it came.
            second.attempt().written(services.clock().getAsLong());
            meter.lost(second.attempt(), new ClientClosed(), true);
        }
        if (winner == null || winner == first || first == null) {
            return;
        }
        Attempt payer = first.attempt();
        if (!first.isOver()) {
            payer.written(services.clock().getAsLong());
        }
        keep(new ClientClosed());
        payer.pay(services.bus(), winner.attempt().actual());
    }
}
