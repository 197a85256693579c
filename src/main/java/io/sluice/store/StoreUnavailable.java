package io.sluice.store;

/** The database does not answer; nobody knows whether what was under way has happened. */
public final class StoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message one sentence for operators, without secrets
     */
    public StoreUnavailable(String message) {
        super(message, null, false, false);
    }
}
