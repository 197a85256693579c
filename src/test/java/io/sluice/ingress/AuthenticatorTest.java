package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.key.VirtualKey;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final String KEY = "sk-test-0123456789abcdef0123456789abcdef-0123456789";

    private final KeyRing keys = new RevisionBuilder()
            .key("app", KEY)
            .key("twin", KEY.substring(0, 45) + "other")
            .key("ends", "sk-ends-0123456789", List.of(), NOW)
            .keyFrom("inside", "sk-inside-0123456789", "10.0.0.0/8", "2001:db8::/32")
            .build()
            .keys();

    private static MultiMap headers(String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    private VirtualKey authenticate(MultiMap headers, String client, Instant now) {
        return Authenticator.authenticate(headers, List.of(), keys, client, now).key();
    }

    private GatewayFailure refusal(MultiMap headers, String client, Instant now) {
        GatewayFailure[] failure = new GatewayFailure[1];
        assertThatThrownBy(() -> authenticate(headers, client, now))
                .isInstanceOfSatisfying(GatewayException.class, e -> failure[0] = e.failure());
        return failure[0];
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, 'Bearer '",
        "authorization, 'bearer '",
        "X-API-Key, ''",
        "api-key, ''",
        "x-goog-api-key, ''"
    })
    void takesTheKeyFromEveryHeaderThatSdksUse(String name, String prefix) {
        assertThat(authenticate(headers(name, prefix + KEY), "127.0.0.1", NOW).name())
                .isEqualTo("app");
    }

    @Test
    void takesTheSameKeyTwice() {
        MultiMap twice = headers("authorization", "Bearer " + KEY, "x-api-key", KEY, "api-key", KEY);

        assertThat(authenticate(twice, "127.0.0.1", NOW).name()).isEqualTo("app");
    }

    @Test
    void keysWithTheSameBeginningAreDifferentKeys() {
        assertThat(authenticate(headers("x-api-key", KEY.substring(0, 45) + "other"), "", NOW)
                        .name())
                .isEqualTo("twin");
        assertThat(refusal(headers("x-api-key", KEY.substring(0, 45)), "", NOW))
                .isInstanceOf(GatewayFailure.Unauthenticated.class);
    }

    @Test
    void twoDifferentKeysAreRefusedInBothOrders() {
        String other = "sk-inside-0123456789";

        for (MultiMap both : List.of(
                headers("authorization", "Bearer " + KEY, "x-api-key", other),
                headers("authorization", "Bearer " + other, "x-api-key", KEY),
                headers("x-api-key", KEY, "x-api-key", other),
                headers("authorization", "Bearer " + KEY, "authorization", "Bearer " + other))) {
            assertThat(refusal(both, "10.0.0.1", NOW).message()).contains("two different");
        }
    }

    @Test
    void unknownExpiredAndMisshapenKeysSoundTheSame() {
        String unknown =
                refusal(headers("x-api-key", "sk-unknown-0123456789"), "", NOW).message();

        assertThat(refusal(headers("x-api-key", "sk-ends-0123456789"), "", NOW).message())
                .isEqualTo(unknown);
        assertThat(refusal(headers("x-api-key", "x".repeat(513)), "", NOW).message())
                .isEqualTo(unknown);
        assertThat(refusal(headers("x-api-key", ""), "", NOW).message()).isEqualTo(unknown);
        assertThat(refusal(headers("authorization", "Bearer  " + KEY), "", NOW).message())
                .isEqualTo(unknown);
    }

    @Test
    void keyEndsAtItsInstant() {
        assertThat(authenticate(headers("x-api-key", "sk-ends-0123456789"), "", NOW.minusNanos(1))
                        .name())
                .isEqualTo("ends");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.255.0.1", "::ffff:10.1.2.3", "2001:db8:ffff::1"})
    void keyIsTakenFromItsNetworks(String client) {
        assertThat(authenticate(headers("x-api-key", "sk-inside-0123456789"), client, NOW)
                        .name())
                .isEqualTo("inside");
    }

    @ParameterizedTest
    @ValueSource(strings = {"11.0.0.1", "2001:db9::1", "unknown", ""})
    void keyIsForbiddenFromElsewhere(String client) {
        assertThat(refusal(headers("x-api-key", "sk-inside-0123456789"), client, NOW))
                .isInstanceOfSatisfying(GatewayFailure.Forbidden.class, f -> assertThat(f.code())
                        .isEqualTo("address_not_allowed"));
    }

    @Test
    void nothingOfTheKeyIsInARefusal() {
        for (MultiMap bad : List.of(
                headers("x-api-key", "CANARY-0123456789"),
                headers("authorization", "Basic CANARY"),
                headers("x-api-key", "CANARY-a", "api-key", "CANARY-b"))) {
            assertThat(refusal(bad, "", NOW).message()).doesNotContain("CANARY");
        }
    }
}
