package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The errors of the Bedrock runtime: a message in the body, the type in a header. */
final class BedrockWording extends Wording {
    private static final String TYPE = "x-amzn-ErrorType";

    @Override
    ProviderError error(int status, String message) {
        return error(
                status,
                switch (status) {
                    case 400, 413, 415 -> "ValidationException";
                    case 401, 403 -> "AccessDeniedException";
                    case 404, 405 -> "ResourceNotFoundException";
                    case 408 -> "ModelTimeoutException";
                    case 424 -> "ModelErrorException";
                    case 429 -> "ThrottlingException";
                    case 503 -> "ServiceUnavailableException";
                    default -> "InternalServerException";
                },
                message);
    }

    /** An error of a type. */
    ProviderError error(int status, String type, String message) {
        return new ProviderError(
                status,
                Map.of(TYPE, type + ":http://internal.amazon.com/coral/com.amazon.bedrock/"),
                "{\"message\":" + Json.quote(message) + "}");
    }

    @Override
    ProviderError invalid(String at, String message) {
        return error(400, at.isEmpty() ? message : message + " (" + at + ")");
    }

    @Override
    ProviderError unknown(String at) {
        return error(
                400,
                "Malformed input request: extraneous key [" + at
                        + "] is not permitted, please reformat your input and try again.");
    }

    @Override
    ProviderError missing(String at) {
        return violated("null", at, "Member must not be null");
    }

    private ProviderError violated(String value, String at, String rule) {
        return error(
                400,
                "1 validation error detected: Value " + value + " at '" + at + "' failed to satisfy constraint: "
                        + rule);
    }

    @Override
    ProviderError wrongType(String at, String wanted, JsonNode value) {
        return error(400, "SerializationException", "Value at '" + at + "' can not be converted: expected " + wanted);
    }

    @Override
    ProviderError outside(String at, JsonNode value, String least, String most) {
        boolean small = value.doubleValue() < Double.parseDouble(least);
        return violated(
                "'" + value + "'",
                at,
                small
                        ? "Member must have value greater than or equal to " + least
                        : "Member must have value less than or equal to " + most);
    }

    @Override
    ProviderError notOneOf(String at, String value, Collection<String> allowed) {
        return violated("'" + value + "'", at, "Member must satisfy enum value set: " + new TreeSet<>(allowed));
    }

    @Override
    ProviderError notJson() {
        return error(400, "SerializationException", "Unexpected token in the body.");
    }

    @Override
    ProviderError unauthenticated(@Nullable String credential) {
        return credential == null
                ? error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
                : error(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
    }

    @Override
    ProviderError noModel(String model) {
        return error(400, "The provided model identifier is invalid.");
    }

    @Override
    ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
        return error(429, "Too many requests, please wait before trying again.");
    }

    @Override
    ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
        return error(429, "Too many tokens, please wait before trying again.");
    }

    @Override
    ProviderError scripted(int status) {
        return status == 429
                ? error(429, "Too many requests, please wait before trying again.")
                : super.scripted(status);
    }

    @Override
    byte[] inStream() {
        return EventStream.exception("internalServerException", inBody());
    }

    @Override
    String inBody() {
        return "{\"message\":\"The system encountered an unexpected error during processing. Try your request again.\"}";
    }

    @Override
    byte[] broken() {
        byte[] event = EventStream.event("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"x\"}}");
        event[event.length - 1] ^= 1;
        return event;
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
                .putHeader("x-amzn-RequestId", "sim-" + Long.toHexString(number));
    }
}
