package io.sluice.provider;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long a provider asks to wait: {@code retry-after-ms}, else {@code retry-after} in seconds or as a date (RFC 9110,
 * 10.2.3), else the sentence of its message. Anything unreadable or negative is nothing; more than a day is a day.
 */
public final class RetryAfter {
    private static final Duration MOST = Duration.ofHours(24);
    private static final Pattern IN_TEXT = Pattern.compile(
            "(?:try again in|retry after) ([0-9]{1,9}(?:\\.[0-9]{1,9})?)\\s*(ms|s|m|h|seconds?|minutes?)?(?:([0-9]{1,6}(?:\\.[0-9]{1,9})?)s)?",
            Pattern.CASE_INSENSITIVE);

    private RetryAfter() {}

    /**
     * Reads the wait.
     *
     * @param headers the answer's headers
     * @param message the provider's sentence
     * @return zero when none is named
     */
    public static Duration of(MultiMap headers, String message) {
        Duration millis = number(headers.get("retry-after-ms"), 1e-3);
        if (millis != null) {
            return millis;
        }
        String value = headers.get("retry-after");
        if (value != null) {
            Duration seconds = number(value, 1);
            Duration named = seconds != null ? seconds : until(value);
            if (named != null) {
                return named;
            }
        }
        return inText(message);
    }

    private static @Nullable Duration number(@Nullable String text, double unitSeconds) {
        if (text == null || text.length() > 24 || !text.strip().matches("[0-9]+(\\.[0-9]+)?([eE][0-9]{1,3})?")) {
            return null;
        }
        return seconds(Double.parseDouble(text.strip()) * unitSeconds);
    }

    private static Duration seconds(double seconds) {
        return seconds >= MOST.toSeconds() ? MOST : Duration.ofNanos((long) (seconds * 1e9));
    }

    private static @Nullable Duration until(String date) {
        try {
            Instant then = ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), then);
            return wait.isNegative() ? Duration.ZERO : wait.compareTo(MOST) > 0 ? MOST : wait;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static Duration inText(String message) {
        Matcher matcher = IN_TEXT.matcher(message);
        if (!matcher.find()) {
            return Duration.ZERO;
        }
        String unit = matcher.group(2) == null ? "s" : matcher.group(2).toLowerCase(java.util.Locale.ROOT);
        double factor =
                switch (unit) {
                    case "ms" -> 1e-3;
                    case "m", "minute", "minutes" -> 60;
                    case "h" -> 3600;
                    default -> 1;
                };
        double rest = matcher.group(3) == null ? 0 : Double.parseDouble(matcher.group(3));
        return seconds(Double.parseDouble(matcher.group(1)) * factor + rest);
    }
}
