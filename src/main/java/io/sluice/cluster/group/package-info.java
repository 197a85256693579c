/**
 * The group that holds all limit windows of a cluster: which nodes belong to it, how it is founded, and how a node's
 * renewals get to whoever leads it.
 *
 * <p>{@link io.sluice.cluster.group.Founding} and {@link io.sluice.cluster.group.Roster} decide, and know no clock and no
 * network; {@link io.sluice.cluster.group.GroupNode} does what they say, on any loop and link, simulated ones too;
 * {@link io.sluice.cluster.group.GroupVerticle} gives it the real ones.
 */
@NullMarked
package io.sluice.cluster.group;

import org.jspecify.annotations.NullMarked;
