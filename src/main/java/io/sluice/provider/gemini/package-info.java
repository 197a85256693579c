/** Google Gemini, through AI Studio and through Vertex AI. */
@NullMarked
package io.sluice.provider.gemini;

import org.jspecify.annotations.NullMarked;
