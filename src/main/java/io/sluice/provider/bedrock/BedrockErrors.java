package io.sluice.provider.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.bedrock.BedrockFaults;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Redaction;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What error answers of Bedrock mean: the exception's name, in {@code x-amzn-errortype} or the body's {@code __type}, goes
 * before the status. A limit of tokens per day is over at the next midnight UTC by the answer's own date.
 */
final class BedrockErrors {
    private static final Pattern DAILY = Pattern.compile("(?i)\\bper day\\b");
    private static final Duration NO_DATE = Duration.ofHours(1);
    private static final int LONGEST_TYPE = 100;

    private BedrockErrors() {}

    /**
     * Classifies an answer that is not a success.
     *
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body
     */
    static UpstreamFailure classify(int status, MultiMap headers, byte[] body) {
        JsonNode json = Json.read(body, 0, body.length);
        String message = json == null ? "" : message(json);
        String type = type(headers, json);
        if (message.isEmpty()) {
            message = UpstreamErrors.parse(status, body).message();
        }
        Kind known = BedrockFaults.kind(type, message);
        Kind kind = known == null ? byStatus(status) : known;
        Duration wait = kind == Kind.RATE_LIMITED || kind == Kind.SERVER_ERROR
                ? RetryAfter.of(headers, message)
                : Duration.ZERO;
        if (kind == Kind.RATE_LIMITED && wait.isZero() && DAILY.matcher(message).find()) {
            wait = untilMidnight(headers.get("date"));
        }
        return new UpstreamFailure(kind, status, BedrockFaults.shown(type, message), type, null, null, wait);
    }

    private static String message(JsonNode json) {
        String lower = json.path("message").asText("");
        return lower.isEmpty() ? json.path("Message").asText("") : lower;
    }

    /** {@code ThrottlingException:http://…} in a header, {@code com.amazon.coral.service#ThrottlingException} in a body. */
    private static @Nullable String type(MultiMap headers, @Nullable JsonNode json) {
        String type = headers.get("x-amzn-errortype");
        if (type == null && json != null && json.path("__type").isTextual()) {
            type = json.path("__type").textValue();
        }
        if (type == null) {
            return null;
        }
        String name = type.substring(type.indexOf('#') + 1).split(":", 2)[0].strip();
        return name.isEmpty() || name.length() > LONGEST_TYPE ? null : Redaction.redact(name);
    }

    private static Kind byStatus(int status) {
        return switch (status) {
            case 401, 402, 403 -> Kind.ACCOUNT_REFUSED;
            case 404 -> Kind.MODEL_MISSING;
            case 408, 409, 424, 425 -> Kind.SERVER_ERROR;
            case 429 -> Kind.RATE_LIMITED;
            default -> status >= 500 ? Kind.SERVER_ERROR : status >= 400 ? Kind.REQUEST_REJECTED : Kind.BAD_RESPONSE;
        };
    }

    private static Duration untilMidnight(@Nullable String date) {
        if (date == null) {
            return NO_DATE;
        }
        try {
            ZonedDateTime now = ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .withZoneSameInstant(ZoneOffset.UTC);
            LocalDate tomorrow = now.toLocalDate().plusDays(1);
            return Duration.between(now, tomorrow.atStartOfDay(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return NO_DATE;
        }
    }
}
