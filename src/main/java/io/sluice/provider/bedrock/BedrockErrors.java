package io.sluice.provider.bedrock;

import static java.time.ZoneOffset.UTC;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.bedrock.BedrockFaults;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Redaction;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.failure.Verdict;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What error answers of Bedrock mean: the exception's name, in {@code x-amzn-errortype} or the body's {@code __type}, goes
 * before the status. A limit of tokens per day is over at the next midnight UTC.
 */
final class BedrockErrors {
    private static final int LONGEST_TYPE = 100;

    private BedrockErrors() {}

    /**
     * Classifies an answer that is not a success.
     *
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body
     * @param now the wall clock's time
     */
    static UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        JsonNode json = Json.read(body, 0, body.length);
        String message = json == null ? "" : message(json);
        String type = type(headers, json);
        if (message.isEmpty()) {
            message = UpstreamErrors.parse(status, body).message();
        }
        Kind known = BedrockFaults.kind(type, message);
        Verdict ofRequest = known == null ? UpstreamErrors.ofRequest(status, body) : null;
        if (ofRequest != null) {
            Kind rejected = ofRequest instanceof Verdict.RequestWrong ? Kind.REQUEST_REJECTED : Kind.SERVER_ERROR;
            return UpstreamFailure.of(rejected, status, UpstreamErrors.parse(status, body), ofRequest);
        }
        Kind kind = known == null ? byStatus(status) : known;
        return ErrorTable.NONE.dated(
                BedrockFaults.failure(status, type, message, kind, RetryAfter.of(headers, body, UTC, now)), now);
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
            case 401, 402 -> Kind.ACCOUNT_REFUSED;
            case 403, 404 -> Kind.MODEL_MISSING;
            case 408, 425 -> Kind.SERVER_ERROR;
            case 429 -> Kind.RATE_LIMITED;
            default -> status >= 500 ? Kind.SERVER_ERROR : status >= 400 ? Kind.REQUEST_REJECTED : Kind.BAD_RESPONSE;
        };
    }
}
