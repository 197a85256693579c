package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One credential: its script, its use, its arrivals. Shared by the event loops, each call is a short critical section;
 * arrival times are taken inside it, so that they are in order.
 */
final class Credential {
    private static final int UNCOUNTED = -1;
    private static final long FAULT_SEED = 20_261_124L;

    private final long windowNanos;
    private final LongSupplier clock;
    private final RollingLimit limit;
    private ArrivalLog log;
    private CredentialScript script = CredentialScript.DEFAULT;
    private AnswerText answer = new AnswerText(script.answer());
    private FaultState[] faults = {};
    private SplittableRandom random = new SplittableRandom(FAULT_SEED);
    private int generation;
    private long refused;

    /**
     * A credential with the default script.
     *
     * @param windowNanos length of limits' and oracle's window
     * @param clock monotonic nanoseconds
     */
    Credential(long windowNanos, LongSupplier clock) {
        this.windowNanos = windowNanos;
        this.clock = clock;
        this.limit = new RollingLimit(windowNanos);
        this.log = new ArrivalLog(windowNanos);
    }

    /** Counts of one fault rule. */
    private static final class FaultState {
        private final Fault fault;
        private long reached;
        private long applied;

        private FaultState(Fault fault) {
            this.fault = fault;
        }
    }

    /**
     * One request between arrival and end.
     *
     * @param credential whose
     * @param script the script it is treated by
     * @param answer the script's answer
     * @param fault what goes wrong with it; null for nothing
     * @param generation which log it was written to
     * @param number its number in the log
     * @param use its place in the limits; null when the request limit refuses it
     * @param at arrival on the oracle's clock
     */
    record Arrival(
            Credential credential,
            CredentialScript script,
            AnswerText answer,
            @Nullable Fault fault,
            int generation,
            long number,
            RollingLimit.@Nullable Use use,
            long at) {}

    /** Replaces the script; faults count anew, what was used stays used. */
    synchronized void follow(CredentialScript value) {
        script = value;
        answer = new AnswerText(value.answer());
        limit.set(value.limits());
        random = new SplittableRandom(FAULT_SEED);
        List<Fault> rules = value.faults();
        faults = new FaultState[rules.size()];
        for (int i = 0; i < faults.length; i++) {
            faults[i] = new FaultState(rules.get(i));
        }
    }

    synchronized CredentialScript script() {
        return script;
    }

    /** Stamps an arrival: to be called when the request's head is complete. */
    synchronized Arrival arrive() {
        long now = clock.getAsLong();
        long number = log.arrive(now);
        RollingLimit.Use use = limit.enter(now);
        return new Arrival(this, script, answer, use == null ? null : nextFault(), generation, number, use, now);
    }

    /** A request that counts neither for limits nor for the oracle. */
    synchronized Arrival visit() {
        return new Arrival(this, script, answer, nextFault(), UNCOUNTED, UNCOUNTED, null, clock.getAsLong());
    }

    /** A request that only looks something up: nothing goes wrong with it either. */
    synchronized Arrival looking() {
        return new Arrival(this, script, answer, null, UNCOUNTED, UNCOUNTED, null, clock.getAsLong());
    }

    private @Nullable Fault nextFault() {
        for (FaultState state : faults) {
            Fault fault = state.fault;
            if (fault.times() > 0 && state.applied >= fault.times()) {
                continue;
            }
            if (++state.reached % fault.every() == 0
                    && (fault.probability() >= 1 || random.nextDouble() < fault.probability())) {
                state.applied++;
                return fault;
            }
        }
        return null;
    }

    /**
     * Charges what an admitted request will use at most.
     *
     * @param input tokens of the request
     * @param output tokens of the answer
     * @return whether it fits the token limit; when not, the request is refused and over
     */
    synchronized boolean charge(Arrival arrival, long input, long output) {
        if (arrival.number == UNCOUNTED) {
            return true;
        }
        RollingLimit.Use use = arrival.use;
        if (use == null || !limit.charge(use, input + output, clock.getAsLong())) {
            refused++;
            return false;
        }
        if (arrival.generation == generation) {
            log.charge(arrival.number, input);
        }
        return true;
    }

    /** Ends a request that was answered without use of tokens. */
    synchronized void end(Arrival arrival) {
        if (arrival.generation == generation) {
            log.close(arrival.number);
        }
    }

    /** Ends a request that was charged, with what it used in the end. */
    synchronized void settle(Arrival arrival, long input, long output) {
        RollingLimit.Use use = arrival.use;
        if (use != null) {
            limit.settle(use, input + output);
        }
        if (arrival.generation == generation) {
            log.charge(arrival.number, output);
            log.close(arrival.number);
        }
    }

    /** Nanoseconds until one more request fits. */
    synchronized long requestWait() {
        long now = clock.getAsLong();
        limit.moveTo(now);
        return limit.requestWait(now);
    }

    /** Nanoseconds until so many tokens fit. */
    synchronized long tokenWait(long wanted) {
        long now = clock.getAsLong();
        limit.moveTo(now);
        return limit.tokenWait(wanted, now);
    }

    /** What responses say about the limits; null when there are none. */
    synchronized @Nullable RateHeaders rateHeaders() {
        CredentialScript.Limits limits = limit.limits();
        if (limits.requests() == 0 && limits.tokens() == 0) {
            return null;
        }
        long now = clock.getAsLong();
        limit.moveTo(now);
        return new RateHeaders(
                limits,
                Math.max(0, limits.requests() - limit.requests()),
                Math.max(0, limits.tokens() - limit.tokens()),
                limit.untilUnused(now));
    }

    /** Forgets what the oracle knows; limits and faults go on. */
    synchronized void resetOracle() {
        log = new ArrivalLog(windowNanos);
        generation++;
        refused = 0;
    }

    /** What the oracle says. */
    synchronized ObjectNode report() {
        log.moveTo(clock.getAsLong());
        return Json.object()
                .put("requests", log.requests())
                .put("maxRequests", log.maxRequests())
                .put("maxTokens", log.maxTokens())
                .put("refused", refused)
                .put("requestsInWindow", log.requestsInWindow())
                .put("tokensInWindow", log.tokensInWindow());
    }
}
