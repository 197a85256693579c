package io.sluice.domain.budget;

/** What requests with a budget may do while the store does not answer, beyond what their node holds of it. */
public enum StoreDown {
    /** Spend the node's share of what was left when it answered last. */
    SPEND_SHARE,
    /** Nothing. */
    REFUSE,
    /** Everything; it is counted when the store is back. */
    ALLOW
}
