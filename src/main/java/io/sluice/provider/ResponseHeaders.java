package io.sluice.provider;

import io.sluice.domain.Secret;
import io.sluice.domain.dialect.Endpoint;
import io.vertx.core.MultiMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which headers of a provider's answer may reach the client; all others stay here. */
final class ResponseHeaders {
    /** The allow-list, documented in the README. */
    static final List<String> ALLOWED = List.of("content-type", "openai-processing-ms", "openai-version");

    private static final int LONGEST_VALUE = 256;

    private ResponseHeaders() {}

    /**
     * The headers for the client.
     *
     * @param headers the provider's
     * @param key the account's credential; a value that holds it is dropped
     * @param contentType what the client is told; null where the provider's word stays
     * @param lost names of the client's fields that were dropped
     */
    static Map<String, String> forClient(
            MultiMap headers, Secret key, @Nullable String contentType, List<String> lost) {
        Map<String, String> allowed = new LinkedHashMap<>();
        for (String name : ALLOWED) {
            String value = headers.get(name);
            if (value != null && value.length() <= LONGEST_VALUE && !value.contains(key.reveal())) {
                allowed.put(name, value);
            }
        }
        if (contentType != null) {
            allowed.put("content-type", contentType);
        }
        if (!lost.isEmpty()) {
            allowed.put("x-sluice-dropped", String.join(", ", lost));
        }
        return allowed;
    }

    /**
     * Whether a content type is one that OpenAI-shaped endpoints answer with.
     *
     * @param contentType in lower case
     */
    static boolean isReadable(String contentType) {
        return contentType.startsWith("application/json") || contentType.startsWith("text/event-stream");
    }

    /**
     * Whether a content type is one that an endpoint may answer with.
     *
     * @param endpoint one of OpenAI's
     * @param contentType in lower case
     */
    static boolean isReadable(Endpoint endpoint, String contentType) {
        return isReadable(contentType)
                || endpoint.kind() == Endpoint.Kind.SPEECH && isSound(contentType)
                || endpoint.kind() == Endpoint.Kind.TRANSCRIPTION && isText(contentType);
    }

    private static boolean isText(String contentType) {
        return contentType.startsWith("text/plain")
                || contentType.startsWith("text/srt")
                || contentType.startsWith("text/vtt")
                || contentType.startsWith("application/x-subrip");
    }

    private static boolean isSound(String contentType) {
        return contentType.startsWith("audio/")
                || contentType.startsWith("application/octet-stream")
                || contentType.startsWith("binary/octet-stream");
    }
}
