package io.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.lease.Observation;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the adapters take from rate-limit headers; the account has 60 requests and 30 000 tokens a minute. */
class RateLimitHeadersTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final LimitSet BY_MINUTE = new LimitSet(
            List.of(new Limit(Dimension.REQUESTS, 60, MINUTE), new Limit(Dimension.TOKENS, 30_000, MINUTE)), 0);

    private static Candidate candidate(boolean azure, LimitSet limits) {
        return new RevisionBuilder()
                .channel(
                        "c",
                        c -> azure
                                ? c.azure("2024-10-21").account("a", limits).serves("m")
                                : c.account("a", limits).serves("m"))
                .build()
                .models()
                .get("m")
                .candidates()
                .getFirst();
    }

    private static MultiMap headers(String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i + 1] != null) {
                headers.add("X-RateLimit-" + namesAndValues[i], namesAndValues[i + 1]);
            }
        }
        return headers;
    }

    private static @Nullable Observation observe(boolean azure, LimitSet limits, MultiMap headers) {
        Candidate candidate = candidate(azure, limits);
        return ProviderAdapters.of(candidate.channel().type()).observe(candidate, headers);
    }

    @Test
    void openAiNamesBoth() {
        Observation said = observe(
                false,
                BY_MINUTE,
                headers(
                        "limit-requests",
                        "50",
                        "remaining-requests",
                        "40",
                        "reset-requests",
                        "12s",
                        "limit-tokens",
                        "20,000",
                        "remaining-tokens",
                        "19,000",
                        "reset-tokens",
                        "3s"));

        assertThat(said.fullForNanos()).isZero();
        assertThat(said.limits().get(Dimension.REQUESTS)).isEqualTo(50);
        assertThat(said.remaining().get(Dimension.REQUESTS)).isEqualTo(40);
        assertThat(said.limits().get(Dimension.TOKENS)).isEqualTo(20_000);
        assertThat(said.remaining().get(Dimension.TOKENS)).isEqualTo(19_000);
        assertThat(said.limits().get(Dimension.INPUT_TOKENS)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                // A bucket that fills all the time, a window that slides, and one that begins anew each minute.
                "500, 499, 120ms, true",
                "60, 59, 1m0s, true",
                "60, 30, 1m, true",
                "60, 10, 48.5s, true",
                "60, 0, 1m0s, true",
                // A day's requests: 8.64 s for each of 10 000, or until midnight.
                "10000, 9999, 8.64s, false",
                "200, 190, 1h12m0s, false",
                "14400, 14370, 2m59.56s, false",
                "60, 10, 23h59m59s, false",
                // A second's.
                "5, 4, 200ms, false",
                "5, 0, 1s, false",
                // Nothing used, and no time: whose window it is cannot be told.
                "60, 60, 0ms, false",
                "60, 60, 1s, false",
                "60, 30, null, false",
                "60, 30, soon, false",
                "60, 30, -1s, false",
                "60, 30, 10years, false",
                "60, 30, 87600h, false",
                // What is no number of these.
                "0, 0, 1m, false",
                "-1, 5, 1m, false",
                "60, -1, 1m, false",
                "60, x, 1m, false",
                "sixty, 5, 1m, false",
                "'', 5, 1m, false",
                "1e3, 5, 1m, false",
                "60.5, 5, 1m, false",
                "1099511627777, 5, 1m, false",
                "9223372036854775808, 5, 1m, false",
                "99999999999999999999999999999999999999, 5, 1m, false",
                "'1,00', 5, 1m, false",
                "٦٠, 5, 1m, false",
                "60, null, 1m, false",
                "null, 5, 1m, false"
            })
    void believesRequestsOnlyOfTheConfiguredWindow(String limit, String remaining, String reset, boolean believed) {
        MultiMap headers = headers("limit-requests", limit, "remaining-requests", remaining, "reset-requests", reset);

        assertThat(observe(false, BY_MINUTE, headers) != null).isEqualTo(believed);
    }

    @Test
    void moreLeftThanThereIsCountsAsAllOfIt() {
        MultiMap headers = headers("limit-tokens", "100", "remaining-tokens", "500");

        assertThat(observe(true, BY_MINUTE, headers).remaining().get(Dimension.TOKENS))
                .isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {"null, true", "1, true", "60, true", "86400, false", "1m0s, true", "soon, false"})
    void azureNamesTokensOnlyWithPlainSecondsOrNone(String reset, boolean believed) {
        Observation said = observe(
                true,
                BY_MINUTE,
                headers(
                        "limit-requests",
                        "10",
                        "remaining-requests",
                        "9",
                        "reset-requests",
                        "1",
                        "limit-tokens",
                        "30000",
                        "remaining-tokens",
                        "29500",
                        "reset-tokens",
                        reset));

        assertThat(said != null).isEqualTo(believed);
        if (said != null) {
            assertThat(said.limits().get(Dimension.REQUESTS)).isZero();
            assertThat(said.limits().get(Dimension.TOKENS)).isEqualTo(30_000);
        }
    }

    @Test
    void shortWindowsAreToldApartToo() {
        LimitSet bySecond = new LimitSet(List.of(new Limit(Dimension.REQUESTS, 20, Duration.ofSeconds(5))), 0);

        assertThat(observe(
                        false,
                        bySecond,
                        headers("limit-requests", "20", "remaining-requests", "10", "reset-requests", "5s")))
                .isNotNull();
        assertThat(observe(
                        false,
                        bySecond,
                        headers("limit-requests", "240", "remaining-requests", "120", "reset-requests", "1m")))
                .isNull();
    }

    @Test
    void whatIsNotLimitedHereIsNotLearned() {
        MultiMap headers = headers("limit-requests", "60", "remaining-requests", "30", "reset-requests", "1m");
        LimitSet byDay =
                new LimitSet(List.of(new Limit(Dimension.REQUESTS, 60, Duration.ofDays(1), "America/Los_Angeles")), 0);

        assertThat(observe(false, LimitSet.NONE, headers)).isNull();
        assertThat(observe(false, byDay, headers)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "17ms, 17000000",
        "1s, 1000000000",
        "8.64s, 8640000000",
        "1m30s, 90000000000",
        "6m0s, 360000000000",
        "1h0m3s, 3603000000000",
        "250us, 250000",
        "250µs, 250000",
        "1.5, 1500000000",
        "' 7 ', 7000000000",
        "0, 0",
        "2d, 86400000000000",
        "999999999999999h, 86400000000000"
    })
    void readsTimes(String text, long nanos) {
        assertThat(RateLimitHeaders.resetNanos(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "s",
                "-1s",
                "1x",
                "1s!",
                "1s 2s",
                "1e3s",
                "NaN",
                "1..5s",
                "1000000000000000000000000000000000s"
            })
    void whatIsNoTimeIsNone(String text) {
        assertThat(RateLimitHeaders.resetNanos(text)).isEqualTo(-1);
    }

    @Test
    void exhaustionLastsAsLongAsTheSpentLimitSays() {
        assertThat(exhausted(
                        "x-ratelimit-remaining-requests", "0",
                        "x-ratelimit-reset-requests", "7s",
                        "x-ratelimit-remaining-tokens", "5",
                        "x-ratelimit-reset-tokens", "40s"))
                .isEqualTo(Duration.ofSeconds(7));
        assertThat(exhausted("x-ratelimit-remaining-tokens", "0")).isZero();
        assertThat(exhausted()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, 6m0s, 360000",
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, 6h, 21600000",
        "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, 17ms, 17",
        "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, 2m59.56s, 179560",
        "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, 12, 12000",
        "X-RateLimit-Remaining, X-RateLimit-Reset, 1769515260000, 60000",
        "X-RateLimit-Remaining, X-RateLimit-Reset, 1769515230, 30000",
        "x-ratelimit-remaining-requests-day, x-ratelimit-reset-requests-day, 33011.382867, 33011383",
        "x-ratelimit-remaining-tokens-minute, x-ratelimit-reset-tokens-minute, 11.5, 11500",
        "x-tokenlimit-remaining, x-tokenlimit-reset, 3, 3000",
        "x-ratelimitbysize-remaining-minute, x-ratelimitbysize-reset, 42, 42000",
        "anthropic-ratelimit-input-tokens-remaining, anthropic-ratelimit-input-tokens-reset, 2026-01-27T12:00:30Z, 30000",
        "anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset, 2026-01-27T13:00:30+01:00, 30000",
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, 2099-01-01T00:00:00Z, 86400000",
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, 2020-01-01T00:00:00Z, 0",
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, 9999999999999999999, 86400000",
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, -5, 0",
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, NaN, 0",
        "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, 5 parsecs, 0",
        "x-ratelimit-limit-tokens, x-ratelimit-reset-tokens, 5, 0",
        "x-other-remaining, x-other-reset, 5, 0",
    })
    void spentLimitsNameTheirEndInEveryForm(String remaining, String reset, String value, long millis) {
        assertThat(exhausted(remaining, "0", reset, value))
                .isBetween(Duration.ofMillis(millis).minusMillis(millis > 0 ? 1 : 0), Duration.ofMillis(millis));
        assertThat(exhausted(remaining, "1", reset, value)).isZero();
    }

    private static Duration exhausted(String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return RateLimitHeaders.exhaustedFor(headers, Instant.parse("2026-01-27T12:00:00Z"));
    }
}
