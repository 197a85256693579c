package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.message.Address;
import io.sluice.message.Cancellation;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.ParkedConnection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt under way, from the question to the provider client to the end of the answer: what cancels it, and whom it
 * tells how it ended. It tells so once. Used on the lane's event loop.
 *
 * <pre>
 *  send ─▶ OPENING ─▶ ANSWERING ─▶ over
 *             └─ failed, or its lease expired
 * </pre>
 */
final class Sending implements Cancellation {
    private static final Logger LOG = LoggerFactory.getLogger(Sending.class);

    private static final long NO_TIMER = -1;

    private final ExchangeServices services;
    private final Attempt attempt;
    private final Party party;
    private @Nullable Runnable onCancel;
    private @Nullable Answer answer;
    private @Nullable GatewayFailure ending;
    private long timer = NO_TIMER;
    private boolean counted;
    private boolean over;

    /** The request that an attempt is made for. Hears of its end once, by one of the last three. */
    interface Party {
        /** The answer to an attempt, which has its head; it is started after. */
        Answer answer(Sending sending, OpenResult.Opened opened);

        /** The reservation ran out before the request could be written. */
        void leaseExpired(Sending sending, ParkedConnection connection);

        /** There will be no answer. */
        void failed(Sending sending, GatewayFailure failure);

        /** The answer is over: whole, or not. */
        void answered(Sending sending, @Nullable GatewayFailure failure);
    }

    /**
     * An attempt with room.
     *
     * @param services what the lane's exchanges share
     * @param attempt what is settled for it
     * @param party for whom it is made
     */
    Sending(ExchangeServices services, Attempt attempt, Party party) {
        this.services = services;
        this.attempt = attempt;
        this.party = party;
    }

    Attempt attempt() {
        return attempt;
    }

    /** Counts it once as an attempt. */
    void count(UsageMeter meter) {
        if (!counted) {
            counted = true;
            meter.attempted();
        }
    }

    /** Whether it has ended, and said so. */
    boolean isOver() {
        return over;
    }

    /** The answer, from its head on; null before. */
    @Nullable
    Answer answer() {
        return answer;
    }

    /**
     * Asks the provider.
     *
     * @param open the question, with this as its cancellation
     * @param timeout how long the reply may take; beyond the provider client's own deadlines, so that running into it is a
     *     defect
     * @param atMost how long the first byte of the answer may take; null for as long as the channel allows
     */
    void send(OpenExchange open, Duration timeout, @Nullable Duration atMost) {
        if (atMost != null) {
            timer = services.vertx().setTimer(Math.max(1, atMost.toMillis()), t -> late());
        }
        services.bus()
                .request(Address.providerOpen(services.lane()), open, timeout)
                .onComplete(this::replied, this::unanswered);
    }

    private void late() {
        timer = NO_TIMER;
        cancel(UpstreamFailure.of(Kind.HEAD_TIMEOUT, "The upstream did not begin to answer in time."));
    }

    private void stopTimer() {
        if (timer != NO_TIMER) {
            services.vertx().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }

    private void replied(OpenResult result) {
        onCancel = null;
        try {
            opened(result);
        } catch (RuntimeException e) {
            LOG.error("an attempt failed by a defect", e);
            if (answer != null) {
                answer.cut(new GatewayFailure.Internal());
            } else if (result instanceof OpenResult.Opened opened) {
                opened.exchange().cancel("a defect");
            }
            fail(new GatewayFailure.Internal());
        }
    }

    private void opened(OpenResult result) {
        switch (result) {
            case OpenResult.Opened opened -> {
                attempt.written(opened.writtenAtNanos());
                attempt.answered(services.clock().getAsLong());
                if (ending != null) {
                    opened.exchange().cancel("nobody waits for it");
                    fail(ending);
                    return;
                }
                Answer started = party.answer(this, opened);
                answer = started;
                started.start();
            }
            case OpenResult.LeaseExpired expired -> {
                if (ending != null) {
                    expired.connection().giveUp();
                    fail(ending);
                    return;
                }
                over = true;
                stopTimer();
                party.leaseExpired(this, expired.connection());
            }
            case OpenResult.Failed failed -> {
                if (failed.sent()) {
                    attempt.written(failed.writtenAtNanos());
                }
                fail(ending == null ? failed.failure() : failed.sent() ? ending : unsent(ending));
            }
        }
    }

    /** Nothing was sent in the time that the attempt had: its provider cannot have acted. */
    private static GatewayFailure unsent(GatewayFailure ending) {
        return ending instanceof UpstreamFailure late && late.kind() == Kind.HEAD_TIMEOUT
                ? UpstreamFailure.of(Kind.CONNECT, "The upstream could not be reached in time.")
                : ending;
    }

    /** Nobody knows how far it came: what may have been sent counts as sent, and what may still run is ended. */
    private void unanswered(Throwable cause) {
        attempt.written(services.clock().getAsLong());
        GatewayFailure failure =
                cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal();
        ending = ending == null ? failure : ending;
        Runnable listener = onCancel;
        onCancel = null;
        if (listener != null) {
            listener.run();
        }
        fail(ending);
    }

    private void fail(GatewayFailure failure) {
        if (!over) {
            over = true;
            stopTimer();
            party.failed(this, failure);
        }
    }

    /** The first byte of the answer came. */
    void begun() {
        stopTimer();
        attempt.begun(services.clock().getAsLong());
    }

    /** The answer is over. */
    void answered(@Nullable GatewayFailure failure) {
        if (!over) {
            over = true;
            stopTimer();
            party.answered(this, failure);
        }
    }

    /** The client has gone: what is open is closed, or read on to learn the true usage. */
    void clientLeft() {
        if (answer != null) {
            answer.clientLeft();
        } else {
            cancel(new GatewayFailure.ClientClosed());
        }
    }

    /**
     * Ends it. It tells so when the provider client has said whether it was sent, and at once when it has an answer.
     *
     * @param why what it is to have failed with
     */
    void cancel(GatewayFailure why) {
        if (over || ending != null) {
            return;
        }
        ending = why;
        Runnable listener = onCancel;
        onCancel = null;
        if (answer != null) {
            answer.cut(why);
        } else if (listener != null) {
            listener.run();
        }
    }

    @Override
    public boolean isCancelled() {
        return over || ending != null;
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
