package io.sluice.domain.lease;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Estimate;
import io.sluice.domain.quota.Scope;
import java.util.List;

/** A request that asks for room, and hears the answer: exactly one of {@link #granted} and {@link #denied}, once. */
public interface Requester {
    /** What its virtual key's requests are charged to. */
    List<Scope> keyScopes();

    /** Who can serve it, best first. */
    List<Candidate> candidates();

    /** What it will take. */
    Estimate estimate();

    /** Number of its earlier reservation, which ends with this question; 0 for none. */
    long replaces();

    /** Instant until which it may wait, nanoseconds. */
    long deadline();

    /** Names it when its client leaves. */
    long ticket();

    /** Name of its virtual key; keys take turns. */
    String key();

    /** Class of its key, larger goes first. */
    int priority();

    /** Instant at which it first asked for room, nanoseconds. */
    long since();

    /** Memory that it holds while it waits. */
    int bytes();

    /**
     * Room was found and debited.
     *
     * @param reservation its number, never 0
     * @param candidate index into the candidates
     * @param expiresAt instant from which the head may no longer be written
     * @param queuedNanos how long it waited
     */
    void granted(long reservation, int candidate, long expiresAt, long queuedNanos);

    /**
     * There is no room; nothing is debited.
     *
     * @param failure whose limit, and when room is expected
     * @param obstacles for operators, one sentence each
     * @param queuedNanos how long it waited
     */
    void denied(GatewayFailure failure, List<String> obstacles, long queuedNanos);
}
