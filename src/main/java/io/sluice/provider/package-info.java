/**
 * Opens exchanges with providers, one adapter per wire dialect.
 *
 * <p>Must not import {@code ingress}, {@code router} or {@code quota}.
 */
@NullMarked
package io.sluice.provider;

import org.jspecify.annotations.NullMarked;
