/**
 * The ledger's database: its pool, its migrations, and one repository for each kind of row, the SQL beside the method that
 * uses it. Everything here works through {@link io.sluice.store.Database}, on whatever context calls it.
 */
@NullMarked
package io.sluice.store;

import org.jspecify.annotations.NullMarked;
