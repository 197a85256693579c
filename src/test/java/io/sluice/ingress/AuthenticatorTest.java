package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.key.KeyFormat;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.metrics.GatewayMetrics;
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

    private final GatewayRevision revision = new RevisionBuilder()
            .key("app", KEY)
            .key("twin", KEY.substring(0, 45) + "other")
            .key("ends", "sk-ends-0123456789", List.of(), NOW)
            .keyFrom("inside", "sk-inside-0123456789", "10.0.0.0/8", "2001:db8::/32")
            .build();

    private static final SideDoor DOOR = new SideDoor(System::nanoTime, () -> new byte[32]);

    private final StoredKeys stored = new StoredKeys();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Authenticator authenticator =
            new Authenticator(stored, null, new GatewayMetrics(meters).keys(), DOOR);

    private static MultiMap headers(String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    private VirtualKey authenticate(MultiMap headers, String client, Instant now) {
        return authenticator
                .authenticate(headers, List.of(), revision, client, now)
                .key();
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

    // --- stored keys

    private double refused(String reason) {
        var counter = meters.find("sluice.keys.refused").tag("reason", reason).counter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void aStoredKeyOpensAsLongAsItIsThere() {
        stored.put(new VirtualKey("s", KeyHash.ofKey("sk-stored-0123456789")));
        assertThat(authenticate(headers("x-api-key", "sk-stored-0123456789"), "", NOW)
                        .name())
                .isEqualTo("s");
        assertThat(stored.takeUsed()).containsExactly("s");

        stored.remove("s");

        assertThat(refusal(headers("x-api-key", "sk-stored-0123456789"), "", NOW))
                .isInstanceOf(GatewayFailure.Unauthenticated.class);
        assertThat(stored.takeUsed()).isEmpty();
    }

    @Test
    void aKeyOfTheFilesGoesBeforeAStoredOneOfTheSameText() {
        stored.put(new VirtualKey("s", KeyHash.ofKey(KEY)));

        assertThat(authenticate(headers("x-api-key", KEY), "", NOW).name()).isEqualTo("app");
    }

    @Test
    void aChosenKeyIsFoundByEverySecretOfTheInstallation() {
        StoredIds older = ids("old-secret-old-secret-old-secret");
        StoredIds both = ids("new-secret-new-secret-new-secret", "old-secret-old-secret-old-secret");
        stored.put(new VirtualKey("s", older.chosenKey("chosen-by-a-person").getFirst()));
        stored.chosen();
        Authenticator known = new Authenticator(stored, both, new GatewayMetrics(meters).keys(), DOOR);
        Authenticator stranger = new Authenticator(
                stored, ids("other-secret-other-secret-other-"), new GatewayMetrics(meters).keys(), DOOR);
        MultiMap headers = headers("x-api-key", "chosen-by-a-person");

        assertThat(known.authenticate(headers, List.of(), revision, "", NOW)
                        .key()
                        .name())
                .isEqualTo("s");
        assertThatThrownBy(() -> stranger.authenticate(headers, List.of(), revision, "", NOW))
                .isInstanceOf(GatewayException.class);
        assertThat(KeyHash.ofKey("chosen-by-a-person"))
                .isNotEqualTo(older.chosenKey("chosen-by-a-person").getFirst());
    }

    private static StoredIds ids(String... secrets) {
        return new StoredIds(List.of(secrets).stream().map(Secret::of).toList());
    }

    @Test
    void aStoredKeyIsNotJudgedWhenWhatIsKnownIsTooOld() {
        stored.put(new VirtualKey("s", KeyHash.ofKey("sk-stored-0123456789")));
        stored.stale(true);

        assertThat(refusal(headers("x-api-key", "sk-stored-0123456789"), "", NOW))
                .isInstanceOf(GatewayFailure.Unavailable.class);
        assertThat(authenticate(headers("x-api-key", KEY), "", NOW).name()).isEqualTo("app");
        assertThat(refused("unchecked")).isEqualTo(1);
    }

    @Test
    void whyAKeyIsRefusedIsCountedAndNotSaid() {
        String generated = KeyFormat.generate(bound -> 7 % bound);
        String mistyped = generated.substring(0, generated.length() - 1) + (generated.endsWith("x") ? "y" : "x");

        String unknown = refusal(headers("x-api-key", generated), "", NOW).message();

        assertThat(refusal(headers("x-api-key", mistyped), "", NOW).message()).isEqualTo(unknown);
        assertThat(refusal(headers("x-api-key", "sk-ends-0123456789"), "", NOW).message())
                .isEqualTo(unknown);
        refusal(headers("x-api-key", "sk-inside-0123456789"), "1.2.3.4", NOW);
        refusal(headers(), "", NOW);
        assertThat(List.of(
                        refused("unknown"), refused("mistyped"), refused("ended"), refused("address"), refused("none")))
                .containsOnly(1.0);
    }
}
