package io.sluice.cluster.member;

import io.sluice.cluster.link.Link.Peer;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.message.AccountHealth;
import io.sluice.message.AccountHealth.Trouble;
import io.sluice.message.AttemptFinished;
import io.sluice.message.CandidateHealth;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What providers said of accounts, to and from other nodes. A word that says no more than what was just announced is not
 * announced again, so a throttled account costs a few messages a second, however many requests meet it. What comes from
 * another node goes to the routers only, and is never announced from here. Used on one event loop.
 */
final class SharedHealth {
    /** How much longer than announced a word must last to be announced again. */
    private static final long WORTH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a word without a time counts as announced. */
    private static final long UNNAMED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int FORGET_BEYOND = 10_000;

    private final String origin;
    private final LongSupplier clock;
    private final Map<Subject, Long> announced = new HashMap<>();
    private final Map<Subject, Candidate> candidates = new HashMap<>();

    private record Subject(
            String account, String upstreamModel, @Nullable Trouble trouble) {}

    /**
     * Nothing is known yet.
     *
     * @param self this run of this node
     * @param clock monotonic nanoseconds
     */
    SharedHealth(Peer self, LongSupplier clock) {
        this.origin = self.name() + "/" + Long.toHexString(self.incarnation());
        this.clock = clock;
    }

    /** Takes the accounts there are. */
    void accounts(GatewayRevision revision) {
        candidates.clear();
        revision.models().values().forEach(model -> model.candidates()
                .forEach(c -> candidates.put(new Subject(c.accountId(), c.upstreamModel(), null), c)));
    }

    /** What the other nodes must hear of an attempt of this one; empty when there is nothing, or they just heard it. */
    Optional<AccountHealth> toAnnounce(AttemptFinished attempt) {
        if (!(attempt.failure() instanceof UpstreamFailure failure)) {
            return Optional.empty();
        }
        Trouble trouble = trouble(failure);
        if (trouble == null) {
            return Optional.empty();
        }
        Candidate candidate = attempt.candidate();
        Subject subject = new Subject(candidate.accountId(), candidate.upstreamModel(), trouble);
        long now = clock.getAsLong();
        long until = now + Math.max(failure.retryAfter().toNanos(), UNNAMED_NANOS);
        Long before = announced.get(subject);
        if (before != null && until - before < WORTH_NANOS) {
            return Optional.empty();
        }
        if (announced.size() > FORGET_BEYOND) {
            announced.values().removeIf(past -> past - now < 0);
        }
        announced.put(subject, until);
        return Optional.of(new AccountHealth(
                origin,
                candidate.accountId(),
                candidate.account().key().fingerprint(),
                candidate.upstreamModel(),
                trouble,
                failure.retryAfter().toMillis()));
    }

    private static @Nullable Trouble trouble(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case RATE_LIMITED -> Trouble.THROTTLED;
            case ACCOUNT_REFUSED -> Trouble.REFUSED;
            case MODEL_MISSING -> Trouble.MODEL_MISSING;
            // A fault of the way there is this node's own experience, unless the provider named a time.
            case CONNECT, RESET, HEAD_TIMEOUT, BAD_RESPONSE, TRUNCATED, SERVER_ERROR ->
                failure.retryAfter().isPositive() ? Trouble.THROTTLED : null;
            case BUSY, TOO_LARGE_HERE, INEXPRESSIBLE, REQUEST_REJECTED -> null;
        };
    }

    /** What this node's routers must hear; empty when it is this node's own word, or of an account that it does not have. */
    Optional<CandidateHealth> toLearn(AccountHealth word) {
        Candidate candidate = candidates.get(new Subject(word.account(), word.upstreamModel(), null));
        if (word.origin().equals(origin)
                || candidate == null
                || !candidate.account().key().fingerprint().equals(word.credential())) {
            return Optional.empty();
        }
        UpstreamFailure.Kind kind =
                switch (word.trouble()) {
                    case THROTTLED -> UpstreamFailure.Kind.RATE_LIMITED;
                    case REFUSED -> UpstreamFailure.Kind.ACCOUNT_REFUSED;
                    case MODEL_MISSING -> UpstreamFailure.Kind.MODEL_MISSING;
                };
        Duration retryAfter = Duration.ofMillis(Math.max(word.forMillis(), 0));
        return Optional.of(new CandidateHealth(
                candidate, new UpstreamFailure(kind, 0, "another node was told so", null, null, null, retryAfter)));
    }
}
