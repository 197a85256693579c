/**
 * The HTTP edge: authenticates, bounds and scans a request, drives its exchange, and writes the answer.
 *
 * <p>Must not import {@code router}, {@code provider} or {@code quota}; they are reached by messages.
 */
@NullMarked
package io.sluice.ingress;

import org.jspecify.annotations.NullMarked;
