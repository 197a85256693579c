package io.sluice.domain.media;

/**
 * Why something was not fetched. A client may see it: whether nobody answered, somebody refused, or an address must not be
 * asked is one and the same reason, for the difference would tell about networks that the client cannot see.
 */
public enum MediaRefusal {
    /** Not an http or https address. */
    NO_ADDRESS("is not an http or https address without user name and password"),
    /** Its host or port is none that the channel's rules let ask. */
    NOT_ALLOWED("is at a host or port that the gateway does not fetch from"),
    /** Everything that may go wrong on the network. */
    UNREACHABLE("could not be fetched"),
    /** More bytes than allowed. */
    TOO_LARGE("is larger, alone or with the others of the request, than the gateway fetches"),
    /** Another type than the field is for, or not what it says it is. */
    WRONG_TYPE("is of a type that does not belong here, or is not what its server says it is"),
    /** The request names too many. */
    TOO_MANY("is one of more addresses than the gateway fetches for one request");

    private final String reason;

    MediaRefusal(String reason) {
        this.reason = reason;
    }

    /** The end of a sentence that begins with the field's name. */
    public String reason() {
        return reason;
    }
}
