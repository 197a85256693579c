/**
 * The node's money: a verticle that keeps {@link io.sluice.domain.budget.BudgetBook} in step with the ledger. No other verticle
 * is imported here.
 */
@NullMarked
package io.sluice.budget;

import org.jspecify.annotations.NullMarked;
