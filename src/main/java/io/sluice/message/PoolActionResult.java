package io.sluice.message;

import java.util.List;

/**
 * What became of a {@link PoolAction}.
 *
 * @param outcome of the whole
 * @param text one or two sentences for the operator
 * @param accounts each one that was meant; empty when nothing was done
 */
public record PoolActionResult(Outcome outcome, String text, List<AccountResult> accounts) {
    /** Copies the list. */
    public PoolActionResult {
        accounts = List.copyOf(accounts);
    }

    /** What became of it. */
    public enum Outcome {
        /** It holds now on this node; the others hear it within about a second. */
        DONE,
        /** It was so before. */
        UNCHANGED,
        /** There is no such channel or account. */
        UNKNOWN,
        /** The files say otherwise, and they have to be changed first. */
        FILES_FORBID,
        /** It holds, but could not be written down: a restart of this node forgets it. */
        NOT_KEPT,
        /** It would have no effect, or is too much at once; the text says what to do. */
        REFUSED
    }

    /**
     * One account.
     *
     * @param account {@code channel/account}
     * @param good whether it may serve by the words of humans; of a probe, whether the provider answered well
     * @param text what to know, in a few words; may be empty
     */
    public record AccountResult(String account, boolean good, String text) {}
}
