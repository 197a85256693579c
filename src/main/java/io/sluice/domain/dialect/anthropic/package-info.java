/** Anthropic messages. */
@NullMarked
package io.sluice.domain.dialect.anthropic;

import org.jspecify.annotations.NullMarked;
