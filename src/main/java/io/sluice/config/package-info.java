/**
 * Files to immutable records: one loader that reports every error at once, and the watch that reloads.
 */
@NullMarked
package io.sluice.config;

import org.jspecify.annotations.NullMarked;
