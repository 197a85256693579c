package io.sluice.ingress;

import static io.sluice.ingress.ErrorAnswer.quoted;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.message.KeyLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Events that the gateway itself says in a session, in OpenAI's words. */
final class RealtimeWords {
    private static final String RATE_LIMIT = "rate_limit_exceeded";

    private RealtimeWords() {}

    /**
     * An error, after which the session goes on.
     *
     * @param id of the event
     * @param failure what went wrong
     * @param aboutEvent the client's event that it is about; null when it is about none
     */
    static String error(String id, GatewayFailure failure, @Nullable String aboutEvent) {
        return "{\"type\":\"error\",\"event_id\":" + quoted(id) + ",\"error\":" + errorObject(failure, aboutEvent)
                + "}";
    }

    /** The object {@code error} of such an event. */
    static String errorObject(GatewayFailure failure, @Nullable String aboutEvent) {
        ErrorAnswer answer = ErrorAnswer.of(failure);
        boolean limit = failure instanceof QuotaExceeded exceeded
                        && exceeded.cause() != QuotaExceeded.Cause.REQUEST_TOO_LARGE
                        && exceeded.cause() != QuotaExceeded.Cause.BUDGET
                || failure instanceof UpstreamFailure upstream && upstream.kind() == UpstreamFailure.Kind.RATE_LIMITED;
        Duration wait = answer.retryAfter();
        String again = wait.isPositive() ? ",\"retry_after_ms\":" + Math.ceilDiv(wait.toNanos(), 1_000_000) : "";
        String message = limit && wait.isPositive() && !answer.message().contains("try again")
                ? answer.message() + " Try again in " + seconds(wait) + "."
                : answer.message();
        return "{\"type\":" + quoted(limit ? RATE_LIMIT : answer.type()) + ",\"code\":" + quoted(answer.code())
                + ",\"message\":" + quoted(message) + ",\"param\":" + quoted(answer.param()) + ",\"event_id\":"
                + quoted(aboutEvent) + again + "}";
    }

    private static String seconds(Duration wait) {
        long tenths = Math.ceilDiv(wait.toNanos(), 100_000_000L);
        return tenths / 10 + "." + tenths % 10 + "s";
    }

    /** What is left of the virtual key's limits. */
    static String limits(String id, KeyLimits limits) {
        String requests = limits.requestLimit() == 0
                ? ""
                : limit("requests", limits.requestLimit(), limits.requestsLeft(), limits.requestResetMillis());
        String tokens = limits.tokenLimit() == 0
                ? ""
                : limit("tokens", limits.tokenLimit(), limits.tokensLeft(), limits.tokenResetMillis());
        return "{\"type\":\"rate_limits.updated\",\"event_id\":" + quoted(id) + ",\"rate_limits\":[" + requests
                + (requests.isEmpty() || tokens.isEmpty() ? "" : ",") + tokens + "]}";
    }

    private static String limit(String name, long limit, long left, long resetMillis) {
        return "{\"name\":\"" + name + "\",\"limit\":" + limit + ",\"remaining\":" + left + ",\"reset_seconds\":"
                + resetMillis / 1000 + "." + String.format("%03d", resetMillis % 1000) + "}";
    }

    /** Has the provider end a response. */
    static String cancel(String responseId) {
        return "{\"type\":\"response.cancel\",\"response_id\":" + quoted(responseId) + "}";
    }
}
