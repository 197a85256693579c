package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.NamedWait;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.Redaction;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.failure.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an error of Google's means ({@code google.rpc.Status} with details, Gemini API troubleshooting, 2026). Reasons of
 * the details go before the status, the status before the text: the sentence about plan and billing is said of ordinary
 * limits a minute too.
 *
 * @param failure its class
 * @param daily whether it is a limit of a day, which ends at midnight in California
 */
public record GeminiError(UpstreamFailure failure, boolean daily) {
    private static final Set<String> DEAD = Set.of(
            "API_KEY_INVALID",
            "API_KEY_SERVICE_BLOCKED",
            "API_KEY_HTTP_REFERRER_BLOCKED",
            "API_KEY_IP_ADDRESS_BLOCKED",
            "SERVICE_DISABLED",
            "CONSUMER_SUSPENDED",
            "CONSUMER_INVALID",
            "ACCOUNT_STATE_INVALID");

    /** Another credential may do. */
    private static final Set<String> REFUSED = Set.of("ACCESS_TOKEN_EXPIRED", "CREDENTIALS_MISSING");

    private static final String NO_PERMISSION = "IAM_PERMISSION_DENIED";
    private static final String NO_BILLING = "BILLING_DISABLED";
    /** Anchored where the status is a wrong request's: further on Google repeats what the client wrote. */
    private static final Pattern DEAD_KEY = Pattern.compile("(?i)^api[ _]key (?:not valid|expired|not found)"
            + "|^user location is not supported for the api use\\b|^your api key was reported as leaked\\b"
            + "|^consumer \\S{1,200} has been suspended\\b");

    private static final Pattern UNPAID = Pattern.compile(
            "(?i)^[^'\"`]{0,200}\\b(?:billing (?:is |to be )?(?:not enabled|disabled|enabled)|enable billing)\\b");
    private static final Pattern NO_MODEL = Pattern.compile(
            "(?i)\\bmodels?[ /][^ ]{1,200} (?:is|was) not (?:found|supported)\\b|\\bpublisher model\\b");
    /** A file or a cache of another account: the client's mistake, whatever the status says. */
    private static final Pattern OTHERS_FILE =
            Pattern.compile("(?i)\\bpermission to access the file\\b|\\bcached ?content\\b");
    /** Capacity that all customers of a region share (Vertex AI): the account is not to blame. */
    private static final Pattern CROWDED = Pattern.compile("(?i)^resource exhausted, please try again later");

    private static final Pattern TOO_LONG =
            Pattern.compile("(?i)\\binput token count\\b.{0,60}\\bexceeds the maximum\\b");
    /** A firewall's page, a conflict, somebody who left: nobody who serves one such request is to blame. */
    private static final Set<Integer> OF_REQUEST = Set.of(403, 409, 498, 499);

    private static final Pattern ZERO = Pattern.compile("(?i)\\blimit: 0\\b");

    /**
     * Reads an error.
     *
     * @param status HTTP status; 0 when the error stood in an answer, whose own code then counts
     * @param body JSON, also in an array, or anything else
     */
    public static GeminiError read(int status, byte[] body) {
        ParsedError said = UpstreamErrors.parse(status, body);
        JsonNode json = Json.read(body, 0, body.length);
        JsonNode first = json != null && json.isArray() ? json.path(0) : json;
        JsonNode error = first == null ? Json.object() : first.path("error");
        Details details = Details.of(error);
        int code = status != 0 ? status : error.path("code").asInt(0);
        String word = error.path("status").asText("");
        String text = error.path("message").asText("");
        Kind kind = kind(code, word, details, text, first != null);
        boolean throttled = kind == Kind.RATE_LIMITED || kind == Kind.SERVER_ERROR;
        boolean daily = kind == Kind.RATE_LIMITED && details.limit == LimitKind.DAY;
        // What it says to wait for a day's limit is a minute's.
        Duration wait = throttled && !daily ? wait(details, text) : Duration.ZERO;
        Verdict verdict = verdict(kind, code, details, text, wait);
        String named = code(kind, details, text, said);
        return new GeminiError(
                new UpstreamFailure(
                        kind,
                        status,
                        said.message(),
                        word.isEmpty() ? said.type() : safe(word),
                        said.param(),
                        named.isEmpty() ? null : named,
                        wait,
                        verdict),
                daily);
    }

