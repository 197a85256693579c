package io.sluice.domain.dialect.bedrock;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.Redaction;
import io.sluice.domain.failure.Verdict;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the exceptions of Bedrock mean, in an error answer or in a stream, whose names differ in the case of their first
 * letter only (Amazon Bedrock Runtime API reference, common errors, 2026).
 */
public final class BedrockFaults {
    /** From the beginning: further on, a sentence repeats what a client wrote. */
    private static final Pattern MODEL_GONE =
            Pattern.compile("(?i)^invocation of model id \\S{1,300} with on-demand throughput isn.t supported"
                    + "|^the provided model identifier is invalid"
                    + "|^[^'\"]{0,300}\\b(?:end of (?:its )?life|marked by provider as legacy)");

    private static final Pattern MODEL_DENIED = Pattern.compile("(?i)access to the model|model access|marketplace"
            + "|on resource: arn:\\S*:(?:foundation-model|inference-profile|application-inference-profile)/"
            + "|access is denied for this model");
    private static final Pattern TOO_LONG = Pattern.compile(
            "(?i)^input is too long|^too many input tokens|\\bexceeds? the maximum (?:context|number of (?:input )?tokens)");

    private static final String TOO_LONG_CODE = "context_length_exceeded";

    /** Others speak of a signature, a clock, a session or a policy, which may be right again. */
    private static final Set<String> UNKNOWN_KEY = Set.of("unrecognizedclientexception", "invalidclienttokenid");

    private static final Pattern ARN = Pattern.compile("\\barn:[^\\s\"']+");

    /** What names an account: twelve digits. */
    private static final Pattern ACCOUNT_ID = Pattern.compile("(?<![0-9])[0-9]{12}(?![0-9])");

    private BedrockFaults() {}

    /**
     * What an exception means.
     *
     * @param type its name; null when there is none
     * @param message its sentence, as it came
     * @return null when the name is not known
     */
    public static @Nullable Kind kind(@Nullable String type, String message) {
        return switch (type == null ? "" : type.toLowerCase(Locale.ROOT)) {
            case "throttlingexception", "servicequotaexceededexception", "toomanyrequestsexception" ->
                Kind.RATE_LIMITED;
            case "validationexception" ->
                MODEL_GONE.matcher(message).find() ? Kind.MODEL_MISSING : Kind.REQUEST_REJECTED;
            case "accessdeniedexception" ->
                MODEL_DENIED.matcher(message).find() ? Kind.MODEL_MISSING : Kind.ACCOUNT_REFUSED;
            case "unrecognizedclientexception",
                    "invalidsignatureexception",
                    "signaturedoesnotmatch",
                    "incompletesignatureexception",
                    "missingauthenticationtokenexception",
                    "invalidclienttokenid",
                    "expiredtokenexception" -> Kind.ACCOUNT_REFUSED;
            case "resourcenotfoundexception" -> Kind.MODEL_MISSING;
            case "modeltimeoutexception",
                    "modelerrorexception",
                    "modelstreamerrorexception",
                    "modelnotreadyexception",
                    "internalserverexception",
                    "internalfailure",
                    "serviceunavailableexception" -> Kind.SERVER_ERROR;
            default -> null;
        };
    }

    /**
     * A sentence that may be shown. What AWS says of a wrong signature repeats the signed headers, a session's token among
     * them; refusals name accounts and people by their ARNs.
     *
     * @param type the exception's name; null when there is none
     * @param message as it came
     */
    public static String shown(@Nullable String type, String message) {
        String name = type == null ? "" : type.toLowerCase(Locale.ROOT);
        if (name.contains("signature")) {
            return "The provider did not accept the signature of the request.";
        }
        String safe = ACCOUNT_ID.matcher(ARN.matcher(message).replaceAll("***")).replaceAll("***");
        safe = Redaction.redact(safe);
        return safe.isEmpty() ? "The provider reported an error without a message." : safe;
    }

    /**
     * The failure that an exception is.
     *
     * @param status HTTP status; 0 inside an answer
     * @param type its name; null when there is none
     * @param message its sentence, as it came
     * @param kind what it means
     * @param named how long the provider asks to wait; zero when it does not say
     */
    public static UpstreamFailure failure(
            int status, @Nullable String type, String message, Kind kind, Duration named) {
        String word = type == null ? null : Redaction.redact(type);
        return UpstreamFailure.of(
                kind,
                status,
                new ParsedError(
                        shown(type, message),
                        word,
                        null,
                        kind == Kind.REQUEST_REJECTED
                                        && TOO_LONG.matcher(message).find()
                                ? TOO_LONG_CODE
                                : null),
                verdict(kind, status, type == null ? "" : type.toLowerCase(Locale.ROOT), message, named));
    }

    private static Verdict verdict(Kind kind, int status, String type, String message, Duration named) {
        return switch (kind) {
            case RATE_LIMITED -> {
                LimitKind limit = LimitKind.of(null, message);
                // The day's end is the calendar's to say, and so are other usual waits.
                boolean daily = limit == LimitKind.DAY;
                yield new Verdict.SlowDown(
                        Verdict.Reach.MODEL, daily ? Duration.ZERO : named, !daily && named.isPositive(), limit);
            }
            case ACCOUNT_REFUSED ->
                status == 402
                        ? new Verdict.OutOfMoney(Verdict.Reach.ACCOUNT, named)
                        : new Verdict.Dead(UNKNOWN_KEY.contains(type));
            case MODEL_MISSING -> new Verdict.ModelMissing(!type.isEmpty());
            case SERVER_ERROR ->
                new Verdict.EndpointSick(named, status == 503 || type.equals("serviceunavailableexception"));
            case BAD_RESPONSE -> new Verdict.EndpointSick(named, false);
            default -> new Verdict.RequestWrong();
        };
    }

    /** An exception inside an answer of status 200. */
    static UpstreamFailure inAnswer(@Nullable String type, String message) {
        Kind kind = kind(type, message);
        return failure(0, type, message, kind == null ? Kind.SERVER_ERROR : kind, Duration.ZERO);
    }

    /** The answer is not what the dialect says. */
    static UpstreamFailure malformed(String message) {
        return UpstreamFailure.of(Kind.BAD_RESPONSE, message);
    }
}
