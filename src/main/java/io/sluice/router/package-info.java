/**
 * Turns a model name into an ordered list of candidates, by the latest pictures of health and headroom.
 *
 * <p>Must not import {@code ingress}, {@code provider} or {@code quota}.
 */
@NullMarked
package io.sluice.router;

import org.jspecify.annotations.NullMarked;
