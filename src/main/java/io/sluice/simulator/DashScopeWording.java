package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The errors of DashScope's own API. */
final class DashScopeWording extends Wording {
    private static final String REQUEST = "\"request_id\":\"sim-request\"";

    @Override
    ProviderError error(int status, String message) {
        return error(
                status,
                switch (status) {
                    case 400, 405, 415 -> "InvalidParameter";
                    case 401 -> "InvalidApiKey";
                    case 403 -> "AccessDenied";
                    case 404 -> "ModelNotFound";
                    case 408, 504 -> "RequestTimeOut";
                    case 413 -> "BadRequest.TooLarge";
                    case 429 -> "Throttling.RateQuota";
                    case 503 -> "ModelUnavailable";
                    default -> "InternalError";
                },
                message);
    }

    private static ProviderError error(int status, String code, String message) {
        return new ProviderError(
                status,
                Map.of(),
                "{\"code\":\"" + code + "\",\"message\":" + Json.quote(message) + "," + REQUEST + "}");
    }

    @Override
    ProviderError unknown(String at) {
        return error(400, "<400> InternalError.Algo.InvalidParameter: Unknown parameter: " + at);
    }

    @Override
    ProviderError missing(String at) {
        return error(400, "Required parameter(s) missing or invalid, please check the request parameters: " + at);
    }

    @Override
    ProviderError outside(String at, JsonNode value, String least, String most) {
        return error(
                400,
                "<400> InternalError.Algo.InvalidParameter: " + at.substring(at.lastIndexOf('.') + 1)
                        + " should be in [" + least + ", " + most + "]");
    }

    @Override
    ProviderError unauthenticated(@Nullable String credential) {
        return error(401, credential == null ? "No API-key provided." : "Invalid API-key provided.");
    }

    @Override
    ProviderError noModel(String model) {
        return error(404, "Model not exist.");
    }

    @Override
    ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
        return error(429, "Requests rate limit exceeded, please try again later.");
    }

    @Override
    ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
        return error(429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit.");
    }

    @Override
    byte[] inStream() {
        return utf8("id:9\nevent:error\n:HTTP_STATUS/500\ndata:" + inBody() + "\n\n");
    }

    @Override
    byte[] broken() {
        return utf8("id:9\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"choi\n\n");
    }

    @Override
    void headers(
            HttpServerResponse response,
            CharSequence contentType,
            long number,
            long millis,
            @Nullable RateHeaders limits) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader("x-request-id", "sim-" + Long.toHexString(number));
    }
}
