/** Ollama's native API. */
@NullMarked
package io.sluice.provider.ollama;

import org.jspecify.annotations.NullMarked;
