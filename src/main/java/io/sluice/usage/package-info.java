/**
 * Takes the usage record of each request: metrics, the access log, and by way of the journal the ledger.
 */
@NullMarked
package io.sluice.usage;

import org.jspecify.annotations.NullMarked;
