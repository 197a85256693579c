package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.lease.Observation;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ProviderType;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HARDENING U-01 and U-10 for every provider type: whatever a refusal says, it is a failure of a sensible kind. */
class EveryStatusTest {
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Set<Kind> OF_A_REFUSAL = EnumSet.of(
            Kind.SERVER_ERROR,
            Kind.RATE_LIMITED,
            Kind.ACCOUNT_REFUSED,
            Kind.MODEL_MISSING,
            Kind.TOO_LARGE_HERE,
            Kind.REQUEST_REJECTED,
            Kind.BAD_RESPONSE);

    private static final List<String> BODIES = List.of(
            "",
            "<html><body>Bad gateway</body></html>",
            "null",
            "[]",
            "\"text\"",
            "{",
            "{\"error\":null}",
            "{\"error\":\"broken\"}",
            "{\"error\":{}}",
            "{\"error\":{\"message\":7,\"type\":[],\"code\":{}}}",
            "{\"error\":{\"message\":\"broken\",\"type\":\"server_error\",\"code\":\"x\"}}",
            "[{\"error\":{\"code\":1e99,\"message\":\"broken\",\"status\":\"UNKNOWN\"}}]",
            "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"broken\"}}",
            "{\"message\":\"broken\",\"__type\":\"x\"}",
            "{\"code\":\"Throttling\",\"message\":\"broken\"}",
            "{\"error_code\":18,\"error_msg\":\"broken\"}",
            "{\"a\":".repeat(5_000),
            "x".repeat(64 * 1024));

    private static final List<String> WAITS = List.of(
            "0",
            "-1",
            "7",
            "1.5",
            "1e12",
            "99999999999999999999",
            "garbage",
            "",
            "Wed, 21 Oct 2015 07:28:00 GMT",
            "NaN");

    private static Candidate candidate(ProviderType type) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.type(type).serves("m"))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    @ParameterizedTest
    @EnumSource
    void everyRefusalIsAFailure(ProviderType type) {
        ProviderAdapter adapter = ProviderAdapters.of(type);
        for (int status = 400; status < 600; status++) {
            for (String body : BODIES) {
                UpstreamFailure failure = adapter.classify(
                        status, MultiMap.caseInsensitiveMultiMap(), body.getBytes(UTF_8), Instant.EPOCH);

                String as = status + " " + body.substring(0, Math.min(100, body.length())) + " " + failure;
                assertThat(failure.kind()).as(as).isIn(OF_A_REFUSAL);
                assertThat(failure.message())
                        .as(as)
                        .isNotNull()
                        .doesNotContain("<html")
                        .hasSizeLessThan(5_000);
                assertThat(failure.retryAfter()).as(as).isBetween(Duration.ZERO, LONGEST);
            }
        }
        for (int status : new int[] {500, 502, 503, 504}) {
            assertThat(adapter.classify(status, MultiMap.caseInsensitiveMultiMap(), new byte[0], Instant.EPOCH)
                            .kind())
                    .as("%d", status)
                    .isEqualTo(Kind.SERVER_ERROR);
        }
        assertThat(adapter.classify(429, MultiMap.caseInsensitiveMultiMap(), new byte[0], Instant.EPOCH)
                        .kind())
                .isEqualTo(Kind.RATE_LIMITED);
        assertThat(adapter.classify(401, MultiMap.caseInsensitiveMultiMap(), new byte[0], Instant.EPOCH)
                        .kind())
                .isEqualTo(Kind.ACCOUNT_REFUSED);
    }

    @ParameterizedTest
    @EnumSource
    void everyWaitIsBounded(ProviderType type) {
        ProviderAdapter adapter = ProviderAdapters.of(type);
        for (String wait : WAITS) {
            for (String name :
                    List.of("retry-after", "retry-after-ms", "x-ratelimit-reset-requests", "x-ratelimit-reset")) {
                MultiMap headers =
                        MultiMap.caseInsensitiveMultiMap().add(name, wait).add("retry-after", "1");
                for (int status : new int[] {429, 503, 529}) {
                    UpstreamFailure failure = adapter.classify(status, headers, new byte[0], Instant.EPOCH);
                    assertThat(failure.retryAfter()).as(name + ": " + wait).isBetween(Duration.ZERO, LONGEST);
                }
            }
        }
    }

    /** What the limits are is learned from headers that may say anything. */
    @ParameterizedTest
    @EnumSource
    void everyLimitHeaderIsSurvived(ProviderType type) {
        ProviderAdapter adapter = ProviderAdapters.of(type);
        Candidate candidate = candidate(type);
        for (String value : WAITS) {
            MultiMap headers = MultiMap.caseInsensitiveMultiMap();
            for (String of : List.of("requests", "tokens")) {
                for (String what : List.of("limit", "remaining", "reset")) {
                    headers.add("x-ratelimit-" + what + "-" + of, value);
                    headers.add("anthropic-ratelimit-" + of + "-" + what, value);
                }
            }
            Observation observed = adapter.observe(candidate, headers);
            if (observed != null) {
                assertThat(observed.fullForNanos()).as(value).isBetween(0L, LONGEST.toNanos());
                assertThat(Arrays.stream(observed.limits().toArray()).allMatch(units -> units >= 0))
                        .as(value)
                        .isTrue();
                assertThat(Arrays.stream(observed.remaining().toArray()).allMatch(units -> units >= 0))
                        .as(value)
                        .isTrue();
            }
        }
    }
}
