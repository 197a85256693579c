package io.sluice.message;

import java.util.List;

/** Asks a lane which accounts have calls in flight. Request to {@link Address#providerCalls}; answered with {@link Shown}. */
public record ShowCalls() {
    /**
     * What is in flight in one lane.
     *
     * @param accounts those with any
     */
    public record Shown(List<AccountCalls> accounts) {
        /** Copies the list. */
        public Shown {
            accounts = List.copyOf(accounts);
        }
    }

    /**
     * Calls of an account.
     *
     * @param account {@code channel/account}
     * @param calls how many, at least 1; a realtime session is one
     */
    public record AccountCalls(String account, int calls) {}
}
