package io.sluice.provider;

import io.sluice.domain.failure.NamedWait;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * How long a provider asks to wait, the first of these that names a time: {@code retry-after-ms}, {@code retry-after} in
 * seconds or as a date (RFC 9110, 10.2.3), the reset of a limit of which nothing is left ({@link RateLimitHeaders}), the
 * body ({@link NamedWait}). What is unreadable, zero, negative or over names no time; more than a day is a day.
 */
public final class RetryAfter {
    private static final int LONGEST_DATE = 40;

    private RetryAfter() {}

    /**
     * Reads the wait.
     *
     * @param headers the answer's headers
     * @param body the beginning of its body
     * @param zone of dates in the body that have none
     * @param now the wall clock's time
     * @return zero when none is named
     */
    public static Duration of(MultiMap headers, byte[] body, ZoneId zone, Instant now) {
        Duration millis = NamedWait.number(headers.get("retry-after-ms"), 1e-3);
        if (millis != null && millis.isPositive()) {
            return millis;
        }
        Instant dated = dated(headers, now);
        Duration after = after(headers.get("retry-after"), dated);
        if (after.isPositive()) {
            return after;
        }
        Duration exhausted = RateLimitHeaders.exhaustedFor(headers, dated);
        return exhausted.isPositive() ? exhausted : NamedWait.inBody(body, zone, now);
    }

    /** When the answer was written by its own clock, by which its dates count; ours when it does not say, or is far off. */
    private static Instant dated(MultiMap headers, Instant now) {
        Instant date = date(headers.get("date"));
        return date != null && Duration.between(date, now).abs().compareTo(NamedWait.LONGEST) < 0 ? date : now;
    }

    private static Duration after(@Nullable String value, Instant now) {
        Duration seconds = NamedWait.number(value, 1);
        if (seconds != null) {
            return seconds;
        }
        Instant then = date(value);
        Duration wait = then == null ? Duration.ZERO : Duration.between(now, then);
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(NamedWait.LONGEST) > 0 ? NamedWait.LONGEST : wait;
    }

    private static @Nullable Instant date(@Nullable String value) {
        if (value == null || value.length() > LONGEST_DATE) {
            return null;
        }
        try {
            return ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
