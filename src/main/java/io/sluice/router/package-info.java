/**
 * Turns a model name into an ordered list of candidates; holds the health view of its lane.
 *
 * <p>Must not import {@code ingress}, {@code provider} or {@code quota}.
 */
@NullMarked
package io.sluice.router;

import org.jspecify.annotations.NullMarked;
