package io.sluice.provider.openai;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Set;

/**
 * What OpenAI-shaped error answers mean. Codes go before text, text before status (platform.openai.com/docs/guides/error-codes,
 * as of 2026).
 */
public final class OpenAiErrors {
    private static final Set<String> NO_MONEY = Set.of(
            "insufficient_quota",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
            "billing_not_active",
            "access_terminated");

    private OpenAiErrors() {}

    /**
     * Classifies an answer that is not a success.
     *
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body
     */
    public static UpstreamFailure classify(int status, MultiMap headers, byte[] body) {
        ParsedError error = UpstreamErrors.parse(status, body);
        Kind kind = kindOf(status, error);
        Duration wait = kind == Kind.RATE_LIMITED || kind == Kind.SERVER_ERROR || kind == Kind.ACCOUNT_REFUSED
                ? RetryAfter.of(headers, error.message())
                : Duration.ZERO;
        return new UpstreamFailure(kind, status, error.message(), error.type(), error.param(), error.code(), wait);
    }

    private static Kind kindOf(int status, ParsedError error) {
        String code = error.code() == null ? "" : error.code();
        String type = error.type() == null ? "" : error.type();
        return switch (status) {
            case 401 -> Kind.ACCOUNT_REFUSED;
            case 402 -> Kind.ACCOUNT_REFUSED;
            case 403 -> code.equals("model_not_found") ? Kind.MODEL_MISSING : Kind.ACCOUNT_REFUSED;
            case 404 -> Kind.MODEL_MISSING;
            case 408, 409, 425, 424 -> Kind.SERVER_ERROR;
            case 429 -> NO_MONEY.contains(code) || NO_MONEY.contains(type) ? Kind.ACCOUNT_REFUSED : Kind.RATE_LIMITED;
            default -> status >= 500 ? Kind.SERVER_ERROR : status >= 400 ? Kind.REQUEST_REJECTED : Kind.BAD_RESPONSE;
        };
    }
}
