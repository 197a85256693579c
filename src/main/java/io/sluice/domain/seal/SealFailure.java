package io.sluice.domain.seal;

/** Something sealed cannot be opened here. */
public final class SealFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message one sentence for operators, without anything secret
     */
    public SealFailure(String message) {
        super(message, null, false, false);
    }
}
