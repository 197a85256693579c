/**
 * Limits and the windows that keep them; integers only, time is an argument (nanoseconds, monotonic).
 */
@NullMarked
package io.sluice.domain.quota;

import org.jspecify.annotations.NullMarked;
