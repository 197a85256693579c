package io.sluice.domain.media;

/** Something must not, or cannot, be fetched. */
public final class RefusedMediaException extends Exception {
    private static final long serialVersionUID = 1;

    private final MediaRefusal refusal;

    /**
     * A refusal.
     *
     * @param refusal why
     */
    public RefusedMediaException(MediaRefusal refusal) {
        super(refusal.reason(), null, false, false);
        this.refusal = refusal;
    }

    /** Why. */
    public MediaRefusal refusal() {
        return refusal;
    }
}
