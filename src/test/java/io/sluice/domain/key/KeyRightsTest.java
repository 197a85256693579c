package io.sluice.domain.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Glob;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.EndpointFamily;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeyRightsTest {
    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");

    private static List<Glob> globs(String patterns) {
        return patterns.equals("-")
                ? List.of()
                : Arrays.stream(patterns.split(" ")).map(Glob::new).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "-, -, anything, true",
        "gpt-4o*, -, gpt-4o-mini, true",
        "gpt-4o*, -, o1, false",
        "-, o1*, o1-pro, false",
        "-, o1*, gpt-4o, true",
        "gpt-4o*, gpt-4o-audio*, gpt-4o-audio-preview, false",
        "gpt-4o*, gpt-4o-audio*, gpt-4o, true",
        "gpt-4o, *, gpt-4o, false",
        "gpt-4o gpt-4, gpt-4, gpt-4, false"
    })
    void denyingGoesBeforeAllowing(String allowed, String denied, String model, boolean may) {
        assertThat(KeyRights.ALL.withModels(globs(allowed), globs(denied)).allows(model))
                .isEqualTo(may);
    }

    @ParameterizedTest
    @EnumSource
    void aFamilyOpensItsEndpointsOnly(EndpointFamily family) {
        KeyRights rights = KeyRights.ALL.withEndpoints(Set.of(family));

        Set<Endpoint> allowed =
                EnumSet.allOf(Endpoint.class).stream().filter(rights::allows).collect(Collectors.toSet());

        assertThat(allowed).isNotEmpty().allMatch(endpoint -> EndpointFamily.of(endpoint) == family);
    }

    @ParameterizedTest
    @EnumSource
    void everyEndpointIsOpenWithoutAList(Endpoint endpoint) {
        assertThat(KeyRights.ALL.allows(endpoint)).isTrue();
    }

    @Test
    void oldCredentialsAreOverBeforeTheirKey() {
        KeyHash now = KeyHash.ofKey("new");
        KeyHash old = KeyHash.ofKey("old");
        VirtualKey key = new VirtualKey(
                "app",
                List.of(new KeyCredential(now), new KeyCredential(old, NOW)),
                null,
                null,
                KeyRights.ALL.until(NOW.plusSeconds(9)),
                KeyQuota.NONE,
                KeyHandling.USUAL);

        assertThat(key.opens(old, NOW.minusNanos(1))).isTrue();
        assertThat(key.opens(old, NOW)).isFalse();
        assertThat(key.opens(now, NOW)).isTrue();
        assertThat(key.opens(now, NOW.plusSeconds(9))).isFalse();
        assertThat(key.opens(KeyHash.ofKey("other"), NOW)).isFalse();
        assertThat(key.switchedOff().opens(now, NOW)).isFalse();
    }
}
