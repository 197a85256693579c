package io.sluice.provider.anthropic;

import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.preset.Presets;
import io.sluice.provider.preset.TableErrors;
import io.vertx.core.MultiMap;
import java.time.Instant;

/** What Anthropic's error answers mean: the table {@code errors/anthropic.yaml}. */
final class AnthropicErrors {
    static final ErrorTable TABLE = Presets.errors("anthropic");

    private AnthropicErrors() {}

    /**
     * Classifies an answer that is not a success.
     *
     * @param status HTTP status
     * @param headers the answer's headers
     * @param body the beginning of its body
     * @param now the wall clock's time
     */
    static UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        return TableErrors.classify(TABLE, status, headers, body, now);
    }
}
