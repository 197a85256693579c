package io.sluice.ingress;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A failure as HTTP, in the statuses and words of OpenAI: the one place where failures get them. What other dialects make
 * of that, and how each writes it, is its {@link EdgeDialect}'s.
 *
 * @param status HTTP status
 * @param type the dialect's error type
 * @param code machine-readable code; null when there is none
 * @param param field that is wrong; null when it is not one field
 * @param message for people
 * @param retryAfter when to try again; zero when it is not said
 */
record ErrorAnswer(
        int status,
        String type,
        @Nullable String code,
        @Nullable String param,
        String message,
        Duration retryAfter) {
    private static final String INVALID = "invalid_request_error";
    private static final String SERVER = "server_error";
    private static final Duration SOON = Duration.ofSeconds(1);

    /** The answer to a failure. */
    static ErrorAnswer of(GatewayFailure failure) {
        return switch (failure) {
            case GatewayFailure.Unauthenticated f -> plain(401, INVALID, "invalid_api_key", f);
            case GatewayFailure.Forbidden f -> plain(403, INVALID, f.code(), f);
            case InvalidRequest f -> invalid(f);
            case QuotaExceeded f -> quota(f);
            case GatewayFailure.NoRoute f ->
                new ErrorAnswer(503, SERVER, "no_candidate", null, f.message(), f.retryAfter());
            case UpstreamFailure f -> upstream(f);
            case GatewayFailure.DeadlineExceeded f -> plain(504, SERVER, "deadline_exceeded", f);
            case GatewayFailure.ClientClosed f -> plain(499, SERVER, "client_closed", f);
            case GatewayFailure.Overloaded f -> new ErrorAnswer(503, SERVER, "overloaded", null, f.message(), SOON);
            case GatewayFailure.Unavailable f ->
                new ErrorAnswer(503, SERVER, "unavailable", null, f.message(), f.retryAfter());
            case GatewayFailure.Internal f -> plain(500, SERVER, "internal_error", f);
        };
    }

    private static ErrorAnswer plain(int status, String type, String code, GatewayFailure failure) {
        return new ErrorAnswer(status, type, code, null, failure.message(), Duration.ZERO);
    }

    private static ErrorAnswer invalid(InvalidRequest failure) {
        int status =
                switch (failure.kind()) {
                    case MALFORMED -> 400;
                    case UNKNOWN_PATH, UNKNOWN_MODEL, UNKNOWN_OBJECT -> 404;
                    case METHOD_NOT_ALLOWED -> 405;
                    case GONE -> 410;
                    case BODY_TOO_SLOW -> 408;
                    case BODY_TOO_LARGE -> 413;
                    case TARGET_TOO_LONG -> 414;
                    case UNSUPPORTED_MEDIA_TYPE -> 415;
                    case EXPECTATION_FAILED -> 417;
                    case UPGRADE_REQUIRED -> 426;
                    case HEADERS_TOO_LARGE -> 431;
                    case NOT_IMPLEMENTED -> 501;
                };
        return new ErrorAnswer(status, INVALID, failure.code(), failure.param(), failure.message(), Duration.ZERO);
    }

    private static ErrorAnswer quota(QuotaExceeded failure) {
        return switch (failure.cause()) {
            case KEY ->
                new ErrorAnswer(
                        429, "rate_limit_error", "rate_limit_exceeded", null, failure.message(), failure.retryAfter());
            case POOL ->
                new ErrorAnswer(
                        429, "rate_limit_error", "pool_exhausted", null, failure.message(), failure.retryAfter());
            case REQUEST_TOO_LARGE ->
                new ErrorAnswer(400, INVALID, "request_exceeds_limits", null, failure.message(), Duration.ZERO);
            case BUDGET ->
                new ErrorAnswer(
                        429, "insufficient_quota", "insufficient_quota", null, failure.message(), failure.retryAfter());
        };
    }

    private static ErrorAnswer upstream(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case REQUEST_REJECTED ->
                new ErrorAnswer(
                        // An error inside an answer has no status of its own.
                        failure.status() == 0 ? 400 : failure.status(),
                        typeOf(failure),
                        failure.code(),
                        failure.param(),
                        failure.message(),
                        Duration.ZERO);
            case RATE_LIMITED ->
                new ErrorAnswer(
                        429, "rate_limit_error", "rate_limit_exceeded", null, failure.message(), failure.retryAfter());
            case HEAD_TIMEOUT -> plain(504, SERVER, "upstream_timeout", failure);
            // Which account was refused, and that one was, is the operator's business.
            case ACCOUNT_REFUSED ->
                new ErrorAnswer(
                        502, SERVER, "upstream_error", null, "The upstream refused the gateway.", Duration.ZERO);
            case MODEL_MISSING ->
                new ErrorAnswer(
                        502, SERVER, "upstream_error", null, "The upstream does not have the model.", Duration.ZERO);
            case BUSY -> new ErrorAnswer(503, SERVER, "overloaded", null, failure.message(), SOON);
            case TOO_LARGE_HERE ->
                new ErrorAnswer(400, INVALID, "request_exceeds_limits", null, failure.message(), Duration.ZERO);
            case INEXPRESSIBLE ->
                new ErrorAnswer(
                        400,
                        INVALID,
                        failure.code() == null ? "unsupported_parameter" : failure.code(),
                        failure.param(),
                        failure.message(),
                        Duration.ZERO);
            case CONNECT, RESET, BAD_RESPONSE, TRUNCATED, SERVER_ERROR ->
                new ErrorAnswer(502, SERVER, "upstream_error", null, failure.message(), failure.retryAfter());
        };
    }

    /** The provider's type where it can be one of OpenAI's or Anthropic's, which look alike; Google's are in capitals. */
    private static String typeOf(UpstreamFailure failure) {
        String type = failure.type();
        boolean fits = type != null && !type.isEmpty() && type.chars().allMatch(c -> c >= 'a' && c <= 'z' || c == '_');
        return type != null && fits ? type : INVALID;
    }

    /** A JSON string; {@code null} for none. */
    static String quoted(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder json = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c) && !isPair(text, i)) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    private static boolean isPair(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
}
