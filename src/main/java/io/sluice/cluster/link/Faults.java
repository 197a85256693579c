package io.sluice.cluster.link;

/** What a broken connection says of itself, for the log. */
final class Faults {
    private static final int MAX_TEXT = 200;

    private Faults() {}

    /** The innermost cause, in a bounded line: it may hold bytes of a stranger. */
    static String text(Throwable fault) {
        Throwable cause = fault;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.length() > MAX_TEXT ? message.substring(0, MAX_TEXT) + "…" : message;
    }
}
