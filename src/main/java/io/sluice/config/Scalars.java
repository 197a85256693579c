package io.sluice.config;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Exact readers of single values. Each takes the text as written and gives the value, or throws {@link
 * IllegalArgumentException} with the end of a sentence that begins with the value and never repeats it.
 */
final class Scalars {
    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*(_[0-9]+)*)");
    private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,3}(_[0-9]{3})+|[0-9]{1,9})(\\.([0-9]{1,6}))?");
    private static final Pattern QUANTITY = Pattern.compile("(0|[1-9][0-9]*(?:_[0-9]+)*) ?([A-Za-z]*)");
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

    private Scalars() {}

    static long integer(String text) {
        if (!INTEGER.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "is not a whole number; write digits, without a leading zero, such as 1_000");
        }
        try {
            return Long.parseLong(text.replace("_", ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is too large", e);
        }
    }

    static boolean flag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("is not true or false");
        };
    }

    static Duration duration(String text) {
        Matcher parts = QUANTITY.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("is not a duration; write 500ms, 30s, 5m, 1h or 30d");
        }
        long amount = integer(parts.group(1));
        try {
            return switch (parts.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                case "d" -> Duration.ofDays(amount);
                case "" -> throw new IllegalArgumentException("has no unit; write 500ms, 30s, 5m, 1h or 30d");
                default -> throw new IllegalArgumentException("has an unknown unit; write 500ms, 30s, 5m, 1h or 30d");
            };
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("is too long", e);
        }
    }

    static long size(String text) {
        Matcher parts = QUANTITY.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("is not a size; write bytes, or 8KiB, 32MiB, 1GiB");
        }
        long amount = integer(parts.group(1));
        int shift =
                switch (parts.group(2)) {
                    case "", "B" -> 0;
                    case "KiB" -> 10;
                    case "MiB" -> 20;
                    case "GiB" -> 30;
                    default ->
                        throw new IllegalArgumentException("has an unknown unit; write bytes, or 8KiB, 32MiB, 1GiB");
                };
        if (amount > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("is too large");
        }
        return amount << shift;
    }

    /** An amount of money in micro-units. */
    static long micros(String text) {
        if (!AMOUNT.matcher(text).matches()) {
            throw new IllegalArgumentException("is not an amount; write up to 9 digits and 6 decimals, such as 2.50");
        }
        return new BigDecimal(text.replace("_", "")).movePointRight(6).longValueExact();
    }

    /** An amount of micro-units as the files may write it. */
    static String money(long micros) {
        return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }

    /** A day, which begins at midnight UTC, or an instant. */
    static Instant instant(String text) {
        try {
            return DATE.matcher(text).matches()
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "is not a date; write 2027-01-01 (midnight UTC) or 2027-01-01T08:00:00Z", e);
        }
    }

    static long within(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("is outside " + range(min, max));
        }
        return value;
    }

    static long sizeWithin(long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("is outside " + sizes(min, max));
        }
        return value;
    }

    static Duration within(Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException("is outside " + range(min, max));
        }
        return value;
    }

    static String range(long min, long max) {
        return grouped(min) + " to " + grouped(max);
    }

    static String range(Duration min, Duration max) {
        return show(min) + " to " + show(max);
    }

    static String sizes(long min, long max) {
        return showSize(min) + " to " + showSize(max);
    }

    /** A number as the files may write it. */
    static String grouped(long value) {
        return Math.abs(value) < 10_000
                ? Long.toString(value)
                : "%,d".formatted(value).replace(',', '_');
    }

    /** A duration as the files may write it, in the largest unit that divides it. */
    static String show(Duration value) {
        long millis = value.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    /** A size as the files may write it, in the largest unit that divides it. */
    static String showSize(long bytes) {
        if (bytes != 0 && bytes % (1 << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes != 0 && bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes != 0 && bytes % (1 << 10) == 0 ? (bytes >> 10) + "KiB" : Long.toString(bytes);
    }
}
