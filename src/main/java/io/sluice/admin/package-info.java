/**
 * The admin port: health, metrics, the effective configuration.
 */
@NullMarked
package io.sluice.admin;

import org.jspecify.annotations.NullMarked;
