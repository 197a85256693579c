package io.sluice.ingress;

import static io.sluice.ingress.ErrorAnswer.quoted;

import io.sluice.domain.chat.ChatDialect;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Google's words: names of google.rpc.Code, details with RetryInfo (Google AIP-193; Gemini API reference, 2026). */
final class GeminiEdge implements EdgeDialect {
    /** Streams of events, and whole answers. */
    static final GeminiEdge EVENTS = new GeminiEdge(false);

    /** Streams that are one JSON array; there an error is an array too. */
    static final GeminiEdge ARRAY = new GeminiEdge(true);

    private static final String TYPE = "{\"@type\":\"type.googleapis.com/google.rpc.";
    private static final Buffer PING = Buffer.buffer("\r\n\r\n");

    private final boolean array;

    private GeminiEdge(boolean array) {
        this.array = array;
    }

    @Override
    public ChatDialect dialect() {
        return ChatDialect.GEMINI;
    }

    @Override
    public Buffer body(ErrorAnswer error, String requestId) {
        return Buffer.buffer(array ? "[" + json(error) + "]" : json(error));
    }

    @Override
    public Buffer event(ErrorAnswer error, String requestId, Buffer last) {
        if (!array) {
            return Buffer.buffer("data: " + json(error) + "\r\n\r\n");
        }
        boolean first = last.length() > 0 && last.getByte(last.length() - 1) == '[';
        return Buffer.buffer((first ? "" : ",\r\n") + json(error) + "\n]");
    }

    /** An event without a line: Google's SDKs skip blank lines, but take a comment for a chunk and fail on it. */
    @Override
    public @Nullable Buffer ping() {
        return array ? null : PING.copy();
    }

    private static String json(ErrorAnswer error) {
        String json = "{\"error\":{\"code\":" + error.status() + ",\"message\":" + quoted(error.message())
                + ",\"status\":" + quoted(status(error.status()));
        List<String> details = details(error);
        return json + (details.isEmpty() ? "" : ",\"details\":[" + String.join(",", details) + "]") + "}}";
    }

    private static List<String> details(ErrorAnswer error) {
        List<String> details = new ArrayList<>();
        if (error.code() != null) {
            details.add(TYPE + "ErrorInfo\",\"reason\":" + quoted(error.code().toUpperCase(Locale.ROOT))
                    + ",\"domain\":\"sluice\"}");
        }
        if (error.param() != null) {
            details.add(TYPE + "BadRequest\",\"fieldViolations\":[{\"field\":" + quoted(error.param())
                    + ",\"description\":" + quoted(error.message()) + "}]}");
        }
        if (error.retryAfter().isPositive()) {
            details.add(TYPE + "RetryInfo\",\"retryDelay\":\"" + seconds(error.retryAfter()) + "s\"}");
        }
        return details;
    }

    /** A duration as protobuf writes it in JSON, in milliseconds, rounded up. */
    private static String seconds(Duration time) {
        long millis = Math.ceilDiv(time.toNanos(), 1_000_000L);
        return millis % 1000 == 0
                ? Long.toString(millis / 1000)
                : millis / 1000 + "." + Long.toString(1000 + millis % 1000).substring(1);
    }

    private static String status(int status) {
        return switch (status) {
            case 401 -> "UNAUTHENTICATED";
            case 402, 429 -> "RESOURCE_EXHAUSTED";
            case 403 -> "PERMISSION_DENIED";
            case 404, 410 -> "NOT_FOUND";
            case 405, 501 -> "UNIMPLEMENTED";
            case 408, 504 -> "DEADLINE_EXCEEDED";
            case 409 -> "ABORTED";
            case 499 -> "CANCELLED";
            case 502, 503 -> "UNAVAILABLE";
            default -> status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
        };
    }
}
