/**
 * Sealing of secrets that are kept in the store: envelope encryption with AES-256-GCM. Pure Java; knows no file, no
 * configuration and no database.
 */
@NullMarked
package io.sluice.domain.seal;

import org.jspecify.annotations.NullMarked;
