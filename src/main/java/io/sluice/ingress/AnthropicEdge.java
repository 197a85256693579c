package io.sluice.ingress;

import static io.sluice.ingress.ErrorAnswer.quoted;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.message.KeyLimits;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;

/** Anthropic's words: error types and statuses, pings, rate limit headers (Anthropic API reference, 2026). */
final class AnthropicEdge implements EdgeDialect {
    static final AnthropicEdge INSTANCE = new AnthropicEdge();

    private static final int OVERLOADED = 529;
    private static final Buffer PING = Buffer.buffer("event: ping\ndata: {\"type\":\"ping\"}\n\n");

    private AnthropicEdge() {}

    @Override
    public ChatDialect dialect() {
        return ChatDialect.ANTHROPIC;
    }

    /** Anthropic has a status of its own for having no room, and SDKs know it. */
    @Override
    public int status(ErrorAnswer error) {
        return error.status() == 503 ? OVERLOADED : error.status();
    }

    @Override
    public Buffer body(ErrorAnswer error, String requestId) {
        return Buffer.buffer(json(error, requestId));
    }

    @Override
    public Buffer event(ErrorAnswer error, String requestId, Buffer last) {
        return Buffer.buffer("event: error\ndata: " + json(error, requestId) + "\n\n");
    }

    @Override
    public Buffer ping() {
        return PING.copy();
    }

    @Override
    public void greet(HttpServerResponse response, String requestId) {
        response.putHeader("request-id", requestId);
    }

    @Override
    public void limits(HttpServerResponse response, KeyLimits limits, long nowMillis) {
        if (limits.requestLimit() > 0) {
            long reset = nowMillis + limits.requestResetMillis();
            rate(response, "requests", limits.requestLimit(), limits.requestsLeft(), reset);
        }
        if (limits.tokenLimit() > 0) {
            long reset = nowMillis + limits.tokenResetMillis();
            rate(response, "tokens", limits.tokenLimit(), limits.tokensLeft(), reset);
        }
    }

    private static void rate(HttpServerResponse response, String what, long limit, long left, long resetMillis) {
        String prefix = "anthropic-ratelimit-" + what;
        response.putHeader(prefix + "-limit", Long.toString(limit))
                .putHeader(prefix + "-remaining", Long.toString(left))
                // RFC 3339 in whole seconds, rounded up: who comes earlier fails.
                .putHeader(
                        prefix + "-reset",
                        Instant.ofEpochSecond(Math.ceilDiv(resetMillis, 1000L)).toString());
    }

    private String json(ErrorAnswer error, String requestId) {
        return "{\"type\":\"error\",\"error\":{\"type\":" + quoted(type(status(error))) + ",\"message\":"
                + quoted(message(error)) + "},\"request_id\":" + quoted(requestId) + "}";
    }

    /** Anthropic's errors have no member for the field that is wrong: it stands before the message. */
    private static String message(ErrorAnswer error) {
        String param = error.param();
        return param == null || error.message().contains(param) ? error.message() : param + ": " + error.message();
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 402 -> "billing_error";
            case 403 -> "permission_error";
            case 404, 410 -> "not_found_error";
            case 409 -> "conflict_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case OVERLOADED -> "overloaded_error";
            default -> status < 499 ? "invalid_request_error" : "api_error";
        };
    }
}
