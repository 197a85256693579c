/** Anthropic Messages. */
@NullMarked
package io.sluice.provider.anthropic;

import org.jspecify.annotations.NullMarked;
