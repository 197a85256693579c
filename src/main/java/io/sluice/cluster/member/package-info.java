/**
 * Who is in the cluster, and what everyone may see a little late: members, revisions, counters, and what providers said of
 * accounts. Hazelcast carries it. Nothing here decides about limits, and nothing of it is needed to grant.
 */
@NullMarked
package io.sluice.cluster.member;

import org.jspecify.annotations.NullMarked;
