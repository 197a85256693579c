/**
 * The health of the pool on one node: who cools, who is dead, which circuits are open, and the way back. Its decisions are
 * in {@code domain/health}; lanes see snapshots of it. Knows nothing of ingress, router and provider client but messages.
 */
@NullMarked
package io.sluice.health;

import org.jspecify.annotations.NullMarked;
