package io.sluice.provider;

import io.sluice.domain.Secret;
import io.sluice.domain.dialect.Endpoint;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which headers of a provider's answer may reach the client; all others stay here. */
final class ResponseHeaders {
    /** The allow-list, documented in the README. */
    static final List<String> ALLOWED = List.of("content-type", "openai-processing-ms", "openai-version");

    private static final int LONGEST_VALUE = 256;

    /** Clients refuse heads that are too long, commonly from 8 KiB on. */
    private static final int LONGEST_LIST = 2_048;

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
            allowed.put("x-sluice-dropped", list(lost));
        }
        return allowed;
    }

    /** Names are the client's own: what a header cannot hold of them, and the comma between them, is percent-encoded. */
    private static String list(List<String> names) {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            String name = encoded(names.get(i));
            if (list.length() + name.length() > LONGEST_LIST) {
                return list.append(", and ")
                        .append(names.size() - i)
                        .append(" more")
                        .toString();
            }
            list.append(i == 0 ? "" : ", ").append(name);
        }
        return list.toString();
    }

    private static String encoded(String name) {
        StringBuilder encoded = new StringBuilder(name.length());
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b < 0x7f && b != ',' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
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
