package io.sluice.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The last requests as they came, kept on demand so that a test can prove what reached the provider. */
final class Captures {
    private static final int MAX_KEPT = 100;
    private static final int MAX_BODY = 64 * 1024;

    private final ArrayDeque<Capture> kept = new ArrayDeque<>();
    private volatile boolean enabled;

    private record Capture(String credential, ObjectNode shown) {}

    /** Switches capturing on or off; off forgets. */
    void enable(boolean value) {
        enabled = value;
        if (!value) {
            synchronized (kept) {
                kept.clear();
            }
        }
    }

    /** Keeps a request, if that is switched on. */
    void add(String credential, HttpServerRequest request, byte[] body) {
        if (!enabled) {
            return;
        }
        ObjectNode shown = Json.object()
                .put("credential", credential)
                .put("version", request.version().name())
                .put("method", request.method().name())
                .put("uri", request.uri())
                .put("remotePort", request.connection().remoteAddress().port());
        ArrayNode headers = shown.putArray("headers");
        for (Map.Entry<String, String> header : request.headers()) {
            headers.addArray().add(header.getKey()).add(header.getValue());
        }
        shown.put("bodyBytes", body.length)
                .put("body", new String(body, 0, Math.min(body.length, MAX_BODY), StandardCharsets.UTF_8));
        synchronized (kept) {
            if (kept.size() == MAX_KEPT) {
                kept.removeFirst();
            }
            kept.addLast(new Capture(credential, shown));
        }
    }

    /** What is kept, oldest first; of one credential, or of all when it is null. */
    ArrayNode report(@Nullable String credential) {
        ArrayNode report = Json.array();
        synchronized (kept) {
            for (Capture capture : kept) {
                if (credential == null || capture.credential.equals(credential)) {
                    report.add(capture.shown);
                }
            }
        }
        return report;
    }
}
