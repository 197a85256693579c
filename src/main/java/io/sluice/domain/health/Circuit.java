package io.sluice.domain.health;

import io.sluice.domain.pool.HealthPolicy.Breaker;
import java.util.HashMap;
import java.util.Map;

/**
 * What is left alone when too much fails there. The time that it is open, and its one trial, are kept by whoever owns the
 * circuit breaker; this says when to open it, and remembers how it stands. Used by one thread.
 */
public final class Circuit {
    private static final int MOST_NODES = 1_000;

    private final Subject subject;
    private final FailureRate rate = new FailureRate();
    private State state = State.CLOSED;
    private final Map<String, Long> failing = new HashMap<>();
    private final Map<String, Long> elsewhere = new HashMap<>();

    /** What can be left alone. */
    public sealed interface Subject {
        /**
         * An account, whatever is asked of it.
         *
         * @param accountId {@code channel/account}
         */
        record OfAccount(String accountId) implements Subject {
            @Override
            public String toString() {
                return "account " + accountId;
            }
        }

        /**
         * A model at an address, whoever asks.
         *
         * @param baseUrl of the channel
         * @param upstreamModel the provider's name
         */
        record OfEndpoint(String baseUrl, String upstreamModel) implements Subject {
            @Override
            public String toString() {
                return "endpoint " + baseUrl + " (" + upstreamModel + ")";
            }
        }
    }

    /** How a circuit stands. */
    public enum State {
        /** Requests go through. */
        CLOSED,
        /** Nobody is sent there. */
        OPEN,
        /** One request is sent there, as a trial. */
        HALF_OPEN
    }

    Circuit(Subject subject) {
        this.subject = subject;
    }

    Subject subject() {
        return subject;
    }

    State state() {
        return state;
    }

    /** It stands so now; what was counted before says nothing any more. */
    void state(State now) {
        state = now;
        rate.clear();
        failing.clear();
    }

    /**
     * An attempt of an account failed or was slow: whether others did so, too, in the window.
     */
    boolean isTroubleOfSeveral(KnownAccount account, Breaker policy, long now) {
        failing.values().removeIf(last -> now - last > policy.window().toNanos());
        failing.put(account.account().id(), now);
        return failing.size() > 1;
    }

    /** How many attempts ended in about the last window. */
    int attempts() {
        return rate.attempts();
    }

    /** How many of them failed. */
    int failures() {
        return rate.failures();
    }

    /** How many of them were slow. */
    int slow() {
        return rate.slowOnes();
    }

    /** Another node leaves it alone until an instant, or does so no longer. */
    void openElsewhere(String node, boolean open, long untilNanos) {
        if (!open) {
            elsewhere.remove(node);
        } else if (elsewhere.size() < MOST_NODES) {
            elsewhere.put(node, untilNanos);
        }
    }

    /** Whether another node leaves it alone. */
    boolean isOpenElsewhere(long now) {
        if (elsewhere.isEmpty()) {
            return false;
        }
        elsewhere.values().removeIf(until -> until - now <= 0);
        return !elsewhere.isEmpty();
    }

    /** What is counted begins anew: the rules for it may be others. */
    void anew() {
        rate.restart();
    }

    /**
     * An attempt is over.
     *
     * @return whether the circuit is to be opened now
     */
    boolean add(boolean success, boolean slow, Breaker policy, long now) {
        rate.add(success, slow, policy, now);
        return state == State.CLOSED && (!success || slow) && rate.isOver(policy, now);
    }
}
