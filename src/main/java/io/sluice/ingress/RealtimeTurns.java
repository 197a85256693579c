package io.sluice.ingress;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.realtime.RealtimeEvent;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.Address;
import io.sluice.message.ChargeQuota;
import io.sluice.message.KeyLimits;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RestPlaces;
import io.sluice.message.SettleQuota;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the responses of one session cost. Each is a request: room is reserved before the client's {@code response.create}
 * passes, or, for one that the provider makes by itself, as soon as it is heard of; and settled by the usage in its {@code
 * response.done}. Between two responses the session keeps its places in flight, and no units. Used on the lane's event loop.
 */
final class RealtimeTurns {
    private static final int MOST_OF_CLIENT = 16;
    private static final int MOST = 64;
    private static final int MOST_EXPIRED_LEASES = 8;

    private final ExchangeServices services;
    private final Incoming incoming;
    private final Model model;
    private final Candidate candidate;
    private final Duration maxWait;
    private final RealtimeEstimate estimate;
    private final Listener listener;
    private final List<Reserving> asking = new ArrayList<>();
    private final Deque<Turn> sent = new ArrayDeque<>();
    private final Map<String, Turn> made = new HashMap<>();
    private final SessionUsage usage;
    /** The reservation that keeps the session's places; 0 while a response's own does. */
    private long resting;

    private long restedAtNanos;
    private boolean over;

    /** Hears of what the limits do. */
    interface Listener {
        /** A response that the provider makes by itself is over a limit. */
        void refused(String responseId, GatewayFailure failure);

        /** The key's limits have changed. */
        void limits(KeyLimits limits);
    }

    /** One response. */
    static final class Turn {
        private final long startNanos;
        private @Nullable Attempt attempt;
        private Estimate estimate;
        private boolean refused;
        private @Nullable RealtimeEvent done;
        private final @Nullable Allowance allowance;

        private Turn(Estimate estimate, @Nullable Allowance allowance, long startNanos) {
            this.estimate = estimate;
            this.allowance = allowance;
            this.startNanos = startNanos;
        }

        /** It is not made, or nobody pays for it. */
        private void unpaid() {
            if (allowance != null) {
                allowance.settle(0);
            }
        }

        /** Number of the reservation that pays for it. */
        long reservation() {
            return Objects.requireNonNull(attempt).reservation();
        }
    }

    /**
     * A session that has just been opened.
     *
     * @param services what the lane's exchanges share
     * @param incoming the session's request
     * @param model the model it asked for
     * @param opened the attempt that opened it
     * @param maxWait how long a response may wait for room
     * @param listener hears of what the limits do
     */
    RealtimeTurns(
            ExchangeServices services,
            Incoming incoming,
            Model model,
            Attempt opened,
            Duration maxWait,
            Listener listener) {
        this.services = services;
        this.incoming = incoming;
        this.model = model;
        this.candidate = opened.candidate();
        this.usage = new SessionUsage(candidate);
        this.maxWait = maxWait;
        this.estimate = new RealtimeEstimate(services, incoming.key().name(), model);
        this.listener = listener;
        long now = now();
        opened.rest(services.bus(), false, Estimate.NONE, null, now);
        resting = opened.reservation();
        restedAtNanos = now;
    }

    private long now() {
        return services.clock().getAsLong();
    }

    /** Knows what the next response will take. */
    RealtimeEstimate estimate() {
        return estimate;
    }

    /** Whether nothing is under way. */
    boolean isQuiet() {
        return asking.isEmpty() && sent.isEmpty() && made.isEmpty();
    }

    /** What the session has used so far. */
    SessionUsage usage() {
        return usage;
    }

