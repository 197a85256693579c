package io.sluice.message;

/** The usage record is safe. */
public record Accepted() {
    /** The only one needed. */
    public static final Accepted INSTANCE = new Accepted();
}
