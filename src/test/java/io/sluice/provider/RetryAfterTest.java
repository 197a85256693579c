package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Duration DAY = Duration.ofHours(24);

    private static final Instant NOW = Instant.parse("2026-01-27T12:00:00Z");

    private static Duration of(MultiMap headers, String message) {
        byte[] body = ("{\"error\":{\"message\":\"" + message + "\"}}").getBytes(UTF_8);
        return RetryAfter.of(headers, body, ZoneId.of("Asia/Shanghai"), NOW);
    }

    private static MultiMap headers(String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    private static String date(Duration fromNow) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                NOW.atZone(ZoneOffset.UTC).plus(fromNow));
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7000",
        "' 7 ', 7000",
        "0, 0",
        "0.25, 250",
        "1.5, 1500",
        "007, 7000",
        "1e2, 100000",
        "86400, 86400000",
        "86401, 86400000",
        "1e12, 86400000",
        "1e999, 86400000",
        "99999999999999999999, 86400000"
    })
    void readsSeconds(String value, long millis) {
        assertThat(of(headers("Retry-After", value), "")).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "-0",
                "+7",
                "NaN",
                "Infinity",
                "0x10",
                "7s",
                "soon",
                "7, 8",
                "1.",
                ".5",
                "7 8",
                "1e-3",
                "٧",
                "Wed, 99 Oct 2099 07:28:00 GMT",
                "99999999999999999999999999999999999999999"
            })
    void takesWhatIsNotATimeForNothing(String value) {
        assertThat(of(headers("Retry-After", value), "")).isZero();
    }

    @Test
    void readsADate() {
        Duration wait = of(headers("Retry-After", date(Duration.ofMinutes(5))), "");

        assertThat(wait).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void dateThatIsOverIsNoWait() {
        assertThat(of(headers("Retry-After", date(Duration.ofDays(-10))), "")).isZero();
    }

    @Test
    void farDateIsADay() {
        assertThat(of(headers("Retry-After", date(Duration.ofDays(3650))), "")).isEqualTo(DAY);
    }

    @Test
    void firstOfTwoValuesCounts() {
        assertThat(of(headers("Retry-After", "3", "Retry-After", "9"), "")).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void millisecondsGoBeforeSeconds() {
        assertThat(of(headers("retry-after", "9", "retry-after-ms", "1250"), ""))
                .isEqualTo(Duration.ofMillis(1250));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-5"})
    void unreadableMillisecondsLeaveItToTheSeconds(String millis) {
        assertThat(of(headers("retry-after", "9", "retry-after-ms", millis), ""))
                .isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void headerGoesBeforeTheSentence() {
        assertThat(of(headers("retry-after", "9"), "Please try again in 20s.")).isEqualTo(Duration.ofSeconds(9));
    }

    /** The order that providers' headers and words are believed in: the first that names a time. */
    @Test
    void eachSourceCountsOnlyWhereThoseBeforeItNameNothing() {
        String[] all = {
            "retry-after-ms", "100",
            "retry-after", "2",
            "x-ratelimit-remaining-tokens", "0",
            "x-ratelimit-reset-tokens", "3s"
        };
        String[] none = {"0", "-1", "NaN", "Tue, 27 Jan 2026 11:59:59 GMT"};
        String sentence = "Please try again in 4s.";

        assertThat(of(headers(all), sentence)).isEqualTo(Duration.ofMillis(100));
        for (String nothing : none) {
            String[] headers = all.clone();
            headers[1] = nothing;
            assertThat(of(headers(headers), sentence)).isEqualTo(Duration.ofSeconds(2));
            headers[3] = nothing;
            assertThat(of(headers(headers), sentence)).isEqualTo(Duration.ofSeconds(3));
            headers[7] = nothing;
            assertThat(of(headers(headers), sentence)).isEqualTo(Duration.ofSeconds(4));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'Rate limit reached. Please try again in 20s.', 20000",
        "'Please try again in 7.66s. Visit …', 7660",
        "'Please try again in 850ms.', 850",
        "'Please try again in 6m0s.', 360000",
        "'Please try again in 1m12.5s.', 72500",
        "'Please try again in 2h.', 7200000",
        "'Please retry after 30 seconds.', 30000",
        "'Please retry after 1 second.', 1000",
        "'Please retry after 2 minutes.', 120000",
        "'Please retry after 42', 42000",
        "'PLEASE TRY AGAIN IN 5S', 5000",
        "'Please try again in 999999999s', 86400000",
        "'Please try again in a moment.', 0",
        "'Please try again in 1234567890123456789s', 86400000",
        "'Please try again in 1m30.5s.', 90500",
        "'Please try again in 1h0m3s', 3603000",
        "'Please retry in 45.837s.', 45837",
        "'please try again after 1 seconds', 1000",
        "'Rate limit is exceeded. Try again in 40 seconds.', 40000",
        "'Please wait 1 hour and 5 minutes before retrying', 3900000",
        "'Please wait 1 hour, 5 minutes', 3900000",
        "'Quota will be replenished in 3 days.', 86400000",
        "'Your limit will reset at 2026-01-27 20:30:00', 1800000",
        "'Your limit will reset at 2026-01-27T12:30:00Z', 1800000",
        "'You will regain access on 2026-01-27 at 13:00 UTC.', 3600000",
        "'Reset at 2026-01-27 19:59:59', 0",
        "'Reset at 2026-02-31 19:59:59', 0",
        "'Reset at 2099-01-01 00:00:00', 86400000",
        "'Please retry after 2026-01-27 20:30:00', 1800000",
        "'Please retry 3 times', 0",
        "'Please try again in -5s', 0",
        "'Please try again in 5 parsecs', 0",
        "'Try again in 0s', 0",
        "'', 0"
    })
    void readsTheSentence(String message, long millis) {
        assertThat(of(headers(), message)).isEqualTo(Duration.ofMillis(millis));
    }
}
