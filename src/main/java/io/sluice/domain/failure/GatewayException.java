package io.sluice.domain.failure;

/** Carries a {@link GatewayFailure} through code that signals by exception. Has no stack trace: it is an answer. */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient GatewayFailure failure;

    /**
     * Wraps a failure.
     *
     * @param failure what went wrong
     */
    public GatewayException(GatewayFailure failure) {
        super(failure.message(), null, false, false);
        this.failure = failure;
    }

    /** What went wrong. */
    public GatewayFailure failure() {
        return failure;
    }
}
