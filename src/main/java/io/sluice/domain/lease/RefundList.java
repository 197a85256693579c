package io.sluice.domain.lease;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is to be given back in a scope's next statement. Bounded: what is too much goes to an older instant. */
final class RefundList {
    private static final int MOST = 64;

    private final long[] instants = new long[MOST];
    private final long[][] amounts = new long[MOST][];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** Gives back units that were charged at an instant of the group's time. */
    void add(long chargedAt, long[] units) {
        int at = 0;
        while (at < size && instants[at] < chargedAt) {
            at++;
        }
        if (at < size && instants[at] == chargedAt) {
            sum(amounts[at], units);
        } else if (size == MOST) {
            // An older instant is always allowed; the oldest of all has to become older.
            int older = Math.max(0, at - 1);
            instants[older] = Math.min(instants[older], chargedAt);
            sum(amounts[older], units);
        } else {
            System.arraycopy(instants, at, instants, at + 1, size - at);
            System.arraycopy(amounts, at, amounts, at + 1, size - at);
            instants[at] = chargedAt;
            amounts[at] = units.clone();
            size++;
        }
    }

    /** Takes everything out, as a statement says it. */
    List<Refund> take() {
        if (size == 0) {
            return List.of();
        }
        List<Refund> refunds = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            refunds.add(new Refund(instants[i], Units.of(amounts[i])));
        }
        clear();
        return refunds;
    }

    void clear() {
        Arrays.fill(amounts, 0, size, null);
        size = 0;
    }

    private static void sum(long[] to, long[] units) {
        for (int d = 0; d < to.length; d++) {
            to[d] += units[d];
        }
    }
}
