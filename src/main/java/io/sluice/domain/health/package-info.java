/**
 * What recent attempts say about candidates: cooldowns and their ends.
 */
@NullMarked
package io.sluice.domain.health;

import org.jspecify.annotations.NullMarked;
