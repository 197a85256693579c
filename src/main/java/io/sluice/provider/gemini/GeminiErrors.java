package io.sluice.provider.gemini;

import io.sluice.domain.dialect.gemini.GeminiError;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** What error answers of Gemini mean: see {@link GeminiError}. Requests a day are counted anew at midnight in California. */
final class GeminiErrors {
    private static final ZoneId PACIFIC = ZoneId.of("America/Los_Angeles");

    private GeminiErrors() {}

    static UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        GeminiError error = GeminiError.read(status, body);
        UpstreamFailure failure = error.failure();
        if (error.daily()) {
            return waiting(failure, untilMidnight(now));
        }
        return switch (failure.kind()) {
            case RATE_LIMITED, SERVER_ERROR ->
                failure.retryAfter().isZero() ? waiting(failure, RetryAfter.of(headers, failure.message())) : failure;
            default -> failure;
        };
    }

    /** The time until the provider's day ends, rounded up to a second. */
    static Duration untilMidnight(Instant now) {
        ZonedDateTime here = now.atZone(PACIFIC);
        ZonedDateTime midnight = here.toLocalDate().plusDays(1).atStartOfDay(PACIFIC);
        return Duration.ofSeconds(ChronoUnit.SECONDS.between(here, midnight) + 1);
    }

    private static UpstreamFailure waiting(UpstreamFailure failure, Duration wait) {
        return new UpstreamFailure(
                failure.kind(),
                failure.status(),
                failure.message(),
                failure.type(),
                failure.param(),
                failure.code(),
                wait);
    }
}
