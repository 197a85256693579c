/**
 * What this node knows of the health of its accounts, and what it does about it: it keeps and exchanges what was said of
 * them. Knows no other part of the node: it hears attempts, and tells lanes, by messages.
 */
@NullMarked
package io.sluice.health;

import org.jspecify.annotations.NullMarked;
