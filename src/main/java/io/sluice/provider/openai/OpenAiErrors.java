package io.sluice.provider.openai;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.provider.RateLimitHeaders;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

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

    /** Service-wide overload; the account is not to blame. */
    private static final Set<String> BUSY =
            Set.of("nocapacity", "server_is_overloaded", "engine_overloaded", "engine_overloaded_error");

    private static final Set<String> MODEL_GONE = Set.of("model_not_found", "DeploymentNotFound");

    /** Said of paths that do not exist: what a wrong base URL, deployment or API version leads to. */
    private static final Set<String> NO_PATH = Set.of("not found", "resource not found");

    private static final Pattern NO_MODEL =
            Pattern.compile("(?i)^(?:the )?(?:model|deployment)\\b.{1,200}?\\b(?:not found|does not exist)\\b");
    private static final Pattern TOO_LARGE =
            Pattern.compile("(?i)^request too large for .*\\blimit [0-9]+, requested [0-9]+");
    private static final Pattern CROWDED = Pattern.compile(
            "(?i)^(?:the )?system is experiencing high demand" + "|\\b(?:engine|server|model) is currently overloaded");
    private static final Pattern TERMINATED = Pattern.compile("(?i)\\baccess was terminated\\b");

    /** What a 403 says of the credential, its money, its region or its network, rather than of the request. */
    private static final Pattern REFUSED = Pattern.compile("(?i)unsupported_country|\\bmissing scopes\\b"
            + "|\\bpermission(?:s|denied)?\\b|permission_denied|\\baccess denied\\b|\\bip_not_authorized\\b"
            + "|\\bapi[-_ ]?key\\b|\\byour key\\b|\\bkey limit\\b|\\bblocked key\\b"
            + "|billing|\\barrears?\\b|arrearage|overdue|\\bbalance\\b|\\bno credits\\b|insufficient_quota|\\bcall volume quota\\b"
            + "|suspended|deactivated|access_terminated|\\baccess was terminated\\b"
            + "|\\bpublic access is disabled\\b|\\bvirtual network\\b");

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
        Kind kind = kindOf(status, error, isJson(body));
        Duration wait = kind == Kind.RATE_LIMITED || kind == Kind.SERVER_ERROR || kind == Kind.ACCOUNT_REFUSED
                ? RetryAfter.of(headers, error.message())
                : Duration.ZERO;
        if (kind == Kind.RATE_LIMITED && wait.isZero()) {
            wait = RateLimitHeaders.exhaustedFor(headers);
        }
        return new UpstreamFailure(kind, status, error.message(), error.type(), error.param(), error.code(), wait);
    }

    private static Kind kindOf(int status, ParsedError error, boolean json) {
        return switch (status) {
            case 401, 402 -> Kind.ACCOUNT_REFUSED;
            case 403 -> forbidden(error);
            case 404 -> isModelMissing(error, json) ? Kind.MODEL_MISSING : Kind.REQUEST_REJECTED;
            case 408, 409, 424, 425, 498 -> Kind.SERVER_ERROR;
            // Groq says "too large" with the status for large bodies.
            case 413 -> isTooLarge(error) ? Kind.TOO_LARGE_HERE : Kind.REQUEST_REJECTED;
            case 429 -> throttled(error);
            default -> status >= 500 ? Kind.SERVER_ERROR : status >= 400 ? Kind.REQUEST_REJECTED : Kind.BAD_RESPONSE;
        };
    }

    /** One client's request must not take the account from all others: the account is refused only where it is named. */
    private static Kind forbidden(ParsedError error) {
        if (MODEL_GONE.contains(code(error))) {
            return Kind.MODEL_MISSING;
        }
        String words = code(error) + " " + type(error) + " " + error.message();
        return REFUSED.matcher(words).find() ? Kind.ACCOUNT_REFUSED : Kind.REQUEST_REJECTED;
    }

    /** A file or a thread may be missing too, and that says nothing about the model. */
    private static boolean isModelMissing(ParsedError error, boolean json) {
        return !json
                || MODEL_GONE.contains(code(error))
                || "model".equals(error.param())
                || NO_PATH.contains(lower(error.message()))
                || NO_MODEL.matcher(error.message()).find();
    }

    private static Kind throttled(ParsedError error) {
        if (NO_MONEY.contains(code(error))
                || NO_MONEY.contains(type(error))
                || TERMINATED.matcher(error.message()).find()) {
            return Kind.ACCOUNT_REFUSED;
        }
        if (isTooLarge(error)) {
            return Kind.TOO_LARGE_HERE;
        }
        boolean busy = BUSY.contains(lower(code(error)))
                || BUSY.contains(lower(type(error)))
                || CROWDED.matcher(error.message()).find();
        return busy ? Kind.SERVER_ERROR : Kind.RATE_LIMITED;
    }

    private static boolean isTooLarge(ParsedError error) {
        return TOO_LARGE.matcher(error.message()).find();
    }

    /** Whether the provider's own software wrote this, rather than a proxy or a path that nobody serves. */
    private static boolean isJson(byte[] body) {
        for (byte b : body) {
            if (b > ' ') {
                return b == '{' || b == '[' || b == '"';
            }
        }
        return false;
    }

    private static String code(ParsedError error) {
        return error.code() == null ? "" : error.code();
    }

    private static String type(ParsedError error) {
        return error.type() == null ? "" : error.type();
    }

    private static String lower(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }
}
