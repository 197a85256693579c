package io.sluice.domain.quota;

/** A limit and the window that keeps it. Confined to its book's thread. */
public final class LimitState implements Journal.Counted {
    private final String scope;
    private final SlidingWindow window;
    private final long since;
    private Limit limit;
    private long tag;

    /**
     * Makes an empty one.
     *
     * @param scope id of the scope
     * @param limit the limit
     * @param window its window, empty
     * @param since number of the first reservation that is charged here; earlier ones have nothing to give back
     */
    LimitState(String scope, Limit limit, SlidingWindow window, long since) {
        this.scope = scope;
        this.limit = limit;
        this.window = window;
        this.since = since;
    }

    @Override
    public String scope() {
        return scope;
    }

    @Override
    public Limit limit() {
        return limit;
    }

    @Override
    public long tag() {
        return tag;
    }

    @Override
    public void tag(long value) {
        tag = value;
    }

    @Override
    public long day() {
        return DayWindow.UNKNOWN;
    }

    /** Units that still fit; never negative. */
    public long free(long now) {
        return Math.max(0, limit.amount() - window.used(now));
    }

    /** The free share in thousandths, 0 to 1000. */
    public int freePermille(long now) {
        long free = free(now);
        // Amounts beyond this would overflow; dividing first loses nothing that matters then.
        return (int)
                (limit.amount() > Long.MAX_VALUE / 1000
                        ? free / (limit.amount() / 1000)
                        : free * 1000 / limit.amount());
    }

    /** The first instant at which so many units fit; the limit's whole amount at most. */
    public long fitsAt(long now, long units) {
        return window.dropsTo(now, limit.amount() - units);
    }

    SlidingWindow window() {
        return window;
    }

    boolean charged(long reservation) {
        return reservation >= since;
    }

    boolean keeps(Limit other) {
        return limit.dimension() == other.dimension() && limit.window().equals(other.window());
    }

    void become(Limit other) {
        limit = other;
    }
}
