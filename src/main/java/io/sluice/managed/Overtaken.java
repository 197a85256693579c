package io.sluice.managed;

/** The row is not what the change was planned on. */
public final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says so. */
    public Overtaken() {
        super("it was changed at the same time", null, false, false);
    }
}
