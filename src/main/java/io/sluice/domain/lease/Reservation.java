package io.sluice.domain.lease;

/**
 * One attempt's units, and those of its request's key. Reused after its end: nothing is allocated per request.
 *
 * <pre>
 *   FREE ──reserve──▶ OPEN ──settle──────────────▶ FREE
 *                      │ └──settle, keepKey──▶ KEPT ──settle──▶ FREE
 *                      ├──replaced──▶ FREE       └──replaced──▶ FREE
 *                      └──rest──▶ RESTING ──settle, replaced──▶ FREE
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
        KEPT,
        /** Its units are settled; its places in flight are those of a session between two responses. */
        RESTING
    }

    private final Debit account = new Debit();
    private Debit key = new Debit();
    private Phase phase = Phase.FREE;
    private long number;

    void open(long newNumber) {
        number = newNumber;
        phase = Phase.OPEN;
    }

    void keep() {
        phase = Phase.KEPT;
    }

    void rest() {
        phase = Phase.RESTING;
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

    /** Takes the key's debit out, for a later attempt of the same request. */
    Debit detachKey() {
        Debit paid = key;
        key = new Debit();
        return paid;
    }

    /** Takes over what the key paid at an earlier attempt. */
    void attachKey(Debit paid) {
        key = paid;
    }
}
