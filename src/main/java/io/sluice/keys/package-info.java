/**
 * The virtual keys that are managed by API, as this node knows them: read from the database and followed, kept on the disk for
 * the time when it is away, and put into {@link io.sluice.domain.key.StoredKeys} for whoever looks keys up.
 */
@NullMarked
package io.sluice.keys;

import org.jspecify.annotations.NullMarked;
