package io.sluice.domain.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the limit that an account ran into counts, and how long it usually lasts where nobody names a time. */
public enum LimitKind {
    /** By the calendar: a day. */
    DAY(0, Reset.DAY, "\\b(?:RPD|TPD|IPD|ASD)\\b|\\bper[- ]day\\b|\\bdaily\\b"),
    /** By the calendar: a month. */
    MONTH(0, Reset.MONTH, "\\bper[- ]month\\b|/ ?month\\b|\\bmonthly\\b"),
    /** By the calendar: an hour. */
    HOUR(0, Reset.HOUR, "\\b(?:RPH|TPH|ASH)\\b|\\bper[- ]hour\\b|\\bhourly\\b"),
    /** Requests, or tokens, a second. */
    SECOND(1_000, null, "\\b(?:RPS|TPS|QPS)\\b|\\bper[- ]second\\b"),
    /** Requests at a time. */
    CONCURRENT(2_000, null, "\\bconcurren|\\bconnection limit\\b|\\bin[- ]flight\\b"),
    /** Tokens a minute. */
    TOKENS(
            20_000,
            null,
            "\\b[IO]?TPM\\b|\\btokens[- ]per[- ]min|\\btoken rate limit\\b|\\btoo many tokens\\b"
                    + "|\\b(?:input|output|request) tokens\\b"),
    /** Images a minute. */
    IMAGES(10_000, null, "\\bIPM\\b|\\bimages[- ]per[- ]min"),
    /** Requests a minute. */
    REQUESTS(
            10_000,
            null,
            "\\bRPM\\b|\\brequests[- ]per[- ]min|\\bcall rate limit\\b|\\brequests? rate limit\\b"
                    + "|\\btoo many requests\\b|\\bper[- ]min(?:ute)?\\b"),
    /** Traffic that grew too fast. */
    BURST(5_000, null, "\\bincreased too quickly\\b|\\bburst\\b|\\bacceleration limit"),
    /** Nobody says. */
    UNKNOWN(0, null, "(?!)");

    private final Duration usual;
    private final @Nullable Reset reset;
    private final Pattern words;

    LimitKind(long usualMillis, @Nullable Reset reset, String words) {
        this.usual = Duration.ofMillis(usualMillis);
        this.reset = reset;
        this.words = Pattern.compile(words, Pattern.CASE_INSENSITIVE);
    }

    /**
     * How long to wait where the provider names no time.
     *
     * @param zone where its days begin
     * @param now the wall clock's time
     * @return zero when that is not known
     */
    public Duration usual(ZoneId zone, Instant now) {
        return reset == null ? usual : reset.after(zone, now);
    }

    /** Whether it ends when a day, a month or an hour does. */
    boolean isByCalendar() {
        return reset != null;
    }

    /**
     * What an error speaks of.
     *
     * @param type its type; OpenAI's says what the limit counts
     * @param message its sentence
     */
    public static LimitKind of(@Nullable String type, String message) {
        for (LimitKind kind : values()) {
            if (kind.words.matcher(message).find()) {
                return kind;
            }
        }
        return "tokens".equals(type) ? TOKENS : "requests".equals(type) ? REQUESTS : UNKNOWN;
    }

    /** Its word in files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
