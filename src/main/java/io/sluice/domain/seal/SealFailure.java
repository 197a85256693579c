package io.sluice.domain.seal;

/** Something sealed cannot be opened here. */
public final class SealFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean passes;

    /**
     * Says why.
     *
     * @param message one sentence for operators, without anything secret
     */
    public SealFailure(String message) {
        this(message, false);
    }

    /**
     * Says why.
     *
     * @param message one sentence for operators, without anything secret
     * @param passes whether it may open later, for a key service does not answer
     */
    public SealFailure(String message, boolean passes) {
        super(message, null, false, false);
        this.passes = passes;
    }

    /** Whether it may open later. */
    public boolean passes() {
        return passes;
    }
}
