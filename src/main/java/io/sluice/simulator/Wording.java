package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The errors and headers of one provider: what it calls what is wrong, and the body it puts that in. */
abstract class Wording {
    /** The provider's error body for a status. */
    abstract ProviderError error(int status, String message);

    /** A value that may not stand where it stands. */
    ProviderError invalid(String at, String message) {
        return error(400, at.isEmpty() ? message : at + ": " + message);
    }

    /** A field that the provider does not know. */
    ProviderError unknown(String at) {
        return invalid(at, "Extra inputs are not permitted");
    }

    /** A field that must be there. */
    ProviderError missing(String at) {
        return invalid(at, "Field required");
    }

    /** A value of a wrong JSON type. */
    ProviderError wrongType(String at, String wanted, JsonNode value) {
        return invalid(at, "Input should be " + wanted);
    }

    /** A number out of its range. */
    ProviderError outside(String at, JsonNode value, String least, String most) {
        return invalid(at, "Input should be from " + least + " to " + most);
    }

    /** A string that is none of those allowed. */
    ProviderError notOneOf(String at, String value, Collection<String> allowed) {
        return invalid(
                at,
                "Input should be one of '" + String.join("', '", new TreeSet<>(allowed)) + "', not '" + value + "'");
    }

    /** A body that is no JSON object. */
    ProviderError notJson() {
        return error(400, "The request body is not valid JSON.");
    }

    /** No credential, or none that is known. */
    ProviderError unauthenticated(@Nullable String credential) {
        return error(401, "invalid credential");
    }

    /** No such model. */
    ProviderError noModel(String model) {
        return error(404, "model: " + model);
    }

    /** The request limit is reached. */
    ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
        return error(429, "The request rate limit is reached.");
    }

    /** The token limit is reached. */
    ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
        return error(429, "The token rate limit is reached.");
    }

    /** The error of a scripted status. */
    ProviderError scripted(int status) {
        return error(status, "Simulated answer with status " + status + ".");
    }

    /** No such path. */
    ProviderError notFound(String method, String path) {
        return error(404, "Not found: " + method + " " + path);
    }

    /** A path that wants another method. */
    ProviderError wrongMethod(String wanted, String method, String path) {
        ProviderError error = error(405, "Not allowed to " + method + " on " + path + ".");
        return new ProviderError(error.status(), Map.of("allow", wanted), error.body());
    }

    /** A body that is too large. */
    ProviderError tooLarge() {
        return error(413, "Request exceeds the maximum size.");
    }

    /** A content type that the provider does not take. */
    ProviderError wrongContentType(@Nullable String contentType) {
        return error(415, "Unsupported content type: '" + contentType + "'.");
    }

    /** What stands in a stream that fails after it has begun. */
    byte[] inStream() {
        return utf8("data: " + inBody() + "\n\n");
    }

    /** What a failed answer holds when its status was 200. */
    String inBody() {
        return error(500, "The server had an error while processing your request.")
                .body();
    }

    /** A piece of a stream that is broken. */
    byte[] broken() {
        return utf8("data: {\"id\":\"broken\",\"choices\":[{\"index\":\n\n");
    }

    /** The path of a field. */
    String join(String at, String name) {
        return at.isEmpty() ? name : at + "." + name;
    }

    /** The path of an element. */
    String index(String at, int index) {
        return at + "[" + index + "]";
    }

    /** Whether fields may also be written in snake_case. */
    boolean takesSnakeCase() {
        return false;
    }

    /**
     * Puts the provider's headers on an answer.
     *
     * @param response where
     * @param contentType of the body
     * @param number of the answer
     * @param millis since the arrival
     * @param limits what is told about limits; null for nothing
     */
    void headers(
            HttpServerResponse response,
            CharSequence contentType,
            long number,
            long millis,
            @Nullable RateHeaders limits) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
    }

    /** Bytes of a text. */
    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Whole seconds of a wait, 1 or more. */
    static long seconds(long waitNanos) {
        return Math.max(1, Math.ceilDiv(waitNanos, 1_000_000_000L));
    }
}
