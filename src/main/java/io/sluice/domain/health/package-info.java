/**
 * How the pool stands: what attempts say about candidates, and what humans and the gateway said of accounts.
 */
@NullMarked
package io.sluice.domain.health;

import org.jspecify.annotations.NullMarked;
