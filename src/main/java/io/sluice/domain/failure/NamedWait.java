package io.sluice.domain.failure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Times that providers name, in all their forms, each as how long it is until then. What is unreadable, negative or over
 * is no time: zero. What is named is never believed beyond {@link #LONGEST}, or {@link #LONGEST_DATE} for the return of
 * money.
 */
public final class NamedWait {
    /** The longest wait that is believed of a limit. */
    public static final Duration LONGEST = Duration.ofHours(24);

    /** The longest wait for money: caps are by the month. */
    public static final Duration LONGEST_DATE = Duration.ofDays(32);

    private static final int LONGEST_VALUE = 40;
    private static final int LONGEST_SENTENCE = 80;
    private static final int MOST_READ = 16 * 1_024;

    /** Numbers from here on are seconds since 1970, and from {@link #EPOCH_MILLIS} on milliseconds. */
    private static final double EPOCH_SECONDS = 1e9;

    private static final double EPOCH_MILLIS = 1e11;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,40}(?:\\.[0-9]{1,12})?(?:[eE][0-9]{1,3})?");
    /** A number and its unit, which may be left out; not the beginning of a date. */
    private static final Pattern PART =
            Pattern.compile("(?i)([0-9]{1,40}+(?:\\.[0-9]{1,12}+)?+)(?![-/:0-9])\\s?([a-zµ]*+)");

    private static final Pattern BETWEEN = Pattern.compile("(?:,| and)? ?");
    private static final Pattern LEAD = Pattern.compile(
            "(?i)\\b(?:try again|retry|wait|available|resets?|replenished)" + "(?: in| after| for)?:? (?=[0-9])");

    private static final Pattern DATE = Pattern.compile(
            "\\b(20[0-9]{2}-[01][0-9]-[0-3][0-9])(?:[ T]| at )([0-2][0-9]:[0-5][0-9](?::[0-5][0-9])?)(?:\\.[0-9]{1,9})?"
                    + "( ?(?:UTC|GMT|Z)\\b)?");
    private static final Pattern RETRY_DELAY =
            Pattern.compile("\"retryDelay\"\\s{0,9}:\\s{0,9}\"([0-9]{1,12}(?:\\.[0-9]{1,12})?s)\"");
    private static final Pattern RESET_HEADER =
            Pattern.compile("(?i)\"x-ratelimit-reset\"\\s{0,9}:\\s{0,9}\"?([0-9a-z.]{1,40})\"?");

    private NamedWait() {}

    /**
     * A plain number of seconds, or of parts of one.
     *
     * @param unitSeconds how many seconds 1 is
     * @return null when it is no number
     */
    public static @Nullable Duration number(@Nullable String text, double unitSeconds) {
        if (text == null
                || text.length() > LONGEST_VALUE
                || !NUMBER.matcher(text.strip()).matches()) {
            return null;
        }
        return seconds(Double.parseDouble(text.strip()) * unitSeconds);
    }

    /**
     * The time that a header of a limit's reset names: a number of seconds, seconds or milliseconds since 1970, a duration
     * ({@code 6m0s}, {@code 17ms}) or a date of RFC 3339.
     *
     * @param now the wall clock's time
     * @return zero when it is none, or over
     */
    public static Duration reset(@Nullable String value, Instant now) {
        if (value == null || value.isBlank() || value.length() > LONGEST_VALUE) {
            return Duration.ZERO;
        }
        String text = value.strip();
        if (NUMBER.matcher(text).matches()) {
            double number = Double.parseDouble(text);
            double since = now.getEpochSecond() + now.getNano() / 1e9;
            return seconds(
                    number >= EPOCH_MILLIS ? number / 1e3 - since : number >= EPOCH_SECONDS ? number - since : number);
        }
        Duration duration = duration(text);
        return duration != null ? duration : bounded(instant(text, now), LONGEST);
    }

    private static Duration instant(String text, Instant now) {
        try {
            return Duration.between(now, OffsetDateTime.parse(text));
        } catch (DateTimeException | ArithmeticException e) {
            return Duration.ZERO;
        }
    }

    /** A duration of one or more parts, each a number with its unit; null when the text is anything else. */
    private static @Nullable Duration duration(String text) {
        Matcher part = PART.matcher(text);
        double seconds = 0;
        int at = 0;
        while (at < text.length() && part.region(at, text.length()).lookingAt()) {
            double unit = unitSeconds(part.group(2));
            if (unit == 0) {
                return null;
            }
            seconds += Double.parseDouble(part.group(1)) * unit;
            at = part.end();
        }
        return at > 0 && at == text.length() ? seconds(seconds) : null;
    }

    /** What stands at the beginning of a text, of which the rest is something else; zero for no duration. */
    private static Duration leading(String text) {
        Matcher part = PART.matcher(text);
        Matcher between = BETWEEN.matcher(text);
        double seconds = 0;
        int at = 0;
        while (part.region(at, text.length()).lookingAt()) {
            boolean plain = part.group(2).isEmpty();
            double unit = plain && at == 0 ? 1 : unitSeconds(part.group(2));
            if (unit == 0) {
                break;
            }
            seconds += Double.parseDouble(part.group(1)) * unit;
            at = part.end();
            if (plain) {
                break;
            }
            at = between.region(at, text.length()).lookingAt() ? between.end() : at;
        }
        return seconds(seconds);
    }

    private static double unitSeconds(String unit) {
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "ns" -> 1e-9;
            case "us", "µs" -> 1e-6;
            case "ms", "millisecond", "milliseconds" -> 1e-3;
            case "s", "sec", "secs", "second", "seconds" -> 1;
            case "m", "min", "mins", "minute", "minutes" -> 60;
            case "h", "hour", "hours" -> 3_600;
            case "d", "day", "days" -> 86_400;
            default -> 0;
        };
    }

    /**
     * The time that the body of an error names: the header that a router repeats from another service, Google's
     * {@code retryDelay}, then the sentence.
     *
     * @param body as it came; its first 16 KiB are read
     * @param zone of dates without one
     * @param now the wall clock's time
     * @return zero when none is named
     */
    public static Duration inBody(byte[] body, ZoneId zone, Instant now) {
        String text = new String(body, 0, Math.min(body.length, MOST_READ), ISO_8859_1);
        Matcher header = RESET_HEADER.matcher(text);
        Duration named = header.find() ? reset(header.group(1), now) : Duration.ZERO;
        if (named.isZero()) {
            Matcher delay = RETRY_DELAY.matcher(text);
            named = delay.find() ? reset(delay.group(1), now) : Duration.ZERO;
        }
        return named.isZero() ? inText(UpstreamErrors.said(body), zone, now) : named;
    }

    /**
     * The time that a sentence names, as a duration or as a date.
     *
     * @param zone of dates without one
     * @param now the wall clock's time
     * @return at most {@link #LONGEST_DATE}; zero when none is named
     */
    static Duration inText(String message, ZoneId zone, Instant now) {
        Duration named = inText(message);
        return named.isZero() ? date(message, zone, now) : named;
    }

    /**
     * The duration that a sentence names, as in {@code try again in 1m30.5s}.
     *
     * @return zero when none is named
     */
    public static Duration inText(String message) {
        String text = message.length() > MOST_READ ? message.substring(0, MOST_READ) : message;
        Matcher lead = LEAD.matcher(text);
        while (lead.find()) {
            Duration named =
                    leading(text.substring(lead.end(), Math.min(text.length(), lead.end() + LONGEST_SENTENCE)));
            if (named.isPositive()) {
                return named;
            }
        }
        return Duration.ZERO;
    }

    private static Duration date(String message, ZoneId zone, Instant now) {
        Matcher date = DATE.matcher(message.length() > MOST_READ ? message.substring(0, MOST_READ) : message);
        while (date.find()) {
            try {
                Instant then = LocalDate.parse(date.group(1))
                        .atTime(LocalTime.parse(date.group(2)))
                        .atZone(date.group(3) == null ? zone : ZoneOffset.UTC)
                        .toInstant();
                Duration wait = Duration.between(now, then);
                if (wait.isPositive()) {
                    // Nobody closes an account for longer than a month by a date: that one is a mistake.
                    return wait.compareTo(LONGEST_DATE) > 0 ? LONGEST : wait;
                }
            } catch (DateTimeException e) {
                // The 31st of February: not a date.
                continue;
            }
        }
        return Duration.ZERO;
    }

    private static Duration seconds(double seconds) {
        return !(seconds > 0)
                ? Duration.ZERO
                : seconds >= LONGEST.toSeconds()
                        ? LONGEST
                        : Duration.of((long) Math.ceil(seconds * 1e6 - 1e-3), ChronoUnit.MICROS);
    }

    /** Not negative, and not beyond all use. */
    static Duration bounded(Duration wait, Duration most) {
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(most) > 0 ? most : wait;
    }

    /** Rounded up to a second. */
    static Duration whole(Duration wait) {
        return wait.getNano() == 0 ? wait : Duration.ofSeconds(wait.getSeconds() + 1);
    }
}
