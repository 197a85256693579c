package io.sluice.provider;

import io.sluice.domain.Secret;
import io.vertx.core.MultiMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
     */
    static Map<String, String> forClient(MultiMap headers, Secret key) {
        Map<String, String> allowed = new LinkedHashMap<>();
        for (String name : ALLOWED) {
            String value = headers.get(name);
            if (value != null && value.length() <= LONGEST_VALUE && !value.contains(key.reveal())) {
                allowed.put(name, value);
            }
        }
        return allowed;
    }

    /** Whether a content type is one that model endpoints answer with. */
    static boolean isReadable(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        String type = contentType.toLowerCase(Locale.ROOT);
        return type.startsWith("application/json") || type.startsWith("text/event-stream");
    }
}
