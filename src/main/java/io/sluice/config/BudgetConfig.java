package io.sluice.config;

import io.sluice.domain.budget.StoreDown;
import java.time.Duration;

/**
 * How budgets are kept on the node.
 *
 * @param whenStoreDown what may be spent while the store does not answer, beyond what the node holds
 * @param maxWait how long a request waits for its money at most
 */
public record BudgetConfig(StoreDown whenStoreDown, Duration maxWait) {
    /** The node's share of what was left, and two seconds. */
    public static final BudgetConfig DEFAULT = new BudgetConfig(StoreDown.SPEND_SHARE, Duration.ofSeconds(2));
}