    /**
     * Asks for room for a response that the client wants.
     *
     * @param whenIn takes the response, to be written in the same turn
     * @param whenNot told why not
     */
    void ask(Consumer<Turn> whenIn, Consumer<GatewayFailure> whenNot) {
        if (sent.size() + made.size() >= MOST_OF_CLIENT) {
            whenNot.accept(new GatewayFailure.InvalidRequest(
                    GatewayFailure.InvalidRequest.Kind.MALFORMED,
                    "This session has too many responses under way.",
                    null,
                    "too_many_responses"));
            return;
        }
        Turn turn = new Turn(estimate.next(), Allowance.of(services, incoming), now());
        reserve(
                turn,
                maxWait,
                true,
                0,
                0,
                () -> {
                    sent.add(turn);
                    whenIn.accept(turn);
                },
                whenNot);
    }

    private void reserve(
            Turn turn,
            Duration wait,
            boolean unsent,
            long replaces,
            int expired,
            Runnable whenIn,
            Consumer<GatewayFailure> whenNot) {
        Reserving reserving = new Reserving(
                services,
                incoming,
                incoming.key().scopes(model.name()),
                turn.allowance,
                0,
                wait,
                model.policy().deadline(),
                now());
        asking.add(reserving);
        long ends = replaces != 0 ? replaces : resting;
        resting = replaces != 0 ? resting : 0;
        reserving.ask(List.of(candidate), turn.estimate, ends, null).onComplete(done -> {
            asking.remove(reserving);
            GatewayFailure failure = done.failed() ? failureOf(done.cause()) : refusal(done.result());
            if (failure != null) {
                turn.unpaid();
                if (!over) {
                    services.metrics().sessionResponse(true);
                }
                whenNot.accept(failure);
                return;
            }
            QuotaDecision.Granted grant = (QuotaDecision.Granted) done.result();
            if (over) {
                turn.unpaid();
                services.bus()
                        .send(
                                Address.QUOTA_SETTLE,
                                new SettleQuota(grant.reservation(), 0, false, Estimate.NONE, false));
                return;
            }
            long now = now();
            if (unsent && now - grant.expiresAtNanos() >= 0 && expired < MOST_EXPIRED_LEASES) {
                reserve(turn, wait, true, grant.reservation(), expired + 1, whenIn, whenNot);
                return;
            }
            services.metrics().sessionResponse(false);
            Attempt attempt = new Attempt(candidate, grant.reservation(), turn.estimate, turn.startNanos);
            attempt.written(now);
            turn.attempt = attempt;
            if (grant.keyLimits() != null) {
                listener.limits(grant.keyLimits());
            }
            whenIn.run();
        });
    }

    private static GatewayFailure failureOf(Throwable cause) {
        return cause instanceof GatewayException known ? known.failure() : new GatewayFailure.Internal();
    }

    private static @Nullable GatewayFailure refusal(QuotaDecision decision) {
        return decision instanceof QuotaDecision.Denied denied ? denied.failure() : null;
    }

    /**
     * The provider has begun a response.
     *
     * @return false when it makes more than anybody could have asked for
     */
    boolean created(@Nullable String id) {
        if (id == null || made.containsKey(id)) {
            return true;
        }
        Turn asked = sent.poll();
        if (asked != null) {
            begun(asked);
            made.put(id, asked);
            return true;
        }
        if (made.size() >= MOST) {
            return false;
        }
        Turn turn = new Turn(estimate.next(), Allowance.of(services, incoming), now());
        made.put(id, turn);
        reserve(
                turn,
                Duration.ZERO,
                false,
                0,
                0,
                () -> {
                    begun(turn);
                    settleIfDone(turn);
                },
                failure -> {
                    turn.refused = true;
                    settleIfDone(turn);
                    if (turn.done == null && !over) {
                        listener.refused(id, failure);
                    }
                });
        return true;
    }

    /** The first word of a response is its head and its first byte. */
    private void begun(Turn turn) {
        Attempt attempt = Objects.requireNonNull(turn.attempt);
        long now = now();
        attempt.answered(now);
        attempt.begun(now);
    }

