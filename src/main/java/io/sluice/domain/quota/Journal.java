package io.sluice.domain.quota;

/** Where every change of a window is written, before it takes effect in memory. Called on the book's thread. */
@FunctionalInterface
public interface Journal {
    /** Writes nothing. */
    Journal NONE = (now, limit, instant, units) -> {};

    /**
     * Units were charged, or given back.
     *
     * @param now the present instant, nanoseconds
     * @param limit whose window
     * @param instant when the charge counts from, nanoseconds
     * @param units negative for what is given back
     */
    void add(long now, LimitState limit, long instant, long units);
}
