package io.sluice.store;

/** The database's schema is not one that this program can bring to its own, or work with. */
public final class SchemaMismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message one line for the operator, with what to do
     */
    public SchemaMismatch(String message) {
        super(message, null, false, false);
    }
}
