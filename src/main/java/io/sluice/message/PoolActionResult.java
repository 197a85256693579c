package io.sluice.message;

import java.util.List;

/**
 * What became of a {@link PoolAction}. A list of no accounts, where the channel has some, does not happen.
 *
 * @param outcome of the whole
 * @param text one or two sentences for the operator
 * @param accounts each one that was meant
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
        /** It could not be done now, for example because another probe runs. */
        REFUSED
    }

    /**
     * One account.
     *
     * @param account {@code channel/account}
     * @param healthy how it stands after this; of a probe, whether the provider answered well
     * @param text what to know, one sentence; may be empty
     */
    public record AccountResult(String account, boolean healthy, String text) {}
}
