package io.sluice.domain.lease;

import io.sluice.domain.lease.Reservation.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reservations by number, without hashing and without garbage: a number is a running count above the index of its place.
 * Numbers grow and never return, so that a late or repeated one finds nothing.
 */
final class ReservationTable {
    private static final int PLACE_BITS = 20;

    private final List<Reservation> places = new ArrayList<>();
    private int[] free = new int[64];
    private int freeCount;
    private long count;
    private int turn;

    /** Opens a place. */
    Reservation open() {
        if (freeCount == 0) {
            if (places.size() == 1 << PLACE_BITS) {
                throw new IllegalStateException("a million reservations are open: they are not being settled");
            }
            push(places.size());
            places.add(new Reservation());
        }
        int place = free[--freeCount];
        Reservation reservation = places.get(place);
        reservation.open(++count << PLACE_BITS | place);
        return reservation;
    }

    /** The reservation of a number; null when there is none, or none any more. */
    @Nullable
    Reservation find(long number) {
        int place = (int) (number & ((1 << PLACE_BITS) - 1));
        if (place >= places.size()) {
            return null;
        }
        Reservation reservation = places.get(place);
        return reservation.phase() != Phase.FREE && reservation.number() == number ? reservation : null;
    }

    /** Gives a place back. */
    void close(Reservation reservation) {
        int place = (int) (reservation.number() & ((1 << PLACE_BITS) - 1));
        reservation.free();
        push(place);
    }

    /** How many places there are, in use or not. */
    int places() {
        return places.size();
    }

    /** The place whose turn it is, in use or not; there must be one. */
    Reservation inTurn() {
        turn = turn + 1 < places.size() ? turn + 1 : 0;
        return places.get(turn);
    }

    /** Shows every one that is not free. */
    void forEach(Consumer<Reservation> sink) {
        for (Reservation reservation : places) {
            if (reservation.phase() != Phase.FREE) {
                sink.accept(reservation);
            }
        }
    }

    /** How many are open. */
    int size() {
        return places.size() - freeCount;
    }

    private void push(int place) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = place;
    }
}
