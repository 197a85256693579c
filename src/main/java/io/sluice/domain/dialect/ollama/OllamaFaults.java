package io.sluice.domain.dialect.ollama;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.NamedWait;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.Redaction;
import io.sluice.domain.failure.Verdict;
import java.time.Duration;
import java.util.regex.Pattern;

/** What Ollama's errors mean. They are sentences without a code (Ollama API reference and server, 2026). */
public final class OllamaFaults {
    private static final Pattern NO_MODEL =
            Pattern.compile("(?i)^(?:the )?model\\b.{0,200}\\bnot found|, try pulling it first$|^no such model");
    private static final Pattern BUSY = Pattern.compile("(?i)server busy|maximum pending requests|loading model"
            + "|requires more (?:system )?memory|out of memory|runner process|llama runner|llm server|timed out");
    private static final Pattern RATE = Pattern.compile("(?i)too many requests|rate limit|usage limit");
    private static final Pattern REFUSED = Pattern.compile("(?i)\\bunauthorized\\b|invalid (?:api )?key");
    private static final Pattern TOO_LONG =
            Pattern.compile("(?i)exceeds the context length|exceeds maximum context|input too large");
    private static final Pattern INVALID_KEY = Pattern.compile("(?i)invalid (?:api )?key");
    private static final Pattern REJECTED = Pattern.compile("(?i)does not support|invalid (?:option|format|image|role)"
            + "|exceeds the context length|exceeds maximum context|input too large");

    private OllamaFaults() {}

    /**
     * What an error means.
     *
     * @param status HTTP status; 200 for an error inside an answer
     * @param message its sentence, as it came
     */
    public static Kind kind(int status, String message) {
        return switch (status) {
            case 401, 402 -> Kind.ACCOUNT_REFUSED;
            case 403, 404 -> Kind.MODEL_MISSING;
            case 408, 425 -> Kind.SERVER_ERROR;
            case 429 -> Kind.RATE_LIMITED;
            default -> kindOf(status, message);
        };
    }

    private static Kind kindOf(int status, String message) {
        if (NO_MODEL.matcher(message).find()) {
            return Kind.MODEL_MISSING;
        }
        if (BUSY.matcher(message).find()) {
            return Kind.SERVER_ERROR;
        }
        if (status >= 500) {
            return Kind.SERVER_ERROR;
        }
        if (status >= 400) {
            return Kind.REQUEST_REJECTED;
        }
        if (RATE.matcher(message).find()) {
            return Kind.RATE_LIMITED;
        }
        if (REFUSED.matcher(message).find()) {
            return Kind.ACCOUNT_REFUSED;
        }
        return REJECTED.matcher(message).find() ? Kind.REQUEST_REJECTED : Kind.SERVER_ERROR;
    }

    /**
     * The failure that an error is.
     *
     * @param status HTTP status; 0 inside an answer
     * @param error what it says
     * @param named how long the provider asks to wait; zero when it does not say
     */
    public static UpstreamFailure failure(int status, ParsedError error, Duration named) {
        Kind kind = status > 0 && status < 400 ? Kind.BAD_RESPONSE : kind(status == 0 ? 200 : status, error.message());
        boolean tooLong = kind == Kind.REQUEST_REJECTED
                && TOO_LONG.matcher(error.message()).find();
        ParsedError known = tooLong
                ? new ParsedError(error.message(), error.type(), error.param(), "context_length_exceeded")
                : error;
        return UpstreamFailure.of(kind, status, known, verdict(kind, status, error.message(), named));
    }

    private static Verdict verdict(Kind kind, int status, String message, Duration named) {
        return switch (kind) {
            case RATE_LIMITED -> {
                LimitKind limit = LimitKind.of(null, message);
                yield new Verdict.SlowDown(Verdict.Reach.MODEL, named, named.isPositive(), limit);
            }
            case ACCOUNT_REFUSED ->
                status == 402
                        ? new Verdict.OutOfMoney(Verdict.Reach.ACCOUNT, named)
                        : new Verdict.Dead(INVALID_KEY.matcher(message).find());
            case MODEL_MISSING ->
                new Verdict.ModelMissing(NO_MODEL.matcher(message).find());
            case SERVER_ERROR ->
                new Verdict.EndpointSick(
                        named, status == 503 || BUSY.matcher(message).find());
            case BAD_RESPONSE -> new Verdict.EndpointSick(Duration.ZERO, false);
            default -> new Verdict.RequestWrong();
        };
    }

    /** An error inside an answer of status 200. */
    static UpstreamFailure inAnswer(String message) {
        String shown = Redaction.redact(message);
        ParsedError error = new ParsedError(
                shown.isEmpty() ? "The provider reported an error without a message." : shown, null, null, null);
        return failure(0, error, NamedWait.inText(message));
    }

    /** The answer is not what the dialect says. */
    static UpstreamFailure malformed(String message) {
        return UpstreamFailure.of(Kind.BAD_RESPONSE, message);
    }
}
