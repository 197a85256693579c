/**
 * The order in which candidates are tried, and what follows a failed attempt; pure.
 */
@NullMarked
package io.sluice.domain.routing;

import org.jspecify.annotations.NullMarked;
