package io.sluice.health;

import io.sluice.domain.health.Circuit;
import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The circuits that were ever opened: each is a circuit breaker that is opened from outside, becomes half open by its own
 * timer, and is closed or opened again by its one trial. Used on one event loop.
 */
final class CircuitBreakers {
    private static final int NO_TIMEOUT = -1;

    private final Vertx vertx;
    private final BiConsumer<Subject, Circuit.State> listener;
    private final Map<Subject, CircuitBreaker> breakers = new HashMap<>();

    /** @param listener is told how each stands */
    CircuitBreakers(Vertx vertx, BiConsumer<Subject, Circuit.State> listener) {
        this.vertx = vertx;
        this.listener = listener;
    }

    /** Too much fails there. */
    void trip(Subject subject, Breaker policy) {
        CircuitBreaker old = breakers.remove(subject);
        if (old != null) {
            old.close();
        }
        // Its own counting is not used: what fails is counted as a share, over all lanes.
        CircuitBreakerOptions options = new CircuitBreakerOptions()
                .setMaxFailures(1)
                .setTimeout(NO_TIMEOUT)
                .setResetTimeout(policy.openFor().toMillis());
        CircuitBreaker breaker = CircuitBreaker.create(subject.toString(), vertx, options)
                .openHandler(v -> listener.accept(subject, Circuit.State.OPEN))
                .halfOpenHandler(v -> listener.accept(subject, Circuit.State.HALF_OPEN))
                .closeHandler(v -> listener.accept(subject, Circuit.State.CLOSED));
        breakers.put(subject, breaker);
        breaker.open();
    }

    /** The trial of a half-open one is over. */
    void tried(Subject subject, boolean success) {
        CircuitBreaker breaker = breakers.get(subject);
        if (breaker != null) {
            breaker.<Void>execute(trial -> {
                        if (success) {
                            trial.complete();
                        } else {
                            trial.fail("the trial failed");
                        }
                    })
                    .onComplete(known -> {});
        }
    }

    /** Drops those that are not wanted any more: what they were about is gone, or begins anew. */
    void retain(Predicate<Subject> wanted) {
        breakers.entrySet().removeIf(entry -> {
            boolean gone = !wanted.test(entry.getKey());
            if (gone) {
                entry.getValue().close();
            }
            return gone;
        });
    }

    /** A human closes it. */
    void reset(Subject subject) {
        CircuitBreaker breaker = breakers.remove(subject);
        if (breaker != null) {
            breaker.close();
            listener.accept(subject, Circuit.State.CLOSED);
        }
    }

    /** Ends all timers. */
    void close() {
        breakers.values().forEach(CircuitBreaker::close);
        breakers.clear();
    }
}
