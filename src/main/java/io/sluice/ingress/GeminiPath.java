package io.sluice.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads Google's paths and queries: {@code /v1beta/models/{model}:{action}}. The colon before the action stands for itself,
 * as Google's SDKs send it; {@code %3A} belongs to the model's name. That may have slashes, escaped or not.
 */
final class GeminiPath {
    private static final String STREAM = "streamGenerateContent";

    private GeminiPath() {}

    /** Where the colon before the action stands; -1 when there is none. */
    static int actionStart(String path) {
        int colon = path.lastIndexOf(':');
        return colon > path.lastIndexOf('/') ? colon : -1;
    }

    /** A part of a path as text. */
    static String decoded(String part) {
        // A plus sign is itself in a path; only URLDecoder's form rules would make it a blank.
        return part.indexOf('%') < 0 ? part : URLDecoder.decode(part.replace("+", "%2B"), UTF_8);
    }

    /** Whether the answer is to be a stream that is one JSON array: only {@code alt=sse} asks for events. */
    static boolean isArrayStream(HttpServerRequest request) {
        String path = request.path();
        return path != null
                && path.endsWith(":" + STREAM)
                && !values(request, "alt").contains("sse");
    }

    /** Whether a request can only be of a client of Google's. */
    static boolean isGoogles(HttpServerRequest request, String path) {
        // Others have models with a colon in their names too, but post nothing to them.
        return path.startsWith("/v1beta/")
                || path.startsWith("/v1/models/") && HttpMethod.POST.equals(request.method()) && actionStart(path) >= 0;
    }

    /** All values of a parameter of the query, decoded. */
    static List<String> values(HttpServerRequest request, String name) {
        String query = request.query();
        List<String> values = new ArrayList<>(1);
        if (query == null || !query.contains(name)) {
            return values;
        }
        for (String pair : query.split("&", -1)) {
            if (pair.startsWith(name) && pair.length() > name.length() && pair.charAt(name.length()) == '=') {
                values.add(text(pair.substring(name.length() + 1)));
            }
        }
        return values;
    }

    /** The value as it came when its escapes are none: then it is no key and no word that is known. */
    private static String text(String value) {
        try {
            return URLDecoder.decode(value, UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }
}
