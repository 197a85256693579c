/** OpenAI responses. */
@NullMarked
package io.sluice.domain.dialect.responses;

import org.jspecify.annotations.NullMarked;
