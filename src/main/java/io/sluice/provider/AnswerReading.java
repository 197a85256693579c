package io.sluice.provider;

import io.sluice.domain.sse.ResponseTap;
import org.jspecify.annotations.Nullable;

/** Reads the answer of status 200 to one request. Keeps nothing of the request's text. */
@FunctionalInterface
public interface AnswerReading {
    /**
     * Begins to read. Called once.
     *
     * @param contentType the answer's {@code Content-Type}, lower case; empty when it has none
     * @return null when the type is none that answers this request
     */
    @Nullable
    ResponseTap tap(String contentType);
}
