/** Ollama's native {@code /api/chat} and {@code /api/embed}, as providers speak them. */
@NullMarked
package io.sluice.domain.dialect.ollama;

import org.jspecify.annotations.NullMarked;
