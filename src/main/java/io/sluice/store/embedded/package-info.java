/**
 * A PostgreSQL that the node runs for itself, for trying Sluice out. It is an ordinary server in the data directory, reached
 * on loopback with a password; everything here blocks. Knows nothing of what is kept in it.
 */
@NullMarked
package io.sluice.store.embedded;

import org.jspecify.annotations.NullMarked;
