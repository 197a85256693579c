/**
 * What Sluice knows without any machinery: the pool, keys, limits, failures and formats.
 *
 * <p>Pure Java: no Vert.x, SQL, logging or wall clock below this package; time and randomness are arguments.
 */
@NullMarked
package io.sluice.domain;

import org.jspecify.annotations.NullMarked;
