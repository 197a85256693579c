/**
 * Fetches what requests only name the address of, for providers that need the bytes. Clients choose these addresses: no
 * connection is made that {@link io.sluice.provider.fetch.MediaNetwork} does not allow.
 */
@NullMarked
package io.sluice.provider.fetch;

import org.jspecify.annotations.NullMarked;
