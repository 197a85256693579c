package io.sluice.domain.sse;

import io.sluice.domain.sse.ResponseTap.Sink;

/** Joins neighbouring ranges of the piece that is being fed, so that a piece with nothing to change is passed at once. */
final class PassedRun {
    private int from;
    private int to;

    /** Forgets what was; a new piece begins. */
    void reset() {
        from = 0;
        to = 0;
    }

    /** Lets a range through: later than all before it. */
    void pass(int start, int end, Sink out) {
        if (start != to) {
            flush(out);
            from = start;
        }
        to = end;
    }

    /** Leaves out what comes before {@code start} and is not yet let through. */
    void skipTo(int start) {
        from = start;
        to = start;
    }

    /** Hands over what is pending; needed before anything else is written. */
    void flush(Sink out) {
        if (to > from) {
            out.pass(from, to - from);
        }
        from = to;
    }
}
