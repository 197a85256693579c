/**
 * The simulated provider and its oracle. Shares no code with {@code quota}, {@code provider}, {@code ingress} and
 * {@code domain.quota}: it judges them.
 */
@NullMarked
package io.sluice.simulator;

import org.jspecify.annotations.NullMarked;
