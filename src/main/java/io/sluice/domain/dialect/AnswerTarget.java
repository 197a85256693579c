package io.sluice.domain.dialect;

/**
 * What an answer says besides what the provider said.
 *
 * @param id unique, from letters, digits and hyphens: what an encoder makes ids of, after its dialect's prefix
 * @param model the name of the model that the client may know
 * @param includeUsage whether the usage is told at the end of a stream, in dialects where a client asks for that
 * @param created seconds since 1970
 * @param array whether a stream is written as one JSON array that arrives in pieces, as Gemini's is when the client did
 *     not ask for {@code alt=sse}; other dialects have no such form
 */
public record AnswerTarget(String id, String model, boolean includeUsage, long created, boolean array) {
    /** An answer in the dialect's usual form. */
    public AnswerTarget(String id, String model, boolean includeUsage, long created) {
        this(id, model, includeUsage, created, false);
    }
}
