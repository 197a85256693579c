package io.sluice.domain.routing;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.routing.AttemptPolicy.Call;
import io.sluice.domain.routing.AttemptPolicy.Next;
import io.sluice.domain.routing.AttemptPolicy.Situation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which candidates of one request are left to try, and which may be tried again. No account is asked twice, unless it was
 * not the account that failed but its model or the request, or it is the only one. Used by one thread.
 */
public final class RemainingCandidates {
    /** How many attempts a request may cause in all; more accounts than that do not go out at once. */
    static final int MOST_ATTEMPTS = 20;

    private final RoutePolicy policy;
    private final Call call;
    private final List<Candidate> tried = new ArrayList<>();
    private final List<Candidate> repeatable = new ArrayList<>();
    private @Nullable String account;
    private boolean several;
    private List<Candidate> untried = List.of();
    private int failures;
    private int faults;

    /**
     * Nobody yet.
     *
     * @param policy how the request is tried
     * @param call what is asked
     */
    public RemainingCandidates(RoutePolicy policy, Call call) {
        this.policy = policy;
        this.call = call;
    }

    /** The router's plan, best first, in the place of any before; who was tried is not tried again. */
    public void planned(List<Candidate> plan) {
        count(plan);
        // Mostly nobody: of a pool of thousands a copy would cost more than the request.
        untried = tried.isEmpty()
                ? plan
                : plan.stream().filter(candidate -> !wasTried(candidate)).toList();
    }

    /** Looks no further than to the second account. */
    private void count(List<Candidate> plan) {
        for (int i = 0; i < plan.size() && !several; i++) {
            String id = plan.get(i).accountId();
            several = account != null && !account.equals(id);
            account = id;
        }
    }

    /** Candidates of a revision are there once. */
    private boolean wasTried(Candidate candidate) {
        for (Candidate each : tried) {
            if (each == candidate) {
                return true;
            }
        }
        return false;
    }

    /** The plan for another model: its candidates go before those that are left. */
    public void plannedFirst(List<Candidate> plan) {
        List<Candidate> rest = untried;
        planned(plan);
        List<Candidate> first = untried;
        Set<Candidate> known = Collections.newSetFromMap(new IdentityHashMap<>(first.size()));
        known.addAll(first);
        untried = Stream.concat(first.stream(), rest.stream().filter(candidate -> !known.contains(candidate)))
                .toList();
    }

    /** Those that were not tried, best first; not changed afterwards. */
    public List<Candidate> untried() {
        return untried;
    }

    /** Whether nobody has been asked so far. */
    public boolean isUntouched() {
        return tried.isEmpty();
    }

    /** Whether another account may be asked if the next attempt fails. */
    public boolean mayFallBack() {
        return AttemptPolicy.mayFallBack(policy, call, faults);
    }

    /** A candidate could not be written to in time: it stays, and comes first. */
    public void keepFirst(Candidate candidate) {
        untried = Stream.concat(Stream.of(candidate), without(candidate)).toList();
    }

    /** A candidate is being asked besides another one. */
    public void taken(Candidate candidate) {
        tried.add(candidate);
        untried = without(candidate).toList();
    }

    /** It was not asked after all. */
    public void notTaken(Candidate candidate) {
        tried.removeIf(each -> each == candidate);
        keepFirst(candidate);
    }

    /**
     * A candidate failed.
     *
     * @param candidate who
     * @param failure how
     * @param otherModel whether there is another model for the cause of it
     * @param elapsed since the request was read
     * @param random any number, for jitter
     * @return what follows; with {@link Next.Repeat} those whose fault may have passed are untried again
     */
    public Next failed(
            Candidate candidate, UpstreamFailure failure, boolean otherModel, Duration elapsed, long random) {
        failures++;
        // Who goes out by this answer is out for everybody: there are only so many of them.
        faults += AttemptPolicy.takesOut(failure) ? 0 : 1;
        tried.add(candidate);
        boolean alone = !several;
        untried = without(candidate)
                .filter(other -> alone || !isStruck(other, candidate, failure))
                .toList();
        FallbackCause cause = AttemptPolicy.cause(failure);
        if (cause == FallbackCause.OVERLOADED) {
            // The same service would say the same.
            untried = untried.stream()
                    .sorted(Comparator.comparing((Candidate other) ->
                            other.channel().baseUrl().equals(candidate.channel().baseUrl())
                                    && other.model().equals(candidate.model())))
                    .toList();
        } else if (cause != null && otherModel) {
            // The same model would say the same.
            untried = untried.stream()
                    .filter(other -> !other.model().equals(candidate.model()))
                    .toList();
        }
        if (alone && AttemptPolicy.mayPass(failure)) {
            repeatable.add(candidate);
        }
        Situation now = new Situation(
                policy,
                call,
                failures < MOST_ATTEMPTS ? faults : Integer.MAX_VALUE,
                elapsed,
                otherModel,
                !untried.isEmpty(),
                !repeatable.isEmpty());
        Next next = AttemptPolicy.after(failure, now, random);
        if (next instanceof Next.Repeat) {
            untried = List.copyOf(repeatable);
            repeatable.clear();
        }
        return next;
    }

    /** Whether a failure tells something of another candidate too, because it is of the same account. */
    private static boolean isStruck(Candidate other, Candidate failed, UpstreamFailure failure) {
        return other.accountId().equals(failed.accountId())
                && switch (failure.verdict()) {
                    case Verdict.SlowDown slow -> slow.reach() == Reach.ACCOUNT;
                    case Verdict.OutOfMoney broke -> broke.reach() == Reach.ACCOUNT;
                    case Verdict.Dead dead -> true;
                    case Verdict.EndpointSick sick -> !sick.everyones();
                    case Verdict.Ambiguous ambiguous -> true;
                    case Verdict.ModelMissing missing -> false;
                    case Verdict.Elsewhere elsewhere -> false;
                    case Verdict.RequestWrong wrong -> false;
                    case Verdict.ContentRefused refused -> false;
                    case Verdict.ClientGone gone -> false;
                };
    }

    private Stream<Candidate> without(Candidate tried) {
        return untried.stream().filter(candidate -> candidate != tried);
    }
}
