package io.sluice.store;

/** A question about usage that is not answered: it takes too long, or too many are asked at once. */
public final class UsageTooMuch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean busy;

    UsageTooMuch(boolean busy) {
        super(busy ? "too many questions at once" : "the question takes too long", null, false, false);
        this.busy = busy;
    }

    /** Whether it is worth another try in a moment. */
    public boolean isBusy() {
        return busy;
    }
}
