/**
 * Takes the usage record of each request; until there is a ledger, metrics and the access log.
 */
@NullMarked
package io.sluice.usage;

import org.jspecify.annotations.NullMarked;
