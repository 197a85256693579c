package io.sluice.domain.routing;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.routing.AttemptPolicy.Next;
import io.sluice.domain.routing.AttemptPolicy.Situation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which candidates of one request are left to try, and which may be tried again. Used by one thread. */
public final class RemainingCandidates {
    private final RoutePolicy policy;
    private final boolean stream;
    private final List<Candidate> repeatable = new ArrayList<>();
    private List<Candidate> untried = List.of();
    private int failures;

    /**
     * Nobody yet.
     *
     * @param policy how the request is tried
     * @param stream whether a stream was asked for
     */
    public RemainingCandidates(RoutePolicy policy, boolean stream) {
        this.policy = policy;
        this.stream = stream;
    }

    /** The router's plan, best first. */
    public void planned(List<Candidate> plan) {
        untried = plan;
    }

    /** Those that were not tried, best first; not changed afterwards. */
    public List<Candidate> untried() {
        return untried;
    }

    /** A candidate could not be written to in time: it stays, and comes first. */
    public void keepFirst(Candidate candidate) {
        untried = Stream.concat(Stream.of(candidate), without(candidate)).toList();
    }

    /**
     * A candidate failed.
     *
     * @param candidate who
     * @param failure how
     * @param elapsed since the request was read
     * @param random any number, for jitter
     * @return what follows; with {@link Next.Repeat} those whose fault may have passed are untried again
     */
    public Next failed(Candidate candidate, UpstreamFailure failure, Duration elapsed, long random) {
        failures++;
        untried = without(candidate).toList();
        if (AttemptPolicy.mayPass(failure)) {
            repeatable.add(candidate);
        }
        Situation now = new Situation(policy, failures, elapsed, stream, !untried.isEmpty(), !repeatable.isEmpty());
        Next next = AttemptPolicy.after(failure, now, random);
        if (next instanceof Next.Repeat) {
            untried = List.copyOf(repeatable);
            repeatable.clear();
        }
        return next;
    }

    private Stream<Candidate> without(Candidate tried) {
        return untried.stream().filter(candidate -> candidate != tried);
    }
}
