package io.sluice.domain.health;

import io.sluice.domain.pool.HealthPolicy.Breaker;

/**
 * What is left alone when too much fails there. The time that it is open, and its one trial, are kept by whoever owns the
 * circuit breaker; this says when to open it, and remembers how it stands. Used by one thread.
 */
public final class Circuit {
    private final Subject subject;
    private final FailureRate rate = new FailureRate();
    private State state = State.CLOSED;
    private boolean elsewhere;
    private long elsewhereUntil;

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
    void openElsewhere(boolean open, long untilNanos) {
        elsewhere = open;
        elsewhereUntil = untilNanos;
    }

    /** Whether another node leaves it alone. */
    boolean isOpenElsewhere(long now) {
        if (elsewhere && elsewhereUntil - now <= 0) {
            elsewhere = false;
        }
        return elsewhere;
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
