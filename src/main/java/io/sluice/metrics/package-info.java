/**
 * Meter names and tags, in one place.
 */
@NullMarked
package io.sluice.metrics;

import org.jspecify.annotations.NullMarked;
