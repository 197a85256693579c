package io.sluice.provider;

import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.stored.StoredCall;
import io.sluice.message.OpenExchange;
import io.sluice.message.TraceHeaders;
import io.sluice.message.Upload;
import io.vertx.core.http.HttpClientRequest;

/** Which headers a provider gets; nothing else of the client's passes. Documented in the README. */
final class RequestHeaders {
    private RequestHeaders() {}

    /**
     * Puts them on a request.
     *
     * @param target the request to the provider
     * @param added what the operator adds; what the adapter writes counts more
     * @param message what its adapter wrote, the credential among it
     * @param open what was asked
     */
    static void put(HttpClientRequest target, Outbound added, UpstreamRequest message, OpenExchange open) {
        if (!open.clientRequestId().isEmpty()) {
            target.putHeader("x-client-request-id", open.clientRequestId());
        }
        target.putHeader("accept", accepted(open.scan()));
        StoredCall stored = open.scan().head().stored();
        Upload upload = open.upload();
        if (stored == null) {
            target.putHeader("content-type", upload == null ? "application/json" : upload.contentType());
        } else if (stored.method().equals("POST")) {
            // RFC 9110, 8.6: servers may refuse a POST that does not say that it has no body.
            target.putHeader("content-length", "0");
        }
        TraceHeaders trace = open.traceHeaders();
        if (trace.parent() != null) {
            target.putHeader("traceparent", trace.parent());
        }
        if (trace.state() != null) {
            target.putHeader("tracestate", trace.state());
        }
        target.putHeader("user-agent", "sluice");
        added.headers().forEach((name, value) -> target.putHeader(name, value.reveal()));
        // Last, so that an adapter may say what else it accepts.
        message.headers().forEach(target::putHeader);
    }

    private static String accepted(RequestScan scan) {
        if (scan.stream()) {
            return "text/event-stream";
        }
        return switch (scan.endpoint().kind()) {
            case SPEECH, TRANSCRIPTION -> "*/*";
            default -> "application/json";
        };
    }
}
