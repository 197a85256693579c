package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.HealthPolicy.Breaker;
import io.sluice.domain.pool.HealthPolicy.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A pool's state with a clock of its own, and what it told. */
final class PoolWorld implements PoolState.Listener {
    static final int LANES = 2;

    /** A clock just before it wraps: every comparison must be of differences. */
    private long now = Long.MAX_VALUE - 1_000;

    final List<String> told = new ArrayList<>();
    private final GatewayRevision revision;
    final PoolState state;
    boolean leads = true;

    PoolWorld(GatewayRevision revision) {
        this.revision = revision;
        this.state = new PoolState(revision, this, LANES, () -> 0);
    }

    Candidate candidate(String model, int account) {
        return Objects.requireNonNull(revision.models().get(model)).candidates().get(account);
    }

    long now() {
        return now;
    }

    void pass(Duration time) {
        now += time.toNanos();
    }

    void tick() {
        state.tick(id -> leads, now);
    }

    /** An attempt that began just now. */
    void ends(Candidate candidate, @Nullable Verdict verdict) {
        ends(candidate, verdict, now);
    }

    void ends(Candidate candidate, @Nullable Verdict verdict, long startedNanos) {
        UpstreamFailure failure = verdict == null
                ? null
                : new UpstreamFailure(Kind.SERVER_ERROR, 401, "said so", null, null, "code", Duration.ZERO, verdict);
        state.finished(new Outcome(candidate, failure, true, startedNanos, 1_000_000), now, 1_000);
    }

    byte standing(Candidate candidate) {
        return state.snapshot(now).standing(candidate.slot(), now);
    }

    Duration coolsFor(Candidate candidate) {
        return Duration.ofNanos(state.snapshot(now).until(candidate.slot()) - now);
    }

    /** The trial on offer for a candidate, on whichever lane; 0 for none. */
    long trial(Candidate candidate) {
        PoolSnapshot snapshot = state.snapshot(now);
        long found = 0;
        for (int lane = 0; lane < LANES; lane++) {
            found = Math.max(found, snapshot.trial(candidate.slot(), lane));
        }
        return found;
    }

    @Override
    public void changed() {
        // Tests look by themselves.
    }

    @Override
    public void cooled(Account account, @Nullable String model, long untilNanos, boolean exact) {
        told.add("cooled " + account.id() + (model == null ? "" : " " + model));
    }

    @Override
    public void missing(Account account, String model) {
        told.add("missing " + account.id() + " " + model);
    }

    @Override
    public void died(Account account, boolean money, String reason, Evidence evidence) {
        told.add("died " + account.id() + (money ? " money" : ""));
    }

    @Override
    public void revived(Account account) {
        told.add("revived " + account.id());
    }

    @Override
    public void trip(Subject subject, Breaker policy) {
        told.add("trip " + subject);
        state.circuit(subject, Circuit.State.OPEN);
    }

    @Override
    public void tried(Subject subject, boolean success) {
        told.add("tried " + subject + " " + success);
        state.circuit(subject, success ? Circuit.State.CLOSED : Circuit.State.OPEN);
    }

    @Override
    public void probe(Candidate candidate, Probe kind) {
        told.add("probe " + candidate.accountId() + " " + kind);
    }
}
