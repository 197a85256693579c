package io.sluice.ingress;

import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.RetryShare;
import io.sluice.domain.routing.FirstByteTimes;
import io.sluice.domain.routing.RetryBudget;
import io.sluice.message.PoolHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest picture of the pool's health that came to a lane, and what the lane may spend on asking again. Used on the
 * lane's event loop.
 */
final class LanePool {
    private final LongSupplier clock;
    private final RetryBudget retries = new RetryBudget();
    private final FirstByteTimes firstBytes = new FirstByteTimes();
    private PoolSnapshot snapshot = PoolSnapshot.UNKNOWN;
    private PoolSnapshot unseen = PoolSnapshot.UNKNOWN;
    private int changes;
    private @Nullable GatewayRevision indexed;
    private Map<String, List<Candidate>> byAccount = Map.of();

    /**
     * Nothing is known yet: everybody may serve.
     *
     * @param clock monotonic nanoseconds
     */
    LanePool(LongSupplier clock) {
        this.clock = clock;
    }

    /** The pool has changed. */
    void changed(PoolHealth health) {
        snapshot = health.snapshot();
        unseen = PoolSnapshot.UNKNOWN;
        changes++;
    }

    /** How often the pool has changed. */
    int changes() {
        return changes;
    }

    /** A request begins. */
    void requested() {
        retries.request(clock.getAsLong());
    }

    /** Spends one attempt that follows a failure, or is made beside another one, if there is room for it. */
    boolean mayAskAgain(RetryShare share) {
        return retries.spend(share, clock.getAsLong());
    }

    /** How long first bytes take. */
    FirstByteTimes firstBytes() {
        return firstBytes;
    }

    /** How a candidate stands; of another revision than the picture's only what its files say is known. */
    private byte standing(GatewayRevision revision, Candidate candidate) {
        return picture(revision).standing(candidate.slot(), clock.getAsLong());
    }

    private PoolSnapshot picture(GatewayRevision revision) {
        if (snapshot.isOf(revision.id())) {
            return snapshot;
        }
        if (!unseen.isOf(revision.id())) {
            unseen = snapshot.of(revision);
        }
        return unseen;
    }

    /** Whether a new request may go to a candidate. */
    boolean mayServe(GatewayRevision revision, Candidate candidate) {
        return standing(revision, candidate) == PoolSnapshot.UP;
    }

    /** Whether a request that only this account can serve may go to it: one that runs dry still serves those. */
    boolean mayServeAlone(GatewayRevision revision, Candidate candidate) {
        byte standing = standing(revision, candidate);
        return standing == PoolSnapshot.UP || standing == PoolSnapshot.DRAINING;
    }

    /** Whether a human or the machine has taken it out for good, so that not even a trial goes there. */
    boolean isSwitchedOff(GatewayRevision revision, Candidate candidate) {
        byte standing = standing(revision, candidate);
        return standing == PoolSnapshot.DISABLED || standing == PoolSnapshot.DRAINING;
    }

    /**
     * Whether an account cannot be asked for what it keeps, whatever the model: it is switched off, or dead with all its
     * models.
     *
     * @param accountId {@code channel/account}
     */
    boolean isGone(GatewayRevision revision, String accountId) {
        List<Candidate> own = candidatesOf(revision, accountId);
        boolean dead = !own.isEmpty();
        for (Candidate candidate : own) {
            byte standing = standing(revision, candidate);
            if (standing == PoolSnapshot.DISABLED) {
                return true;
            }
            dead &= standing == PoolSnapshot.DEAD;
        }
        return dead;
    }

    /** Sorted once for a revision; those of an old one are asked for seldom. */
    private List<Candidate> candidatesOf(GatewayRevision revision, String accountId) {
        if (indexed != revision) {
            Map<String, List<Candidate>> index = new HashMap<>();
            for (Model model : revision.models().values()) {
                for (Candidate candidate : model.candidates()) {
                    index.computeIfAbsent(candidate.accountId(), id -> new ArrayList<>(1))
                            .add(candidate);
                }
            }
            byAccount = index;
            indexed = revision;
        }
        return byAccount.getOrDefault(accountId, List.of());
    }

    /**
     * When the first of those comes back that their provider asked to slow down.
     *
     * @return from now; zero when none of them waits
     */
    Duration earliestBack(GatewayRevision revision, List<Candidate> candidates) {
        long now = clock.getAsLong();
        long earliest = Long.MAX_VALUE;
        for (Candidate candidate : candidates) {
            if (standing(revision, candidate) == PoolSnapshot.COOLING) {
                earliest = Math.min(earliest, snapshot.until(candidate.slot()) - now);
            }
        }
        return earliest == Long.MAX_VALUE ? Duration.ZERO : Duration.ofNanos(Math.max(1, earliest));
    }
}
