package io.sluice.domain.lease;

/** A queue of numbers without garbage. */
final class NumberQueue {
    private long[] ring = new long[64];
    private int first;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    long first() {
        return ring[first];
    }

    void remove() {
        first = first + 1 & ring.length - 1;
        size--;
    }

    void add(long number) {
        if (size == ring.length) {
            long[] larger = new long[2 * size];
            System.arraycopy(ring, first, larger, 0, size - first);
            System.arraycopy(ring, 0, larger, size - first, first);
            ring = larger;
            first = 0;
        }
        ring[first + size & ring.length - 1] = number;
        size++;
    }
}
