/**
 * The usage journal on the node's disk: records are appended in groups by one thread, and read back in order until they are in
 * the ledger. Knows files, and nothing of the event bus or of where records end up.
 */
@NullMarked
package io.sluice.usage.journal;

import org.jspecify.annotations.NullMarked;
