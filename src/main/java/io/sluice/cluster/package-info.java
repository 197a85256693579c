/**
 * What makes several nodes one gateway: the link between them, the group that holds the limit windows together, and who is
 * there. Nothing of it runs on a node that is alone.
 */
@NullMarked
package io.sluice.cluster;

import org.jspecify.annotations.NullMarked;
