package io.sluice.managed;

/** The files have errors at the moment, so that no change can be checked against them. */
public final class FilesInvalid extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param error the first of them
     */
    public FilesInvalid(String error) {
        super(error, null, false, false);
    }
}
