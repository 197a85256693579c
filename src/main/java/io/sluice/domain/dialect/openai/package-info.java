/** OpenAI chat completions. */
@NullMarked
package io.sluice.domain.dialect.openai;

import org.jspecify.annotations.NullMarked;
