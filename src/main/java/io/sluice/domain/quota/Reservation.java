package io.sluice.domain.quota;

import java.util.ArrayList;
import java.util.List;

/**
 * One attempt's units, and those of its request's key. Reused after its end: nothing is allocated per request.
 *
 * <pre>
 *   FREE ──reserve──▶ OPEN ──settle──────────────▶ FREE
 *                      │ └──settle, keepKey──▶ KEPT ──settle──▶ FREE
 *                      └──replaced──▶ FREE       └──replaced──▶ FREE
 * </pre>
 */
final class Reservation {
    /** Where a reservation stands. */
    enum Phase {
        /** Not in use. */
        FREE,
        /** Debited, the attempt is under way. */
        OPEN,
        /** The attempt is settled; the key's units wait for the request's next attempt or its end. */
        KEPT
    }

    private final Debit account = new Debit();
    private Debit key = new Debit();
    private Phase phase = Phase.FREE;
    private long number;

    /** What was taken from one side's scopes. */
    static final class Debit {
        final List<ScopeState> scopes = new ArrayList<>(4);
        Estimate estimate = Estimate.NONE;
        /** When it was granted. */
        long grantedAt;
        /** Where its units are charged. */
        long chargedAt;
        /** The reservation that charged them first. */
        long chargedBy;
        /** Whether anything of it was sent, so that its request counts. */
        boolean sent;
    }

    void open(long newNumber) {
        number = newNumber;
        phase = Phase.OPEN;
    }

    void keep() {
        phase = Phase.KEPT;
    }

    void free() {
        number = 0;
        phase = Phase.FREE;
    }

    long number() {
        return number;
    }

    Phase phase() {
        return phase;
    }

    Debit account() {
        return account;
    }

    Debit key() {
        return key;
    }

    /** Hands the key's debit to a later attempt of the same request. */
    void passKeyTo(Reservation next) {
        Debit handed = key;
        key = next.key;
        next.key = handed;
    }
}
