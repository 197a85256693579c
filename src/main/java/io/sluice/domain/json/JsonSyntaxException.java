package io.sluice.domain.json;

/** The text is not JSON as RFC 8259 has it, or is over a bound. Has no stack trace: bad input is not a defect. */
public final class JsonSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param reason what, in a few words that hold nothing of the text
     * @param offset byte in the text where it was noticed
     */
    public JsonSyntaxException(String reason, int offset) {
        super(reason + " at byte " + offset, null, false, false);
    }
}
