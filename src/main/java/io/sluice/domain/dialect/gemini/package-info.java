/** Google Gemini {@code generateContent}. */
@NullMarked
package io.sluice.domain.dialect.gemini;

import org.jspecify.annotations.NullMarked;
