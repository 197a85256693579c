package io.sluice.admin.oidc;

/** The provider does not answer, or not as it should. */
final class ProviderFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message the end of a sentence for operators, without anything secret
     */
    ProviderFailure(String message) {
        super(message, null, false, false);
    }
}
