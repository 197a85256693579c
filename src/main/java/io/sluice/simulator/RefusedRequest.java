package io.sluice.simulator;

/** Ends the reading of a request that the provider refuses; carries no stack trace, for it is an answer. */
final class RefusedRequest extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ProviderError error;

    RefusedRequest(ProviderError error) {
        super(error.body(), null, false, false);
        this.error = error;
    }

    /** What to answer. */
    ProviderError error() {
        return error;
    }
}
