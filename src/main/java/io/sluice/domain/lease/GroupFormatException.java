package io.sluice.domain.lease;

/** Bytes that are none of ours, damaged, or of a version this program does not know. */
public final class GroupFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param message for an operator
     */
    public GroupFormatException(String message) {
        super(message);
    }
}
