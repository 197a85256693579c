/**
 * Virtual keys: their hashes, rights and networks.
 */
@NullMarked
package io.sluice.domain.key;

import org.jspecify.annotations.NullMarked;
