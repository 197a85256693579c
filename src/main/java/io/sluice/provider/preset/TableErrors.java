package io.sluice.provider.preset;

import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.LimitKind;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.failure.Verdict;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;

/**
 * What error answers mean by a table. Where it says nothing the status decides, and whether the provider's own software
 * wrote the body.
 */
public final class TableErrors {
    /** Said of paths that do not exist: what a wrong base URL, deployment or API version leads to. */
    private static final Set<String> NO_PATH = Set.of("not found", "resource not found");

    private TableErrors() {}

    /**
     * Classifies an answer that is not a success.
     *
     * @param table the provider's, with that of its dialect
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body
     * @param now the wall clock's time
     */
    public static UpstreamFailure classify(ErrorTable table, int status, MultiMap headers, byte[] body, Instant now) {
        ParsedError error = UpstreamErrors.parse(status, body);
        ErrorTable.Rule rule = status < 400 ? null : table.find(status, error);
        Duration named = RetryAfter.of(headers, body, table.zone(), now);
        if (rule != null) {
            return table.failure(rule, status, error, named, now);
        }
        Verdict ofRequest = UpstreamErrors.ofRequest(status, body);
        if (ofRequest != null) {
            return UpstreamFailure.of(kind(status, ofRequest), status, error, ofRequest);
        }
        Verdict verdict =
                switch (status) {
                    case 401 -> new Verdict.Dead(false);
                    case 402 -> new Verdict.OutOfMoney(Verdict.Reach.ACCOUNT, named);
                    case 403 -> new Verdict.ModelMissing(false);
                    case 404 -> missing(error, body);
                    case 408, 425 -> new Verdict.EndpointSick(named, false);
                    case 429 -> slowDown(table, error, named, now);
                    case 503, 529 -> new Verdict.EndpointSick(named, true);
                    default ->
                        status >= 500 || status < 400
                                ? new Verdict.EndpointSick(named, false)
                                : new Verdict.RequestWrong();
                };
        return UpstreamFailure.of(kind(status, verdict), status, error, verdict);
    }

    private static Kind kind(int status, Verdict verdict) {
        return switch (verdict) {
            case Verdict.SlowDown slow -> Kind.RATE_LIMITED;
            case Verdict.Dead dead -> Kind.ACCOUNT_REFUSED;
            case Verdict.OutOfMoney money -> Kind.ACCOUNT_REFUSED;
            case Verdict.ModelMissing missing -> Kind.MODEL_MISSING;
            case Verdict.RequestWrong wrong -> Kind.REQUEST_REJECTED;
            default -> status < 400 ? Kind.BAD_RESPONSE : Kind.SERVER_ERROR;
        };
    }

    /** A file or a thread may be missing too, and that says nothing about the model. */
    private static Verdict missing(ParsedError error, byte[] body) {
        boolean path = !UpstreamErrors.isJson(body)
                || NO_PATH.contains(error.message().strip().toLowerCase(Locale.ROOT));
        return path || "model".equals(error.param())
                ? new Verdict.ModelMissing("model".equals(error.param()))
                : new Verdict.RequestWrong();
    }

    private static Verdict slowDown(ErrorTable table, ParsedError error, Duration named, Instant now) {
        LimitKind limit = LimitKind.of(error.type(), error.message());
        return named.isPositive()
                ? new Verdict.SlowDown(Verdict.Reach.MODEL, named, true, limit)
                : new Verdict.SlowDown(Verdict.Reach.MODEL, limit.usual(table.zone(), now), false, limit);
    }
}
