package io.sluice.domain.json;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a request body, in the words and codes that OpenAI's clients know. */
final class RequestFaults {
    private RequestFaults() {}

    static GatewayException missing(String param) {
        return invalid("Missing required parameter: '" + param + "'.", param, "missing_required_parameter");
    }

    static GatewayException duplicate(String param) {
        return invalid("Duplicate parameter: '" + param + "' stands more than once.", param, "duplicate_parameter");
    }

    static GatewayException wrongType(String param, String expected, String actual) {
        return invalid(
                "Invalid type for '" + param + "': expected " + expected + ", but got " + actual + " instead.",
                param,
                "invalid_type");
    }

    static GatewayException tooLong(String param, int max, int actual) {
        return invalid(
                "Invalid '" + param + "': string too long. Expected a string with maximum length " + max
                        + ", but got a string with length " + actual + " instead.",
                param,
                "string_above_max_length");
    }

    static GatewayException tooSmall(String param, long min, String actual) {
        return invalid(
                "Invalid '" + param + "': integer below minimum value. Expected a value >= " + min + ", but got "
                        + actual + " instead.",
                param,
                "integer_below_min_value");
    }

    static GatewayException tooLarge(String param, long max, String actual) {
        return invalid(
                "Invalid '" + param + "': integer above maximum value. Expected a value <= " + max + ", but got "
                        + actual + " instead.",
                param,
                "integer_above_max_value");
    }

    static GatewayException emptyArray(String param) {
        return invalid(
                "Invalid '" + param + "': empty array. Expected an array with minimum length 1, but got an empty array"
                        + " instead.",
                param,
                "empty_array");
    }

    static GatewayException badValue(String param, String rule) {
        return invalid("Invalid '" + param + "': " + rule, param, "invalid_value");
    }

    static GatewayException badBody(String message) {
        return invalid(message, null, null);
    }

    private static GatewayException invalid(String message, @Nullable String param, @Nullable String code) {
        return new GatewayException(new InvalidRequest(InvalidRequest.Kind.MALFORMED, message, param, code));
    }
}
