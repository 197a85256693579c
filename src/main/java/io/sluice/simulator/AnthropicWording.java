package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The errors and headers of Anthropic. */
final class AnthropicWording extends Wording {
    @Override
    ProviderError error(int status, String message) {
        String type =
                switch (status) {
                    case 400, 405, 415, 422 -> "invalid_request_error";
                    case 401 -> "authentication_error";
                    case 402 -> "billing_error";
                    case 403 -> "permission_error";
                    case 404 -> "not_found_error";
                    case 409 -> "conflict_error";
                    case 413 -> "request_too_large";
                    case 429 -> "rate_limit_error";
                    case 504 -> "timeout_error";
                    case 529 -> "overloaded_error";
                    default -> "api_error";
                };
        return new ProviderError(status, Map.of(), body(type, message));
    }

    private static String body(String type, String message) {
        return "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":" + Json.quote(message)
                + "},\"request_id\":\"req_sim\"}";
    }

    @Override
    ProviderError outside(String at, JsonNode value, String least, String most) {
        boolean small = value.doubleValue() < Double.parseDouble(least);
        return invalid(
                at,
                small
                        ? "Input should be greater than or equal to " + least
                        : "Input should be less than or equal to " + most);
    }

    @Override
    ProviderError notJson() {
        return error(400, "The request body is not valid JSON: expected an object");
    }

    @Override
    ProviderError unauthenticated(@Nullable String credential) {
        return error(401, credential == null ? "x-api-key header is required" : "invalid x-api-key");
    }

    @Override
    ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
        return limited("Number of requests has exceeded your per-minute rate limit", waitNanos);
    }

    @Override
    ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
        return limited(
                "This request would exceed your organization's rate limit of "
                        + limits.limits().tokens() + " input tokens per minute",
                waitNanos);
    }

    private ProviderError limited(String message, long waitNanos) {
        return new ProviderError(
                429,
                Map.of("retry-after", Long.toString(seconds(waitNanos))),
                error(429, message).body());
    }

    @Override
    ProviderError scripted(int status) {
        return status == 529 ? error(529, "Overloaded") : super.scripted(status);
    }

    @Override
    byte[] inStream() {
        return utf8("event: error\ndata: " + inBody() + "\n\n");
    }

    @Override
    String inBody() {
        return body("overloaded_error", "Overloaded");
    }

    @Override
    byte[] broken() {
        return utf8("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":\n\n");
    }

    @Override
    String index(String at, int index) {
        return at + "." + index;
    }

    @Override
    void headers(
            HttpServerResponse response,
            CharSequence contentType,
            long number,
            long millis,
            @Nullable RateHeaders limits) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader("request-id", "req_" + Long.toHexString(number))
                .putHeader("anthropic-organization-id", "org-simulated");
        if (limits != null) {
            String reset = Instant.now()
                    .plusNanos(limits.resetNanos())
                    .truncatedTo(ChronoUnit.SECONDS)
                    .plusSeconds(1)
                    .toString();
            put(response, "requests", limits.limits().requests(), limits.requestsLeft(), reset);
            put(response, "tokens", limits.limits().tokens(), limits.tokensLeft() / 1_000 * 1_000, reset);
        }
    }

    private static void put(HttpServerResponse response, String kind, long limit, long left, String reset) {
        if (limit > 0) {
            response.putHeader("anthropic-ratelimit-" + kind + "-limit", Long.toString(limit))
                    .putHeader("anthropic-ratelimit-" + kind + "-remaining", Long.toString(left))
                    .putHeader("anthropic-ratelimit-" + kind + "-reset", reset);
        }
    }
}
