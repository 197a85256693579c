/**
 * How a limit is shared by nodes: a node holds part of it for a short time, and says what it did with it.
 *
 * <p>{@link io.sluice.domain.lease.QuotaGroup} holds all windows; one of it runs inside a node that is alone, and one on
 * every voter of a cluster, fed by the same operations. {@link io.sluice.domain.lease.LeaseBook} is a node's side. They
 * know each other by {@link io.sluice.domain.lease.Renewal} and {@link io.sluice.domain.lease.Answer} only. Pure: no
 * clock, no threads, no libraries.
 */
@NullMarked
package io.sluice.domain.lease;

import org.jspecify.annotations.NullMarked;
