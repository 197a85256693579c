package io.sluice.cluster.raft;

/** Bytes from another node that are damaged, or of a form this program does not know. */
public final class WireFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Says what is wrong.
     *
     * @param message for an operator
     */
    public WireFormatException(String message) {
        super(message);
    }
}