    /** The provider has ended a response, whole or not. */
    void done(RealtimeEvent event, byte[] text) {
        Turn turn = event.responseId() == null ? null : made.remove(event.responseId());
        TokenUsage used = event.usage();
        if (used != null) {
            usage.add(used);
            estimate.learn(used);
        }
        if (turn == null) {
            if (used != null) {
                charge(new Estimate(used.input(), used.output()));
            }
            return;
        }
        turn.done = event;
        if (event.errorStart() >= 0) {
            turn.estimate = used == null ? Estimate.NONE : turn.estimate;
        }
        if (turn.attempt != null) {
            settle(
                    turn,
                    used,
                    event.failed() && event.errorStart() >= 0 ? UpstreamErrors.inAnswer(event.error(text)) : null);
        } else if (turn.refused) {
            settleIfDone(turn);
        }
    }

    private void settleIfDone(Turn turn) {
        RealtimeEvent done = turn.done;
        if (done == null) {
            return;
        }
        if (turn.refused) {
            TokenUsage used = done.usage();
            charge(used == null ? Estimate.NONE : new Estimate(used.input(), used.output()));
        } else {
            settle(turn, done.usage(), null);
        }
    }

    private void charge(Estimate used) {
        services.bus()
                .send(Address.QUOTA_CHARGE, new ChargeQuota(incoming.key().scopes(model.name()), candidate, used));
    }

    /** Settles a response that is over; the first that is keeps the session's places. */
    private void settle(Turn turn, @Nullable TokenUsage used, @Nullable GatewayFailure failure) {
        Estimate actual;
        if (used != null) {
            actual = new Estimate(used.input(), used.output());
        } else {
            actual = turn.estimate;
            guess(actual);
        }
        usage.pay(turn.allowance);
        Attempt attempt = Objects.requireNonNull(turn.attempt);
        long now = now();
        if (resting == 0 && !over) {
            attempt.rest(services.bus(), true, actual, failure, now);
            resting = attempt.reservation();
            restedAtNanos = now;
        } else {
            attempt.finish(services.bus(), actual, failure, now);
        }
    }

    private void guess(Estimate actual) {
        if (actual.tokens() > 0) {
            usage.guess(new TokenUsage(actual.inputTokens(), 0, actual.outputTokens(), 0));
        }
    }

    /**
     * The provider reports an error. One that names no event of the client's is taken to be about the oldest response that
     * has not begun; if it was about something else, that response is counted when it is heard of.
     *
     * @param failure what it means
     */
    void error(GatewayFailure failure) {
        Turn turn = sent.poll();
        if (turn != null) {
            turn.estimate = Estimate.NONE;
            settle(turn, null, failure);
        }
    }

    /**
     * Says that the session is still there, from time to time.
     *
     * @return whether a response takes longer than its channel allows
     */
    boolean isLate(long now) {
        long total = candidate.timeouts().total().toNanos();
        if (resting != 0 && now - restedAtNanos > total) {
            restedAtNanos = now;
            services.bus().send(Address.QUOTA_REST, new RestPlaces(resting, false, Estimate.NONE));
        }
        return sent.stream().anyMatch(turn -> now - turn.startNanos > total)
                || made.values().stream().anyMatch(turn -> now - turn.startNanos > total);
    }

    /**
     * Ends the session: what is under way is settled as it was expected, for nobody will say what it cost.
     *
     * @param failure why; null when the client wanted it so
     */
    void end(@Nullable GatewayFailure failure) {
        over = true;
        List.copyOf(asking).forEach(Reserving::stop);
        List<Turn> open = new ArrayList<>(sent);
        open.addAll(made.values());
        sent.clear();
        made.clear();
        for (Turn turn : open) {
            if (turn.attempt != null) {
                settle(turn, null, failure == null ? new GatewayFailure.ClientClosed() : failure);
            } else {
                // The provider makes it, whether room for it was refused or is still being asked for.
                guess(turn.estimate);
                charge(turn.estimate);
            }
        }
        usage.payRest(services.bus(), incoming.key().budgets());
        if (resting != 0) {
            services.bus().send(Address.QUOTA_SETTLE, new SettleQuota(resting, 0, false, Estimate.NONE, false));
            resting = 0;
        }
    }
}
