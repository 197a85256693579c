package io.sluice.domain.dialect;

/**
 * What an answer says besides what the provider said.
 *
 * @param id unique, from letters, digits and hyphens: what an encoder makes ids of, after its dialect's prefix
 * @param model the name of the model that the client may know
 * @param includeUsage whether the usage is told at the end of a stream, in dialects where a client asks for that
 * @param created seconds since 1970
 * @param arrayStream whether the pieces of a stream are the elements of one JSON array instead of events, in dialects
 *     where a client may ask for that: Gemini's {@code :streamGenerateContent} without {@code alt=sse}
 */
public record AnswerTarget(String id, String model, boolean includeUsage, long created, boolean arrayStream) {
    /** Streams are of events. */
    public AnswerTarget(String id, String model, boolean includeUsage, long created) {
        this(id, model, includeUsage, created, false);
    }
}
