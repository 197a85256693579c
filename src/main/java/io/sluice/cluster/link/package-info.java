/** Frames between nodes, over TCP connections of our own: they depend on nobody's view of who is a member. */
@NullMarked
package io.sluice.cluster.link;

import org.jspecify.annotations.NullMarked;
