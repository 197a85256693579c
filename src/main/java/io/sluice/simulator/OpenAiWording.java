package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpServerResponse;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The errors of OpenAI and Azure. */
class OpenAiWording extends Wording {
    private final Route route;

    /**
     * Errors of a path.
     *
     * @param route whose dialect and operation they name
     */
    OpenAiWording(Route route) {
        this.route = route;
    }

    @Override
    ProviderError error(int status, String message) {
        return ProviderError.of(status, message, "invalid_request_error", null, null);
    }

    @Override
    ProviderError invalid(String at, String message) {
        return ProviderError.invalid("Invalid '" + at + "': " + message + ".", at, "invalid_value");
    }

    @Override
    ProviderError unknown(String at) {
        return ProviderError.invalid("Unknown parameter: '" + at + "'.", at, "unknown_parameter");
    }

    @Override
    ProviderError missing(String at) {
        return ProviderError.invalid("Missing required parameter: '" + at + "'.", at, "missing_required_parameter");
    }

    @Override
    ProviderError wrongType(String at, String wanted, JsonNode value) {
        return FieldRule.wrongType(at, wanted, value).error();
    }

    @Override
    ProviderError outside(String at, JsonNode value, String least, String most) {
        return ProviderError.invalid(
                "Invalid '" + at + "': value out of range. Expected a value >= " + least + " and <= " + most + ".",
                at,
                "invalid_value");
    }

    @Override
    ProviderError notOneOf(String at, String value, Collection<String> allowed) {
        return ProviderError.invalid(
                "Invalid value: '" + value + "'. Supported values are: '" + String.join("', '", new TreeSet<>(allowed))
                        + "'.",
                at,
                "invalid_value");
    }

    @Override
    ProviderError notJson() {
        return ProviderError.invalid(
                "We could not parse the JSON body of your request. The API expects a JSON payload, but what was sent"
                        + " was not valid JSON.",
                null,
                null);
    }

    @Override
    ProviderError unauthenticated(@Nullable String credential) {
        return ProviderError.unauthenticated(route.dialect(), credential);
    }

    @Override
    ProviderError noModel(String model) {
        return ProviderError.noSuchModel(route.dialect(), model);
    }

    @Override
    ProviderError tooManyRequests(String model, RateHeaders limits, long waitNanos) {
        return ProviderError.tooManyRequests(route, model, limits, waitNanos);
    }

    @Override
    ProviderError tooManyTokens(String model, RateHeaders limits, long wanted, long waitNanos) {
        return ProviderError.tooManyTokens(route, model, limits, wanted, waitNanos);
    }

    @Override
    ProviderError scripted(int status) {
        return ProviderError.scripted(route.dialect(), status);
    }

    @Override
    ProviderError notFound(String method, String path) {
        return ProviderError.noSuchPath(method, path);
    }

    @Override
    ProviderError wrongMethod(String wanted, String method, String path) {
        return ProviderError.wrongMethod(wanted, method, path);
    }

    @Override
    ProviderError tooLarge() {
        return ProviderError.of(413, "Request body is too large.", "invalid_request_error", null, null);
    }

    @Override
    ProviderError wrongContentType(@Nullable String contentType) {
        return ProviderError.of(
                415,
                "Unsupported content type: '" + contentType + "'. This API method only accepts 'application/json'"
                        + " requests.",
                "invalid_request_error",
                null,
                "unsupported_content_type");
    }

    @Override
    String inBody() {
        return ProviderError.inStream();
    }

    @Override
    void headers(
            HttpServerResponse response,
            CharSequence contentType,
            long number,
            long millis,
            @Nullable RateHeaders limits) {
        ResponseHeaders.put(response, route, contentType, number, millis, limits);
    }
}
