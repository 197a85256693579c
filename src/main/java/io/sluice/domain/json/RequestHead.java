package io.sluice.domain.json;

import io.sluice.domain.stored.StoredCall;
import org.jspecify.annotations.Nullable;

/**
 * What a request says outside of its body: in its path, its query and the few headers that a provider's adapter may need.
 *
 * @param model the model that the path names, decoded; null where the body names it
 * @param stream whether the path asks for a stream; false where the body says so
 * @param arrayStream whether the pieces of a stream are to come as the elements of one JSON array instead of as events:
 *     Gemini's {@code :streamGenerateContent} without {@code alt=sse}
 * @param anthropicVersion {@code anthropic-version}, visible ASCII, at most 64 characters; empty when the client names none
 * @param anthropicBeta {@code anthropic-beta}: words of visible ASCII joined by commas, at most 2 048 characters; empty
 *     when the client names none
 * @param stored what is asked of an object that a provider keeps; null where the body says what is asked
 */
public record RequestHead(
        @Nullable String model,
        boolean stream,
        boolean arrayStream,
        String anthropicVersion,
        String anthropicBeta,
        @Nullable StoredCall stored) {
    /** Everything stands in the body. */
    public static final RequestHead NONE = new RequestHead(null, false, false, "", "", null);

    /**
     * A path that names the model, as Gemini's do.
     *
     * @param model decoded
     * @param stream whether it asks for a stream
     * @param arrayStream whether that comes as a JSON array
     */
    public static RequestHead ofPath(String model, boolean stream, boolean arrayStream) {
        return new RequestHead(model, stream, arrayStream, "", "", null);
    }

    /**
     * An Anthropic client's headers.
     *
     * @param version {@code anthropic-version}; empty for none
     * @param beta {@code anthropic-beta}; empty for none
     */
    public static RequestHead anthropic(String version, String beta) {
        return new RequestHead(null, false, false, version, beta, null);
    }

    /**
     * A question about an object that a provider keeps.
     *
     * @param call what is asked
     * @param stream whether the answer is to be a stream
     */
    public static RequestHead ofStored(StoredCall call, boolean stream) {
        return new RequestHead(null, stream, false, "", "", call);
    }
}
