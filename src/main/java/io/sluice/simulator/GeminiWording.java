package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The errors of Gemini, at its own address and at Vertex AI. */
final class GeminiWording extends Wording {
    private final boolean vertex;
    private final boolean array;

    /**
     * Errors of a path.
     *
     * @param vertex whether it is one of Vertex AI
     * @param array whether answers are JSON arrays
     */
    GeminiWording(boolean vertex, boolean array) {
        this.vertex = vertex;
        this.array = array;
    }

    @Override
    ProviderError error(int status, String message) {
        return error(status, message, "");
    }

    private ProviderError error(int status, String message, String details) {
        String name =
                switch (status) {
                    case 400, 405, 413, 415 -> "INVALID_ARGUMENT";
                    case 401 -> "UNAUTHENTICATED";
                    case 403 -> "PERMISSION_DENIED";
                    case 404 -> "NOT_FOUND";
                    case 402, 429 -> "RESOURCE_EXHAUSTED";
                    case 503 -> "UNAVAILABLE";
                    case 504 -> "DEADLINE_EXCEEDED";
                    default -> "INTERNAL";
                };
        String body = "{\"error\":{\"code\":" + status + ",\"message\":" + Json.quote(message) + ",\"status\":\"" + name
                + "\"" + (details.isEmpty() ? "" : ",\"details\":[" + details + "]") + "}}";
        return new ProviderError(status, Map.of(), array ? "[" + body + "]" : body);
    }

    private ProviderError violation(String field, String description) {
        return error(
                400,
                description,
                "{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{"
                        + (field.isEmpty() ? "" : "\"field\":" + Json.quote(field) + ",") + "\"description\":"
                        + Json.quote(description) + "}]}");
    }

    @Override
    ProviderError invalid(String at, String message) {
        return error(400, at.isEmpty() ? message : "* GenerateContentRequest." + at + ": " + message + "\n");
    }

    @Override
    ProviderError unknown(String at) {
        int dot = at.lastIndexOf('.');
        String name = at.substring(dot + 1);
        String parent = dot < 0 ? "" : at.substring(0, dot);
        return violation(
                parent,
                "Invalid JSON payload received. Unknown name \"" + name + "\""
                        + (parent.isEmpty() ? "" : " at '" + parent + "'") + ": Cannot find field.");
    }

    @Override
    ProviderError missing(String at) {
        return invalid(at, at.substring(at.lastIndexOf('.') + 1) + " is not specified");
    }

    @Override
    ProviderError wrongType(String at, String wanted, JsonNode value) {
        return violation(at, "Invalid value at '" + at + "' (expected " + wanted + "), " + value);
    }

    @Override
    ProviderError outside(String at, JsonNode value, String least, String most) {
        return error(
                400,
                "Unable to submit request because it has a " + at.substring(at.lastIndexOf('.') + 1) + " value of "
                        + value + " but the supported range is from " + least + " (inclusive) to " + most
                        + " (inclusive). Update the value and try again.");
    }

    @Override
    ProviderError notOneOf(String at, String value, Collection<String> allowed) {
        return violation(at, "Invalid value at '" + at + "' (TYPE_ENUM), \"" + value + "\"");
    }

    @Override
    ProviderError notJson() {
        return error(400, "Invalid JSON payload received. Unexpected token.");
    }

    @Override
    ProviderError unauthenticated(@Nullable String credential) {
        if (vertex) {
            return error(
                    401,
                    credential == null
                            ? "Request is missing required authentication credential. Expected OAuth 2 access token,"
                                    + " login cookie or other valid authentication credential."
                            : "Request had invalid authentication credentials. Expected OAuth 2 access token, login"
                                    + " cookie or other valid authentication credential.");
        }
        if (credential == null) {
            return error(
                    403,
                    "Method doesn't allow unregistered callers (callers without established identity). Please use API"
                            + " Key or other form of API consumer identity to call this API.");
        }
        return error(
                400,
                "API key not valid. Please pass a valid API key.",
                "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\",\"domain\":"
                        + "\"googleapis.com\",\"metadata\":{\"service\":\"generativelanguage.googleapis.com\"}}");
    }

    @Override
    ProviderError noModel(String model) {
        return error(
                404,
                "models/" + model + " is not found for API version v1beta, or is not supported for generateContent."
                        + " Call ListModels to see the list of available models and their supported methods.");
    }

    @Override
    ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
        return limited(model, "Requests", limits.limits().requests(), waitNanos);
    }

    @Override
    ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
        return limited(model, "InputTokens", limits.limits().tokens(), waitNanos);
    }

    private ProviderError limited(String model, String what, long limit, long waitNanos) {
        if (vertex) {
            return error(429, "Resource exhausted, please try again later.");
        }
        String metric = "generativelanguage.googleapis.com/generate_content_paid_tier_"
                + (what.equals("Requests") ? "requests" : "input_token_count");
        String delay = seconds(waitNanos) + "s";
        return error(
                429,
                "You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for"
                        + " metric: " + metric + ", limit: " + limit + ", model: " + model + "\nPlease retry in "
                        + delay + ".",
                "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaMetric\":\""
                        + metric + "\",\"quotaId\":\"Generate" + what + "PerMinutePerProjectPerModel\","
                        + "\"quotaDimensions\":{\"location\":\"global\",\"model\":" + Json.quote(model)
                        + "},\"quotaValue\":\"" + limit + "\"}]},"
                        + "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"" + delay + "\"}");
    }

    @Override
    ProviderError scripted(int status) {
        return switch (status) {
            case 429 -> error(429, "Resource has been exhausted (e.g. check quota).");
            case 503 -> error(503, "The model is overloaded. Please try again later.");
            default -> super.scripted(status);
        };
    }

    @Override
    byte[] inStream() {
        String body = inBody();
        return utf8(array ? ",\r\n" + body.substring(1) : "data: " + body + "\r\n\r\n");
    }

    @Override
    String inBody() {
        return error(500, "An internal error has occurred. Please retry.").body();
    }

    @Override
    byte[] broken() {
        return utf8(array ? ",\r\n{\"candidates\":[{\"con\r\n" : "data: {\"candidates\":[{\"con\r\n\r\n");
    }

    @Override
    boolean takesSnakeCase() {
        return true;
    }

    @Override
    void headers(
            HttpServerResponse response,
            CharSequence contentType,
            long number,
            long millis,
            @Nullable RateHeaders limits) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType).putHeader("server-timing", "gfet4t7; dur=" + millis);
    }
}
