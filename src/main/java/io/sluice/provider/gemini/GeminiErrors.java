package io.sluice.provider.gemini;

import static java.time.ZoneOffset.UTC;

import io.sluice.domain.dialect.gemini.GeminiError;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.provider.RetryAfter;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/** What error answers of Gemini mean: see {@link GeminiError}. Requests a day are counted anew at midnight in California. */
final class GeminiErrors {
    private static final ZoneId PACIFIC = ZoneId.of("America/Los_Angeles");
    private static final ErrorTable CALENDAR = new ErrorTable(List.of(), PACIFIC, List.of());

    private GeminiErrors() {}

    static UpstreamFailure classify(int status, MultiMap headers, byte[] body, Instant now) {
        GeminiError error = GeminiError.read(status, body);
        UpstreamFailure failure = error.failure();
        // Google itself sends no such headers; who stands before it may. A day's limit ends with the day, whatever is
        // said.
        Duration named = error.daily() ? Duration.ZERO : RetryAfter.of(headers, body, UTC, now);
        return switch (failure.verdict()) {
            case Verdict.SlowDown slow
            when named.isPositive() ->
                failure.as(failure.kind(), new Verdict.SlowDown(slow.reach(), named, true, slow.limit()));
            case Verdict.EndpointSick sick
            when named.isPositive() -> failure.as(failure.kind(), new Verdict.EndpointSick(named, sick.everyones()));
            default -> CALENDAR.dated(failure, now);
        };
    }

    /** What an error inside an answer means, with the end of the provider's day. */
    static UpstreamFailure inAnswer(UpstreamFailure failure, Instant now) {
        return CALENDAR.dated(failure, now);
    }
}
