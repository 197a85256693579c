/**
 * The node's single writer of quota state, and the log that keeps it over a restart.
 *
 * <p>Must not import {@code ingress}, {@code router} or {@code provider}.
 */
@NullMarked
package io.sluice.quota;

import org.jspecify.annotations.NullMarked;
