package io.sluice.domain.routing;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Why nobody can serve a request: how those stand that could, each account counted once. The most hopeful state is the answer:
 * one that cools comes back by itself, one that fails perhaps, the others need somebody.
 */
public final class Absence {
    /** A circuit that is open lets somebody try within seconds. */
    private static final Duration FAILING = Duration.ofSeconds(5);

    private final BitSet cooling = new BitSet();
    private final BitSet failing = new BitSet();
    private final BitSet out = new BitSet();
    private long backNanos = Long.MAX_VALUE;

    /**
     * Counts one that cannot serve.
     *
     * @param now nanoseconds
     */
    void add(Candidate candidate, PoolSnapshot snapshot, long now) {
        int account = candidate.account().index();
        switch (snapshot.standing(candidate.slot(), now)) {
            case PoolSnapshot.UP -> {}
            case PoolSnapshot.COOLING -> {
                cooling.set(account);
                backNanos = Math.min(backNanos, snapshot.until(candidate.slot()) - now);
            }
            case PoolSnapshot.BROKEN -> failing.set(account);
            default -> out.set(account);
        }
    }

    /**
     * What the client is told.
     *
     * @param model what it asked for
     * @param endpoint where
     */
    public GatewayFailure failure(String model, Endpoint endpoint) {
        failing.andNot(cooling);
        out.andNot(cooling);
        out.andNot(failing);
        int all = cooling.cardinality() + failing.cardinality() + out.cardinality();
        if (all == 0 && !endpoint.isCommon()) {
            return new InvalidRequest(
                    InvalidRequest.Kind.MALFORMED,
                    "The model '" + model + "' cannot be used at /v1" + endpoint.path()
                            + ": no provider that serves it has this endpoint.",
                    "model",
                    "unsupported_endpoint");
        }
        if (all == 0) {
            return new NoRoute("No upstream account is configured for this model.", Duration.ZERO);
        }
        if (!cooling.isEmpty()) {
            return new QuotaExceeded(QuotaExceeded.Cause.POOL, sentence(all), Duration.ofNanos(backNanos));
        }
        return new NoRoute(sentence(all), failing.isEmpty() ? Duration.ZERO : FAILING);
    }

    private String sentence(int all) {
        List<String> states = new ArrayList<>();
        count(states, cooling, "cooling");
        count(states, failing, "failing");
        count(states, out, "out of service");
        if (states.size() > 1) {
            return "None of the " + all + " upstream accounts for this model can serve now: "
                    + String.join(", ", states) + ".";
        }
        String state = !cooling.isEmpty() ? "cooling down" : !failing.isEmpty() ? "failing" : "out of service";
        return all == 1
                ? "The only upstream account for this model is " + state + "."
                : "All " + all + " upstream accounts for this model are " + state + ".";
    }

    private static void count(List<String> states, BitSet accounts, String word) {
        if (!accounts.isEmpty()) {
            states.add(accounts.cardinality() + " " + word);
        }
    }
}
