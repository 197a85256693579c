/**
 * Configuration that is managed by API: its documents and their secrets, how a node keeps up with the store, and its copy on
 * disk. Works through {@link io.sluice.store.Database} and hands {@link io.sluice.config.StoredEntry} to the loader.
 */
@NullMarked
package io.sluice.managed;

import org.jspecify.annotations.NullMarked;
