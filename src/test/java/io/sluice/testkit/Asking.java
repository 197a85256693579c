package io.sluice.testkit;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.lease.Requester;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request for room that remembers its answer. */
public final class Asking implements Requester {
    private final long now;
    private final Estimate estimate;
    private final List<Candidate> candidates;
    private List<Scope> keyScopes = List.of();
    private String key = "k";
    private long wait;
    private long replaces;
    private long ticket;
    private int priority;
    private int bytes;
    private final List<Long> answers = new ArrayList<>();
    private int candidate = -1;
    private long expiresAt;
    private long queued;
    private @Nullable GatewayFailure failure;
    private List<String> obstacles = List.of();

    public Asking(long now, Estimate estimate, Candidate... candidates) {
        this.now = now;
        this.estimate = estimate;
        this.candidates = List.of(candidates);
    }

    public Asking key(String name, Scope... scopes) {
        key = name;
        keyScopes = List.of(scopes);
        return this;
    }

    public Asking waits(long nanos) {
        wait = nanos;
        return this;
    }

    public Asking replaces(long number) {
        replaces = number;
        return this;
    }

    public Asking ticket(long number) {
        ticket = number;
        return this;
    }

    public Asking priority(int value) {
        priority = value;
        return this;
    }

    public Asking bytes(int value) {
        bytes = value;
        return this;
    }

    @Override
    public List<Scope> keyScopes() {
        return keyScopes;
    }

    @Override
    public List<Candidate> candidates() {
        return candidates;
    }

    @Override
    public Estimate estimate() {
        return estimate;
    }

    @Override
    public long replaces() {
        return replaces;
    }

    @Override
    public long deadline() {
        return now + wait;
    }

    @Override
    public long ticket() {
        return ticket;
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public long since() {
        return now;
    }

    @Override
    public int bytes() {
        return bytes;
    }

    @Override
    public void granted(long reservation, int index, long expiry, long queuedNanos) {
        answered(reservation);
        candidate = index;
        expiresAt = expiry;
        queued = queuedNanos;
    }

    @Override
    public void denied(GatewayFailure why, List<String> what, long queuedNanos) {
        answered(0);
        failure = why;
        obstacles = what;
        queued = queuedNanos;
    }

    private void answered(long number) {
        answers.add(number);
        if (answers.size() > 1) {
            throw new AssertionError("answered twice: " + answers);
        }
    }

    /** Whether it still waits. */
    public boolean isWaiting() {
        return answers.isEmpty();
    }

    public boolean isGranted() {
        return !answers.isEmpty() && answers.getFirst() != 0;
    }

    public long reservation() {
        return answers.isEmpty() ? 0 : answers.getFirst();
    }

    public int candidate() {
        return candidate;
    }

    public long expiresAt() {
        return expiresAt;
    }

    public long queuedNanos() {
        return queued;
    }

    public GatewayFailure failure() {
        if (failure == null) {
            throw new AssertionError(isWaiting() ? "it still waits" : "it was granted");
        }
        return failure;
    }

    public GatewayFailure.QuotaExceeded exceeded() {
        return (GatewayFailure.QuotaExceeded) failure();
    }

    public List<String> obstacles() {
        return obstacles;
    }
}
