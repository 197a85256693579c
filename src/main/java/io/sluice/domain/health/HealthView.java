package io.sluice.domain.health;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Channel;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private final Map<Subject, Entry> cooldowns = new HashMap<>();
    private final Map<Subject, Suspicion> suspicions = new HashMap<>();

    /**
     * A candidate out of rotation.
     *
     * @param untilNanos when it comes back
     * @param throttled whether the provider asked to slow down, rather than refused the account or the model
     */
    public record Cooldown(long untilNanos, boolean throttled) {}

    /** By credential, not only by name: what was said of an old one does not hold for its replacement. */
    private record Subject(
            String account, Secret key, @Nullable String upstreamModel) {
        static Subject pair(Candidate candidate) {
            return new Subject(candidate.accountId(), candidate.account().key(), candidate.upstreamModel());
        }

        static Subject account(Candidate candidate) {
            return new Subject(candidate.accountId(), candidate.account().key(), null);
        }
    }

    /** @param missingOn the channel on which a model was missing; null for other reasons */
    private record Entry(Cooldown cooldown, @Nullable Channel missingOn) {
        static Entry later(Entry old, Entry fresh) {
            return old.cooldown.untilNanos - fresh.cooldown.untilNanos > 0 ? old : fresh;
        }
    }

    private record Suspicion(int failures, long untilNanos) {}

    /**
     * Takes the outcome of an attempt.
     *
     * @param candidate who was asked
     * @param failure what went wrong; null for success
     * @param now nanoseconds
     */
    public void learn(Candidate candidate, @Nullable GatewayFailure failure, long now) {
        if (failure == null) {
            if (!suspicions.isEmpty()) {
                suspicions.remove(Subject.pair(candidate));
            }
        } else if (failure instanceof UpstreamFailure upstream) {
            learnFailure(candidate, upstream, now);
        }
    }

    private void learnFailure(Candidate candidate, UpstreamFailure failure, long now) {
        Subject pair = Subject.pair(candidate);
        switch (failure.kind()) {
            case RATE_LIMITED -> cool(pair, named(failure, THROTTLED), true, null, now);
            case MODEL_MISSING -> cool(pair, MODEL_MISSING, false, candidate.channel(), now);
            case ACCOUNT_REFUSED -> cool(Subject.account(candidate), named(failure, REFUSED), false, null, now);
            // About the gateway or the request, not about the account.
            case BUSY, TOO_LARGE_HERE, INEXPRESSIBLE, REQUEST_REJECTED -> {}
            case CONNECT, RESET, HEAD_TIMEOUT, BAD_RESPONSE, TRUNCATED, SERVER_ERROR -> {
                if (failure.retryAfter().isPositive()) {
                    cool(pair, failure.retryAfter(), true, null, now);
                }
                suspect(pair, now);
            }
        }
    }

    private static Duration named(UpstreamFailure failure, Duration otherwise) {
        return failure.retryAfter().isPositive() ? failure.retryAfter() : otherwise;
    }

    private void cool(Subject subject, Duration time, boolean throttled, @Nullable Channel missingOn, long now) {
        Duration bounded = time.compareTo(LONGEST_COOLDOWN) > 0 ? LONGEST_COOLDOWN : time;
        long until = now + bounded.toNanos();
        cooldowns.merge(subject, new Entry(new Cooldown(until, throttled), missingOn), Entry::later);
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
        Cooldown account = current(Subject.account(candidate), now);
        return account != null ? account : current(Subject.pair(candidate), now);
    }

    private @Nullable Cooldown current(Subject subject, long now) {
        Entry entry = cooldowns.get(subject);
        if (entry != null && entry.cooldown.untilNanos - now <= 0) {
            cooldowns.remove(subject);
            return null;
        }
        return entry == null ? null : entry.cooldown;
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
        Suspicion suspicion = suspicions.get(Subject.pair(candidate));
        return suspicion != null && suspicion.failures >= SUSPECT_AFTER && suspicion.untilNanos - now > 0;
    }

    /**
     * Forgets every credential that is no longer in the pool, and missing models of channels that were changed since: the
     * change may be their repair.
     *
     * @param channels the channels there are
     */
    public void retain(Collection<Channel> channels) {
        if (cooldowns.isEmpty() && suspicions.isEmpty()) {
            return;
        }
        Map<String, Channel> byName = new HashMap<>();
        Map<String, Secret> keys = new HashMap<>();
        for (Channel channel : channels) {
            byName.put(channel.name(), channel.withAccounts(List.of()));
            channel.accounts().forEach(account -> keys.put(account.id(), account.key()));
        }
        cooldowns.keySet().removeIf(s -> !Objects.equals(s.key, keys.get(s.account)));
        suspicions.keySet().removeIf(s -> !Objects.equals(s.key, keys.get(s.account)));
        cooldowns.values().removeIf(e -> {
            Channel then = e.missingOn;
            return then != null && !then.withAccounts(List.of()).equals(byName.get(then.name()));
        });
    }
}
