package io.sluice.provider.anthropic;

import io.sluice.domain.lease.Observation;
import io.sluice.domain.lease.Units;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code anthropic-ratelimit-requests-*}, {@code -input-tokens-*} and {@code -output-tokens-*} (Anthropic API
 * reference, Rate limits, 2026). They hold for a minute, so they are believed only for an account whose operator
 * configured a minute for that dimension, and only where everything fits again within two; a service that counts
 * by the day under these names would shut an account. {@code anthropic-ratelimit-tokens-*} names now one limit, now
 * another, and is not read. What cannot be a number of these is as if it were not there.
 *
 * <p>Tokens that are left are rounded to thousands by Anthropic.
 */
final class AnthropicLimits {
    private static final Map<Dimension, String> NAMES = Map.of(
            Dimension.REQUESTS, "requests",
            Dimension.INPUT_TOKENS, "input-tokens",
            Dimension.OUTPUT_TOKENS, "output-tokens");

    /** What a limit may be at most. */
    private static final long LARGEST = 1L << 40;

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration LONGEST_RESET = Duration.ofMinutes(2);
    private static final int LONGEST_VALUE = 40;
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,13}");

    private AnthropicLimits() {}

    /**
     * What an answer says about an account's limits.
     *
     * @param candidate who answered
     * @param headers of the answer
     * @return null when it says nothing that can be believed
     */
    static @Nullable Observation read(Candidate candidate, MultiMap headers) {
        long[] limits = new long[Units.DIMENSIONS];
        long[] remaining = new long[Units.DIMENSIONS];
        for (Dimension dimension : NAMES.keySet()) {
            long limit = amount(headers, dimension, "limit");
            long left = amount(headers, dimension, "remaining");
            if (limit > 0 && left >= 0 && isByTheMinute(candidate, dimension, headers)) {
                limits[dimension.ordinal()] = limit;
                remaining[dimension.ordinal()] = Math.min(left, limit);
            }
        }
        Units named = Units.of(limits);
        return named.isNone() ? null : new Observation(0, named, Units.of(remaining));
    }

    private static boolean isByTheMinute(Candidate candidate, Dimension dimension, MultiMap headers) {
        Duration reset = reset(headers, dimension);
        if (reset != null && reset.compareTo(LONGEST_RESET) > 0) {
            return false;
        }
        return candidate.scopes().stream()
                .flatMap(scope -> scope.limits().windows().stream())
                .anyMatch(limit -> limit.dimension() == dimension
                        && limit.zone() == null
                        && limit.window().equals(MINUTE));
    }

    /** How long after the answer's own date everything fits again; null when that is not said. */
    private static @Nullable Duration reset(MultiMap headers, Dimension dimension) {
        String reset = headers.get(name(dimension, "reset"));
        String date = headers.get("date");
        if (reset == null || date == null || reset.length() > LONGEST_VALUE || date.length() > LONGEST_VALUE) {
            return null;
        }
        try {
            Instant now = ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait =
                    Duration.between(now, OffsetDateTime.parse(reset.strip()).toInstant());
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
    }

    private static String name(Dimension dimension, String what) {
        return "anthropic-ratelimit-" + NAMES.get(dimension) + "-" + what;
    }

    /** A header's number, 0 to {@link #LARGEST}; -1 when it is none. */
    private static long amount(MultiMap headers, Dimension dimension, String what) {
        String value = headers.get(name(dimension, what));
        if (value == null || value.length() > LONGEST_VALUE) {
            return -1;
        }
        String text = value.strip();
        long amount = AMOUNT.matcher(text).matches() ? Long.parseLong(text) : -1;
        return amount <= LARGEST ? amount : -1;
    }
}
