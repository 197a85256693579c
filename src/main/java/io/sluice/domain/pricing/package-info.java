/** What requests cost: prices by token kind, and what they make of a usage. Pure; money is in whole micro-units. */
@NullMarked
package io.sluice.domain.pricing;

import org.jspecify.annotations.NullMarked;
