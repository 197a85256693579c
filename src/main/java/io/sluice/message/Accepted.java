package io.sluice.message;

/**
 * The usage record was taken.
 *
 * @param isSafe whether it will reach the ledger, also when the process is killed; otherwise that is counted
 */
public record Accepted(boolean isSafe) {
    /** It is safe. */
    public static final Accepted INSTANCE = new Accepted(true);

    /** It is not known to be safe. */
    public static final Accepted UNSAFE = new Accepted(false);
}
