package io.sluice.provider.anthropic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What Anthropic's error answers mean (Anthropic API reference, Errors and Rate limits, 2026). An account without money, or
 * one that was banned, is known by the text alone: its status and type are those of a wrong request.
 */
final class AnthropicErrors {
    private static final Pattern NO_ACCOUNT = Pattern.compile("(?i)credit balance is too low"
            + "|specified api usage limits|organization has been disabled"
            + "|\\baccount (?:is|has been) (?:disabled|suspended)\\b|\\brequest not allowed\\b");
    private static final Pattern MODEL = Pattern.compile("(?i)^model: |\\bmodel\\b.{0,200}\\b(?:not found|does not"
            + " exist|not available|access|permission)\\b|\\b(?:access|permission)\\b.{0,100}\\b(?:model|specified"
            + " resource)\\b");
    private static final String SPEND_LIMIT = "enforced_spend_limit_reached";

    private AnthropicErrors() {}

    /**
     * Classifies an answer that is not a success.
     *
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body
     */
    static UpstreamFailure classify(int status, MultiMap headers, byte[] body) {
        ParsedError error = UpstreamErrors.parse(status, body);
        Kind kind = kindOf(status, error, body);
        Duration wait = kind == Kind.RATE_LIMITED || kind == Kind.SERVER_ERROR || kind == Kind.ACCOUNT_REFUSED
                ? RetryAfter.of(headers, error.message())
                : Duration.ZERO;
        if (kind == Kind.RATE_LIMITED && wait.isZero()) {
            wait = AnthropicLimits.exhaustedFor(headers);
        }
        return new UpstreamFailure(kind, status, error.message(), error.type(), error.param(), error.code(), wait);
    }

    private static Kind kindOf(int status, ParsedError error, byte[] body) {
        String type = error.type() == null ? "" : error.type();
        if (status >= 400 && type.equals("overloaded_error")) {
            // The service is full; the account is not to blame.
            return Kind.SERVER_ERROR;
        }
        return switch (status) {
            case 400 -> badRequest(type, error);
            case 401, 402 -> Kind.ACCOUNT_REFUSED;
            case 403 -> forbidden(error);
            case 404 -> missing(error, body);
            case 408, 409, 425 -> Kind.SERVER_ERROR;
            case 429 -> isSpent(error, body) ? Kind.ACCOUNT_REFUSED : Kind.RATE_LIMITED;
            default -> status >= 500 ? Kind.SERVER_ERROR : status >= 400 ? Kind.REQUEST_REJECTED : Kind.BAD_RESPONSE;
        };
    }

    private static Kind badRequest(String type, ParsedError error) {
        boolean refused = type.equals("authentication_error") || type.equals("billing_error");
        return refused || NO_ACCOUNT.matcher(error.message()).find() ? Kind.ACCOUNT_REFUSED : Kind.REQUEST_REJECTED;
    }

    /** One client's request must not take the account from all others: the account is refused only where it is named. */
    private static Kind forbidden(ParsedError error) {
        if (NO_ACCOUNT.matcher(error.message()).find()) {
            return Kind.ACCOUNT_REFUSED;
        }
        return MODEL.matcher(error.message()).find() ? Kind.MODEL_MISSING : Kind.REQUEST_REJECTED;
    }

    /** A file may be missing too, and that says nothing about the model; a path that nobody serves does. */
    private static Kind missing(ParsedError error, byte[] body) {
        String message = error.message().strip();
        boolean path = message.equalsIgnoreCase("not found") || !isJson(body);
        return path || MODEL.matcher(message).find() ? Kind.MODEL_MISSING : Kind.REQUEST_REJECTED;
    }

    private static boolean isSpent(ParsedError error, byte[] body) {
        return NO_ACCOUNT.matcher(error.message()).find()
                || SPEND_LIMIT.equals(error.code())
                || new String(body, ISO_8859_1).contains('"' + SPEND_LIMIT + '"');
    }

    private static boolean isJson(byte[] body) {
        for (byte b : body) {
            if (b > ' ') {
                return b == '{';
            }
        }
        return false;
    }
}
