package io.sluice.provider;

import io.sluice.domain.failure.NamedWait;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.lease.Units;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code x-ratelimit-limit-*}, {@code -remaining-*} and {@code -reset-*}, for {@code requests} and {@code tokens}
 * (platform.openai.com/docs/guides/rate-limits, as of 2026). What cannot be a number of these is as if it were not there:
 * garbage, negative, a limit of 0, more than any limit can be.
 *
 * <p>The names do not say for which window a number holds: some services count requests by the day here, some by the
 * second. A number is believed only where the time until everything fits again agrees with the window that is
 * configured; a day's limit taken for a minute's would shut an account.
 */
public final class RateLimitHeaders {
    private static final Map<Dimension, String> NAMES =
            Map.of(Dimension.REQUESTS, "requests", Dimension.TOKENS, "tokens");

    /** What {@link Limit#amount()} may be at most. */
    private static final long LARGEST = 1L << 40;

    /** Windows longer than this are not told of by these headers, or cannot be told from shorter ones. */
    private static final Duration LONGEST_WINDOW = Duration.ofHours(1);

    /** How much longer than its window a nearly unused limit may seem to take to fill again, where windows slide. */
    private static final long MOST_OF_WINDOW = 60;

    private static final long SECOND = 1_000_000_000L;
    private static final int LONGEST_NAME = 80;
    private static final Pattern SPENT =
            Pattern.compile("(?:x-|anthropic-)?(?:rate|token)limit(?:bysize)?-(?:[a-z-]*-)?remaining(?:-[a-z-]*)?");
    private static final Pattern LIMIT = Pattern.compile("(?:x-)?ratelimit(?:bysize)?-limit(?:-[a-z-]*)?");
    private static final double LONGEST_RESET_SECONDS = 86_400;
    private static final int LONGEST_VALUE = 32;
    private static final Pattern AMOUNT = Pattern.compile("[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,13}");
    private static final Pattern PLAIN = Pattern.compile("[0-9]{1,15}(?:\\.[0-9]{1,9})?");
    private static final Pattern PART = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)(ns|us|µs|ms|s|m|h|d)");

    private RateLimitHeaders() {}

    /**
     * What an answer says about an account's limits.
     *
     * @param candidate who answered
     * @param headers of the answer
     * @param dimensions which of them its provider's numbers are to be believed for
     * @return null when it says nothing that can be believed
     */
    public static @Nullable Observation read(Candidate candidate, MultiMap headers, Set<Dimension> dimensions) {
        long[] limits = new long[Units.DIMENSIONS];
        long[] remaining = new long[Units.DIMENSIONS];
        for (Dimension dimension : dimensions) {
            long limit = amount(headers, "limit", dimension);
            long left = amount(headers, "remaining", dimension);
            if (limit > 0 && left >= 0 && isOfWindow(candidate, dimension, headers, limit, Math.min(left, limit))) {
                limits[dimension.ordinal()] = limit;
                remaining[dimension.ordinal()] = Math.min(left, limit);
            }
        }
        Units named = Units.of(limits);
        return named.isNone() ? null : new Observation(0, named, Units.of(remaining));
    }

    /**
     * For how long a refused account has nothing left by its own word, by the header of any limit that says so, whatever its
     * name ({@code x-ratelimit-remaining-tokens-minute}, {@code anthropic-ratelimit-requests-remaining}): the longest of
     * them. The headers name the time until <em>everything</em> fits again, so a plain {@code retry-after} goes before.
     *
     * @param now when the answer was written
     * @return at most a day; zero when it does not say
     */
    static Duration exhaustedFor(MultiMap headers, Instant now) {
        Duration longest = Duration.ZERO;
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.length() > LONGEST_NAME || !SPENT.matcher(name).matches() || !isNothing(header.getValue())) {
                continue;
            }
            String value = headers.get(name.replace("remaining", "reset"));
            Duration reset = NamedWait.reset(
                    value == null ? headers.get(name.substring(0, name.indexOf("remaining")) + "reset") : value, now);
            if (reset.compareTo(longest) > 0) {
                longest = reset;
            }
        }
        return longest;
    }

    /** Whether any limit of the answer is nothing at all: {@code x-ratelimit-limit-tokens-month: 0}. */
    public static boolean hasLimitOfNothing(MultiMap headers) {
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.length() <= LONGEST_NAME && LIMIT.matcher(name).matches() && isNothing(header.getValue())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNothing(String value) {
        return value.strip().equals("0");
    }

    private static boolean isOfWindow(
            Candidate candidate, Dimension dimension, MultiMap headers, long limit, long left) {
        long window = windowNanos(candidate, dimension);
        String text = headers.get(name("reset", dimension));
        long reset = resetNanos(text);
        if (window == 0 || reset > 2 * window) {
            return false;
        }
        if (reset < 0) {
            // Azure may leave it out; what others then count by nobody knows.
            return text == null && dimension == Dimension.TOKENS;
        }
        long used = limit - left;
        // Plain numbers are whole seconds, rounded up.
        long exact = text != null && PLAIN.matcher(text.strip()).matches() ? SECOND : 0;
        return used > 0
                && (double) reset * limit / used >= window / 2.0
                && (double) (reset - exact) * limit / used <= (double) window * MOST_OF_WINDOW;
    }

    /** The window that the account's operator configured for it; 0 when there is none that slides. */
    private static long windowNanos(Candidate candidate, Dimension dimension) {
        return candidate.scopes().stream()
                .flatMap(scope -> scope.limits().windows().stream())
                .filter(limit -> limit.dimension() == dimension
                        && limit.zone() == null
                        && limit.window().compareTo(LONGEST_WINDOW) <= 0)
                .mapToLong(limit -> limit.window().toNanos())
                .max()
                .orElse(0);
    }

    private static String name(String what, Dimension dimension) {
        return "x-ratelimit-" + what + "-" + NAMES.get(dimension);
    }

    /** A header's number, 0 to {@link #LARGEST}; -1 when it is none. */
    private static long amount(MultiMap headers, String what, Dimension dimension) {
        String value = headers.get(name(what, dimension));
        if (value == null || value.length() > LONGEST_VALUE) {
            return -1;
        }
        String text = value.strip();
        long amount = AMOUNT.matcher(text).matches() ? Long.parseLong(text.replace(",", "")) : -1;
        return amount <= LARGEST ? amount : -1;
    }

    /**
     * A time in either form: seconds as a plain number, or {@code 17ms}, {@code 8.64s}, {@code 1m30s}.
     *
     * @return nanoseconds, at most a day; -1 when it is none
     */
    static long resetNanos(@Nullable String value) {
        if (value == null || value.isBlank() || value.length() > LONGEST_VALUE) {
            return -1;
        }
        String text = value.strip();
        return PLAIN.matcher(text).matches() ? nanos(Double.parseDouble(text)) : partsNanos(text);
    }

    private static long partsNanos(String text) {
        Matcher part = PART.matcher(text);
        double seconds = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            seconds += Double.parseDouble(part.group(1)) * unitSeconds(part.group(2));
            end = part.end();
        }
        return end == text.length() ? nanos(seconds) : -1;
    }

    private static double unitSeconds(String unit) {
        return switch (unit) {
            case "ns" -> 1e-9;
            case "us", "µs" -> 1e-6;
            case "ms" -> 1e-3;
            case "m" -> 60;
            case "h" -> 3_600;
            case "d" -> 86_400;
            default -> 1;
        };
    }

    private static long nanos(double seconds) {
        return (long) (Math.min(seconds, LONGEST_RESET_SECONDS) * SECOND);
    }
}
