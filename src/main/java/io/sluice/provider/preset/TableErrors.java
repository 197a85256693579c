package io.sluice.provider.preset;

import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.provider.RateLimitHeaders;
import io.sluice.provider.RetryAfter;
import io.sluice.provider.openai.OpenAiErrors;
import io.vertx.core.MultiMap;
import java.time.Duration;

/** What error answers mean by a provider's table; where it says nothing, as OpenAI means them. */
public final class TableErrors {
    private TableErrors() {}

    /**
     * Classifies an answer that is not a success.
     *
     * @param table the provider's
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body
     */
    public static UpstreamFailure classify(ErrorTable table, int status, MultiMap headers, byte[] body) {
        ParsedError error = UpstreamErrors.parse(status, body);
        ErrorTable.Rule rule = status < 400 ? null : table.find(status, error);
        if (rule == null) {
            return OpenAiErrors.classify(status, headers, body);
        }
        Duration asked = RetryAfter.of(headers, error.message());
        if (asked.isZero() && rule.meaning() == ErrorTable.Meaning.SLOW_DOWN) {
            asked = RateLimitHeaders.exhaustedFor(headers);
        }
        return ErrorTable.failure(rule, status, error, asked);
    }
}