    /** What the details say. */
    private record Details(String reason, @Nullable Duration retry, LimitKind limit, boolean zero) {
        static Details of(JsonNode error) {
            String reason = "";
            Duration retry = null;
            LimitKind limit = LimitKind.UNKNOWN;
            boolean zero = false;
            for (JsonNode detail : error.path("details")) {
                String type = detail.path("@type").asText("");
                if (type.endsWith("google.rpc.ErrorInfo")) {
                    reason = detail.path("reason").asText("");
                } else if (type.endsWith("google.rpc.RetryInfo")) {
                    Duration named = NamedWait.reset(detail.path("retryDelay").asText(""), Instant.EPOCH);
                    retry = named.isZero() ? null : named;
                } else if (type.endsWith("google.rpc.QuotaFailure")) {
                    for (JsonNode violation : detail.path("violations")) {
                        limit = limit == LimitKind.DAY
                                ? limit
                                : limit(violation.path("quotaId").asText(""));
                        zero |= violation.path("quotaValue").asText("").equals("0");
                    }
                }
            }
            return new Details(reason, retry, limit, zero);
        }

        private static LimitKind limit(String quotaId) {
            if (quotaId.contains("PerDay")) {
                return LimitKind.DAY;
            }
            return quotaId.contains("Token")
                    ? LimitKind.TOKENS
                    : quotaId.contains("Request") ? LimitKind.REQUESTS : LimitKind.UNKNOWN;
        }
    }

    private static Verdict verdict(Kind kind, int code, Details details, String text, Duration wait) {
        return switch (kind) {
            case RATE_LIMITED -> new Verdict.SlowDown(Verdict.Reach.MODEL, wait, wait.isPositive(), details.limit);
            case ACCOUNT_REFUSED ->
                isUnpaid(code, details, text)
                        ? new Verdict.OutOfMoney(Verdict.Reach.ACCOUNT, Duration.ZERO)
                        : new Verdict.Dead(isDead(details, text));
            case MODEL_MISSING ->
                new Verdict.ModelMissing(details.zero
                        || ZERO.matcher(text).find()
                        || NO_MODEL.matcher(text).find()
                        || details.reason.equals(NO_PERMISSION));
            case SERVER_ERROR ->
                OF_REQUEST.contains(code)
                        ? new Verdict.Elsewhere()
                        : new Verdict.EndpointSick(wait, code == 429 || code == 503);
            case BAD_RESPONSE -> new Verdict.EndpointSick(wait, false);
            default -> new Verdict.RequestWrong();
        };
    }

    private static boolean isUnpaid(int code, Details details, String text) {
        return code == 402
                || details.reason.equals(NO_BILLING)
                || UNPAID.matcher(text).find();
    }

    private static boolean isDead(Details details, String text) {
        return DEAD.contains(details.reason) || DEAD_KEY.matcher(text).find();
    }

    private static Kind kind(int code, String status, Details details, String text, boolean json) {
        if (isDead(details, text) || REFUSED.contains(details.reason) || isUnpaid(code, details, text)) {
            return Kind.ACCOUNT_REFUSED;
        }
        return switch (code) {
            case 401, 402 -> Kind.ACCOUNT_REFUSED;
            case 403 -> forbidden(text, json);
            case 404 -> !json || NO_MODEL.matcher(text).find() ? Kind.MODEL_MISSING : Kind.REQUEST_REJECTED;
            case 408, 409, 498, 499 -> Kind.SERVER_ERROR;
            case 429 -> throttled(details, text);
            case 0 -> named(status);
            default -> code >= 500 ? Kind.SERVER_ERROR : code >= 400 ? Kind.REQUEST_REJECTED : Kind.BAD_RESPONSE;
        };
    }

    private static Kind forbidden(String text, boolean json) {
        if (!json) {
            // A firewall's page, which may not like one request.
            return Kind.SERVER_ERROR;
        }
        return OTHERS_FILE.matcher(text).find() ? Kind.REQUEST_REJECTED : Kind.MODEL_MISSING;
    }

    private static Kind throttled(Details details, String text) {
        if (details.zero || ZERO.matcher(text).find()) {
            // The account's plan does not have this model.
            return Kind.MODEL_MISSING;
        }
        return CROWDED.matcher(text).find() ? Kind.SERVER_ERROR : Kind.RATE_LIMITED;
    }

    private static String code(Kind kind, Details details, String text, ParsedError said) {
        if (kind == Kind.REQUEST_REJECTED && TOO_LONG.matcher(text).find()) {
            return "context_length_exceeded";
        }
        return details.reason.isEmpty() ? said.code() == null ? "" : said.code() : safe(details.reason);
    }

    private static Kind named(String status) {
        return switch (status.toUpperCase(Locale.ROOT)) {
            case "RESOURCE_EXHAUSTED" -> Kind.RATE_LIMITED;
            case "UNAUTHENTICATED" -> Kind.ACCOUNT_REFUSED;
            case "PERMISSION_DENIED" -> Kind.MODEL_MISSING;
            case "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE" -> Kind.REQUEST_REJECTED;
            default -> Kind.SERVER_ERROR;
        };
    }

    private static Duration wait(Details details, String text) {
        return details.retry != null ? details.retry : NamedWait.inText(text);
    }

    /** A word or a sentence that may be shown. */
    static String safe(String text) {
        return Redaction.redact(text);
    }
}
