/** Files that the node keeps for itself: who may read them, and that one process has them at a time. Knows nobody. */
@NullMarked
package io.sluice.disk;

import org.jspecify.annotations.NullMarked;
