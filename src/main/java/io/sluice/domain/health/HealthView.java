package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What recent attempts say about candidates. A <em>cooldown</em> is the provider's word: the candidate is out until its
 * end. A <em>penalty</em> is our own suspicion after transport faults: the candidate comes last until its end. Used by
 * one thread; time is an argument (nanoseconds, monotonic).
 */
public final class HealthView {
    /** Cooldown after a throttling answer that names no time. */
    static final Duration THROTTLED = Duration.ofSeconds(10);

    /** Cooldown of an account whose credential was refused. */
    static final Duration REFUSED = Duration.ofSeconds(60);

    /** Cooldown of a model that an account turned out not to have. */
    static final Duration MODEL_MISSING = Duration.ofMinutes(5);

    /** Failures in a row after which a candidate is suspected. */
    static final int SUSPECT_AFTER = 3;

    /** First penalty; doubled with each further failure up to {@link #LONGEST_PENALTY}. */
    static final Duration FIRST_PENALTY = Duration.ofSeconds(1);

    /** Longest penalty. */
    static final Duration LONGEST_PENALTY = Duration.ofSeconds(30);

    /** Longest cooldown, whatever the provider says. */
    static final Duration LONGEST_COOLDOWN = Duration.ofHours(24);

    private final Map<Subject, Cooldown> cooldowns = new HashMap<>();
    private final Map<Subject, Suspicion> suspicions = new HashMap<>();

    /**
     * A candidate out of rotation.
     *
     * @param untilNanos when it comes back
     * @param throttled whether the provider asked to slow down, rather than refused the account or the model
     */
    public record Cooldown(long untilNanos, boolean throttled) {}

    private record Subject(String account, @Nullable String upstreamModel) {}

    private record Suspicion(int failures, long untilNanos) {}

    /**
     * Takes the outcome of an attempt.
     *
     * @param candidate who was asked
     * @param failure what went wrong; null for success
     * @param now nanoseconds
     */
    public void learn(Candidate candidate, @Nullable GatewayFailure failure, long now) {
        Subject pair = new Subject(candidate.accountId(), candidate.upstreamModel());
        if (failure == null) {
            if (!suspicions.isEmpty()) {
                suspicions.remove(pair);
            }
        } else if (failure instanceof UpstreamFailure upstream) {
            learnFailure(pair, upstream, now);
        }
    }

    private void learnFailure(Subject pair, UpstreamFailure failure, long now) {
        switch (failure.kind()) {
            case RATE_LIMITED -> cool(pair, named(failure, THROTTLED), true, now);
            case MODEL_MISSING -> cool(pair, MODEL_MISSING, false, now);
            case ACCOUNT_REFUSED -> cool(new Subject(pair.account, null), named(failure, REFUSED), false, now);
            // About the request, not about the account.
            case TOO_LARGE_HERE, REQUEST_REJECTED -> {}
            case CONNECT, RESET, HEAD_TIMEOUT, BAD_RESPONSE, TRUNCATED, SERVER_ERROR -> {
                if (failure.retryAfter().isPositive()) {
                    cool(pair, failure.retryAfter(), true, now);
                }
                suspect(pair, now);
            }
        }
    }

    private static Duration named(UpstreamFailure failure, Duration otherwise) {
        return failure.retryAfter().isPositive() ? failure.retryAfter() : otherwise;
    }

    private void cool(Subject subject, Duration time, boolean throttled, long now) {
        Duration bounded = time.compareTo(LONGEST_COOLDOWN) > 0 ? LONGEST_COOLDOWN : time;
        long until = now + bounded.toNanos();
        cooldowns.merge(
                subject,
                new Cooldown(until, throttled),
                (old, fresh) -> old.untilNanos - fresh.untilNanos > 0 ? old : fresh);
    }

    private void suspect(Subject subject, long now) {
        Suspicion old = suspicions.get(subject);
        int failures = old == null ? 1 : old.failures + 1;
        long penalty = 0;
        if (failures >= SUSPECT_AFTER) {
            int doublings = Math.min(failures - SUSPECT_AFTER, 10);
            penalty = Math.min(FIRST_PENALTY.toNanos() << doublings, LONGEST_PENALTY.toNanos());
        }
        suspicions.put(subject, new Suspicion(failures, now + penalty));
    }

    /**
     * The cooldown a candidate is in.
     *
     * @param candidate account and upstream model
     * @param now nanoseconds
     * @return null when it is in none
     */
    public @Nullable Cooldown cooldownOf(Candidate candidate, long now) {
        if (cooldowns.isEmpty()) {
            return null;
        }
        Cooldown account = current(new Subject(candidate.accountId(), null), now);
        return account != null ? account : current(new Subject(candidate.accountId(), candidate.upstreamModel()), now);
    }

    private @Nullable Cooldown current(Subject subject, long now) {
        Cooldown cooldown = cooldowns.get(subject);
        if (cooldown != null && cooldown.untilNanos - now <= 0) {
            cooldowns.remove(subject);
            return null;
        }
        return cooldown;
    }

    /**
     * Whether a candidate failed several times in a row and should come last.
     *
     * @param candidate account and upstream model
     * @param now nanoseconds
     */
    public boolean isSuspect(Candidate candidate, long now) {
        if (suspicions.isEmpty()) {
            return false;
        }
        Suspicion suspicion = suspicions.get(new Subject(candidate.accountId(), candidate.upstreamModel()));
        return suspicion != null && suspicion.failures >= SUSPECT_AFTER && suspicion.untilNanos - now > 0;
    }

    /**
     * Forgets everyone who is no longer in the pool.
     *
     * @param accountIds ids of the accounts there are
     */
    public void retain(java.util.Set<String> accountIds) {
        cooldowns.keySet().removeIf(s -> !accountIds.contains(s.account));
        suspicions.keySet().removeIf(s -> !accountIds.contains(s.account));
    }
}
