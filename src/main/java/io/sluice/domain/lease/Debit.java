package io.sluice.domain.lease;

import io.sluice.domain.quota.Estimate;
import java.util.ArrayList;
import java.util.List;

/**
 * What was taken from one side's scopes, the key's or the candidate's. Reused after its end.
 *
 * <pre>
 *   FREE ──take──▶ HELD ──write seen──▶ WRITTEN ──in a statement──▶ TOLD ──answered──▶ CHARGED
 *                    └──past its expiry, in a statement──────────────▲
 * </pre>
 *
 * Every state ends by {@link #settle}, {@link #giveBack} or {@link #leave}; {@link #rest} ends it but for its places.
 */
final class Debit {
    /** Where its units are. */
    enum State {
        /** Nothing was taken. */
        FREE,
        /** They are part of the lease. */
        HELD,
        /** They are part of what the next statement calls written. */
        WRITTEN,
        /** The statement in flight called them written. */
        TOLD,
        /** The group charged them as written, at {@link #chargedAt}. */
        CHARGED,
        /** A group that does not know this client any more charged them; nothing can be given back. */
        FOREIGN
    }

    final List<ScopeLease> scopes = new ArrayList<>(4);
    final long[] units = new long[Units.DIMENSIONS];
    State state = State.FREE;
    /** Tokens that were asked for. */
    long tokens;
    /** When it was granted. */
    long grantedAt;
    /** When it may no longer be written. */
    long expiresAt;
    /** The group's time at which it was charged as written. */
    long chargedAt;
    /** The renewal that called it written. */
    long toldBy;
    /** Whether anything of it was sent, so that its request counts. */
    boolean sent;

    /** Takes an estimate's units from the scopes in {@link #scopes}. */
    void take(long now, long expiry, Estimate estimate) {
        for (int d = 0; d < units.length; d++) {
            units[d] = estimate.units(ScopeLease.DIMENSIONS[d]);
        }
        tokens = estimate.tokens();
        grantedAt = now;
        expiresAt = expiry;
        toldBy = 0;
        sent = false;
        state = State.HELD;
        for (int i = 0; i < scopes.size(); i++) {
            scopes.get(i).reserve(units);
        }
    }

    /** It was written: the next statement says so. Its units stay. */
    void written() {
        if (state == State.HELD) {
            for (int i = 0; i < scopes.size(); i++) {
                scopes.get(i).write(units, units);
            }
            state = State.WRITTEN;
        }
    }

    /** A renewal calls it written. */
    void tell(long renewal) {
        if (state == State.WRITTEN) {
            state = State.TOLD;
            toldBy = renewal;
        }
    }

    /** The renewal was answered. */
    void charged(long renewal, long time) {
        if (state == State.TOLD && toldBy == renewal) {
            state = State.CHARGED;
            chargedAt = time;
        }
    }

    /** The client starts over: the group's charge stays where it is. */
    void foreign() {
        if (state != State.FREE) {
            state = State.FOREIGN;
        }
    }

    /** It arrived later than the turn that wrote it: charged once more. */
    void writtenLate() {
        written();
        for (int i = 0; i < scopes.size(); i++) {
            scopes.get(i).chargeAgain(units);
        }
    }

    /** Nothing was sent. */
    void giveBack() {
        unspend();
        leave();
    }

    private void unspend() {
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease scope = scopes.get(i);
            if (state == State.HELD) {
                scope.release(units);
            } else {
                less(scope, units);
            }
        }
    }

    /** Something was sent, and this was used of it. */
    void settle(Estimate actual) {
        spend(actual);
        leave();
    }

    /**
     * Its units are settled; its places stay taken.
     *
     * @param sent whether anything was sent; else all units go back
     * @param actual what was used
     */
    void rest(boolean sent, Estimate actual) {
        if (sent) {
            spend(actual);
        } else {
            unspend();
        }
        state = State.FREE;
    }

    private void spend(Estimate actual) {
        long[] used = new long[0];
        for (int i = 0; i < scopes.size(); i++) {
            ScopeLease scope = scopes.get(i);
            if (state == State.HELD) {
                scope.write(units, actual);
                continue;
            }
            for (int d = 0; d < units.length; d++) {
                long over = actual.units(ScopeLease.DIMENSIONS[d]) - units[d];
                if (over > 0) {
                    scope.overrun(d, over);
                } else if (over < 0) {
                    if (used.length == 0) {
                        used = new long[units.length];
                    }
                    used[d] = -over;
                }
            }
            if (used.length > 0) {
                less(scope, used);
            }
        }
    }

    /** Frees its places in flight; its units stay. */
    void leave() {
        for (int i = 0; i < scopes.size(); i++) {
            scopes.get(i).leave();
        }
        scopes.clear();
        state = State.FREE;
    }

    private void less(ScopeLease scope, long[] amounts) {
        switch (state) {
            case WRITTEN -> scope.unwrite(amounts);
            case TOLD -> scope.refundInFlight(amounts);
            case CHARGED -> scope.refund(chargedAt, amounts);
            case FREE, HELD, FOREIGN -> {}
        }
    }
}
