package io.sluice.admin.oidc;

/** A token or a log-in that is not taken. */
public final class OidcRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What is wrong. */
    public enum Kind {
        /** The token, or the code of a log-in, is not good: forged, over, or for somebody else. */
        INVALID,
        /** The provider vouches for the person, who has no role or team here. */
        NOT_ALLOWED,
        /** The provider did not answer, so nobody knows. */
        UNREADY
    }

    /**
     * Says why.
     *
     * @param kind what is wrong
     * @param message one or two sentences for whoever asked, without anything secret
     */
    OidcRefusal(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static OidcRefusal invalid(String message) {
        return new OidcRefusal(Kind.INVALID, message);
    }

    static OidcRefusal notAllowed(String message) {
        return new OidcRefusal(Kind.NOT_ALLOWED, message);
    }

    static OidcRefusal unready() {
        return new OidcRefusal(
                Kind.UNREADY, "The OpenID provider has not answered this node yet, so its tokens cannot be checked.");
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }
}
