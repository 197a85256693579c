package io.sluice.bench;

import io.vertx.core.buffer.Buffer;

/** Reads one event stream as it comes: how far its events are apart, and whether it was complete. */
final class EventGaps {
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final Tally gaps;
    private long last = -1;
    private boolean lineEmpty;
    private int doneSeen;

    /**
     * Reads a stream.
     *
     * @param gaps takes the nanoseconds between two events
     */
    EventGaps(Tally gaps) {
        this.gaps = gaps;
    }

    /**
     * Takes the next piece.
     *
     * @param piece any number of bytes
     * @param now nanoseconds
     * @param count whether gaps that end now are recorded
     */
    void take(Buffer piece, long now, boolean count) {
        for (byte each : piece.getBytes()) {
            if (doneSeen < DONE.length) {
                doneSeen = each == DONE[doneSeen] ? doneSeen + 1 : each == DONE[0] ? 1 : 0;
            }
            if (each == '\n') {
                if (lineEmpty) {
                    event(now, count);
                }
                lineEmpty = true;
            } else if (each != '\r') {
                lineEmpty = false;
            }
        }
    }

    private void event(long now, boolean count) {
        if (count && last >= 0) {
            gaps.took(now - last);
        }
        last = now;
    }

    /** Whether {@code [DONE]} was read. */
    boolean complete() {
        return doneSeen == DONE.length;
    }
}
