package io.sluice.domain.quota;

/** Where every change of a window is written, before it takes effect in memory. Called on the thread of the windows' owner. */
@FunctionalInterface
public interface Journal {
    /** Writes nothing. */
    Journal NONE = (now, counted, instant, units) -> {};

    /**
     * Units were charged, or given back.
     *
     * @param now the present instant, nanoseconds
     * @param counted whose window
     * @param instant when the charge counts from, nanoseconds
     * @param units negative for what is given back
     */
    void add(long now, Counted counted, long instant, long units);

    /** A window that a journal keeps. */
    interface Counted {
        /** Id of the scope. */
        String scope();

        /** The limit in force, or the last one that was. */
        Limit limit();

        /** The day that a calendar window counts, or {@link DayWindow#UNKNOWN}; a change of it comes with a tag of 0. */
        long day();

        /** A mark that belongs to the journal; 0 at first. */
        long tag();

        /** Sets the journal's mark. */
        void tag(long value);
    }
}
