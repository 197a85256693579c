package io.sluice.simulator;

import io.sluice.simulator.Route.Dialect;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as the provider answers it.
 *
 * @param status HTTP status
 * @param headers headers besides the usual ones
 * @param body JSON text
 */
record ProviderError(int status, Map<String, String> headers, String body) {
    /** An error of OpenAI's shape, which Azure uses for what is wrong with a request. */
    static ProviderError of(int status, String message, String type, @Nullable String param, @Nullable String code) {
        return new ProviderError(
                status,
                Map.of(),
                "{\"error\":{\"message\":\"" + Json.escape(message) + "\",\"type\":\"" + type + "\",\"param\":"
                        + quoted(param) + ",\"code\":" + quoted(code) + "}}");
    }

    /** A request that is wrong. */
    static ProviderError invalid(String message, @Nullable String param, @Nullable String code) {
        return of(400, message, "invalid_request_error", param, code);
    }

    /** Azure's own shape: a code in a string and nothing but a message. */
    static ProviderError azure(int status, String code, String message) {
        return new ProviderError(
                status,
                Map.of(),
                "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + Json.escape(message) + "\"}}");
    }

    private static String quoted(@Nullable String text) {
        return text == null ? "null" : '"' + Json.escape(text) + '"';
    }

    /** No credential, or none that is known. */
    static ProviderError unauthenticated(Dialect dialect, @Nullable String credential) {
        if (dialect.azure()) {
            return azure(
                    401,
                    "401",
                    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid"
                            + " key for an active subscription and use a correct regional API endpoint for your"
                            + " resource.");
        }
        return credential == null
                ? of(
                        401,
                        "You didn't provide an API key. You need to provide your API key in an Authorization header"
                                + " using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                        "invalid_request_error",
                        null,
                        null)
                : of(
                        401,
                        "Incorrect API key provided: " + masked(credential) + ".",
                        "invalid_request_error",
                        null,
                        "invalid_api_key");
    }

    private static String masked(String credential) {
        return credential.length() < 12
                ? "***"
                : credential.substring(0, 5) + "***" + credential.substring(credential.length() - 3);
    }

    /** No such path. */
    static ProviderError noSuchPath(String method, String path) {
        return path.startsWith("/openai/")
                ? resourceNotFound()
                : of(404, "Invalid URL (" + method + " " + path + ")", "invalid_request_error", null, null);
    }

    /** Azure's answer to a wrong path or version. */
    static ProviderError resourceNotFound() {
        return azure(404, "404", "Resource not found");
    }

    /** A path that wants another method. */
    static ProviderError wrongMethod(String wanted, String method, String path) {
        ProviderError error = of(
                405,
                "Not allowed to " + method + " on " + path + ".",
                "invalid_request_error",
                null,
                "method_not_supported");
        return new ProviderError(405, Map.of("allow", wanted), error.body);
    }

    /** No such model or deployment. */
    static ProviderError noSuchModel(Dialect dialect, String model) {
        return dialect.azure()
                ? azure(404, "DeploymentNotFound", "The API deployment for this resource does not exist.")
                : of(
                        404,
                        "The model `" + model + "` does not exist or you do not have access to it.",
                        "invalid_request_error",
                        null,
                        "model_not_found");
    }

    /** The request limit is reached. */
    static ProviderError tooManyRequests(Route route, String model, RateHeaders limits, long waitNanos) {
        return limited(
                route,
                model,
                "requests",
                limits.limits().requests(),
                limits.limits().requests(),
                1,
                waitNanos);
    }

    /** The token limit is reached. */
    static ProviderError tooManyTokens(Route route, String model, RateHeaders limits, long wanted, long waitNanos) {
        long limit = limits.limits().tokens();
        if (wanted > limit && !route.dialect().azure()) {
            return of(
                    429,
                    "Request too large for " + model + " in organization org-simulated on tokens per min (TPM): Limit "
                            + limit + ", Requested " + wanted + ".",
                    "tokens",
                    null,
                    "rate_limit_exceeded");
        }
        return limited(route, model, "tokens", limit, limit - limits.tokensLeft(), wanted, waitNanos);
    }

    private static ProviderError limited(
            Route route, String model, String kind, long limit, long used, long wanted, long waitNanos) {
        long millis = Math.max(1, Math.ceilDiv(waitNanos, 1_000_000L));
        long seconds = Math.ceilDiv(millis, 1_000L);
        Map<String, String> headers =
                Map.of("retry-after", Long.toString(seconds), "retry-after-ms", Long.toString(millis));
        if (route.dialect().azure()) {
            return new ProviderError(
                    429,
                    headers,
                    azure(
                                    429,
                                    "429",
                                    "Requests to the " + route.endpoint().operation()
                                            + " Operation under Azure OpenAI API have exceeded "
                                            + (kind.equals("tokens") ? "token" : "call")
                                            + " rate limit of your current OpenAI S0 pricing tier. Please retry after "
                                            + seconds + " seconds.")
                            .body);
        }
        String unit = kind.equals("tokens") ? "TPM" : "RPM";
        return new ProviderError(
                429,
                headers,
                of(
                                429,
                                "Rate limit reached for " + model + " in organization org-simulated on " + kind
                                        + " per min (" + unit + "): Limit " + limit + ", Used " + used + ", Requested "
                                        + wanted + ". Please try again in " + millis + "ms.",
                                kind,
                                null,
                                "rate_limit_exceeded")
                        .body);
    }

    /** The error body of a scripted status. */
    static ProviderError scripted(Dialect dialect, int status) {
        if (dialect.azure()) {
            return azure(status, Integer.toString(status), "Simulated answer with status " + status + ".");
        }
        return switch (status) {
            case 401 -> of(401, "Incorrect API key provided: ***.", "invalid_request_error", null, "invalid_api_key");
            case 429 ->
                of(
                        429,
                        "Rate limit reached for requests. Please try again later.",
                        "requests",
                        null,
                        "rate_limit_exceeded");
            case 503 ->
                of(
                        503,
                        "The engine is currently overloaded, please try again later.",
                        "service_unavailable_error",
                        null,
                        "server_is_overloaded");
            default ->
                of(
                        status,
                        String.format(Locale.ROOT, "Simulated answer with status %d.", status),
                        status >= 500 ? "server_error" : "invalid_request_error",
                        null,
                        null);
        };
    }

    /** What stands in a stream that fails after it has begun. */
    static String inStream() {
        return of(500, "The server had an error while processing your request.", "server_error", null, null).body;
    }
}
