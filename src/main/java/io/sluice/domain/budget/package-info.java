/** What keys and teams may spend, and in which time. Pure; money is in whole micro-units of the ledger's currency. */
@NullMarked
package io.sluice.domain.budget;

import org.jspecify.annotations.NullMarked;
