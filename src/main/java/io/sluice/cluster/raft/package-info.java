/**
 * An agreed log: a port, and MicroRaft behind it. What is written to the log and what it means is none of its business.
 * Nothing outside of this package knows the library, so that another could take its place.
 */
@NullMarked
package io.sluice.cluster.raft;

import org.jspecify.annotations.NullMarked;
