package io.sluice.admin.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.admin.api.Role;
import io.sluice.admin.oidc.OidcRefusal.Kind;
import io.sluice.config.OidcConfig;
import io.sluice.config.SignatureAlgorithm;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClaimRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final long SECOND = NOW.getEpochSecond();

    private static ClaimRules rules(String name, String role, @Nullable String team) {
        return new ClaimRules(new OidcConfig(
                "https://idp.example.com",
                new OidcConfig.Client("sluice", null, List.of("openid")),
                List.of("sluice-admin", "sluice"),
                List.of(SignatureAlgorithm.RS256),
                new OidcConfig.Claims(
                        name, role, team, Map.of("admins", "owner", "on-call", "operator", "staff", "viewer")),
                Duration.ofSeconds(30),
                null));
    }

    private static JsonObject claims(String more) {
        return new JsonObject()
                .put("iss", "https://idp.example.com")
                .put("sub", "1234")
                .put("aud", "sluice-admin")
                .put("exp", SECOND + 60)
                .put("roles", new JsonArray().add("staff"))
                .mergeIn(new JsonObject(more));
    }

    @Test
    void readsWhoItIs() throws OidcRefusal {
        assertThat(rules("sub", "roles", null).ofRequest(claims("{}"), NOW))
                .isEqualTo(new OidcIdentity("oidc:1234", Role.VIEWER, null, NOW.plusSeconds(60)));
        assertThat(rules("preferred.name", "https://example.com/roles", "t.eam")
                        .ofRequest(
                                claims(
                                        "{\"preferred\":{\"name\":\"Ålice 李\"},\"https://example.com/roles\":\"on-call\","
                                                + "\"t.eam\":\"red\",\"t\":{\"eam\":\"blue\"}}"),
                                NOW))
                .isEqualTo(new OidcIdentity("oidc:Ålice 李", Role.OPERATOR, "red", NOW.plusSeconds(60)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"staff\",\"admins\",\"on-call\"] | OWNER",
                "[\"x\",1,null,{},\"on-call\"]       | OPERATOR",
                "\"staff\"                           | VIEWER",
            })
    void theHighestRoleCounts(String roles, Role expected) throws OidcRefusal {
        assertThat(rules("sub", "roles", null)
                        .ofRequest(claims("{\"roles\":" + roles + "}"), NOW)
                        .role())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {"\"*\" | null", "\"red\" | red"})
    void aTeamIsNamedOrAllAre(String written, @Nullable String expected) throws OidcRefusal {
        assertThat(rules("sub", "roles", "team")
                        .ofRequest(claims("{\"team\":" + written + "}"), NOW)
                        .team())
                .isEqualTo(expected);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("{\"iss\":\"https://idp.example.com/\"}", Kind.INVALID, "another issuer"),
                arguments("{\"iss\":null}", Kind.INVALID, "another issuer"),
                arguments("{\"aud\":\"SLUICE\"}", Kind.INVALID, "for somebody else"),
                arguments("{\"aud\":[]}", Kind.INVALID, "for somebody else"),
                arguments("{\"aud\":null}", Kind.INVALID, "for somebody else"),
                arguments("{\"aud\":{\"sluice\":1}}", Kind.INVALID, "for somebody else"),
                arguments("{\"exp\":null}", Kind.INVALID, "no end"),
                arguments("{\"exp\":\"never\"}", Kind.INVALID, "exp is no time"),
                arguments("{\"exp\":1e300}", Kind.INVALID, "exp is no time"),
                arguments("{\"exp\":-1}", Kind.INVALID, "exp is no time"),
                arguments("{\"exp\":" + (SECOND - 30) + "}", Kind.INVALID, "has ended"),
                arguments("{\"nbf\":" + (SECOND + 31) + "}", Kind.INVALID, "not good yet (nbf)"),
                arguments("{\"iat\":" + (SECOND + 31) + "}", Kind.INVALID, "not good yet (iat)"),
                arguments("{\"nbf\":true}", Kind.INVALID, "nbf is no time"),
                arguments("{\"sub\":null}", Kind.NOT_ALLOWED, "does not name its holder"),
                arguments("{\"sub\":7}", Kind.NOT_ALLOWED, "does not name its holder"),
                arguments("{\"sub\":\" \"}", Kind.NOT_ALLOWED, "does not name its holder"),
                arguments("{\"sub\":\"a\\u0000b\"}", Kind.NOT_ALLOWED, "does not name its holder"),
                arguments("{\"sub\":\"a\\u202eb\"}", Kind.NOT_ALLOWED, "does not name its holder"),
                arguments("{\"sub\":\"" + "a".repeat(191) + "\"}", Kind.NOT_ALLOWED, "does not name its holder"),
                arguments("{\"roles\":[\"Admins\",\"owner\"]}", Kind.NOT_ALLOWED, "no role here"),
                arguments("{\"roles\":null}", Kind.NOT_ALLOWED, "no role here"),
                arguments("{\"roles\":{\"admins\":true}}", Kind.NOT_ALLOWED, "no role here"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(String more, Kind kind, String said) {
        assertThatThrownBy(() -> rules("sub", "roles", null).ofRequest(claims(more), NOW))
                .isInstanceOfSatisfying(
                        OidcRefusal.class, refusal -> assertThat(refusal.kind()).isEqualTo(kind))
                .hasMessageContaining(said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{}", "{\"team\":null}", "{\"team\":[\"red\"]}", "{\"team\":\"\"}"})
    void whoShouldHaveATeamAndHasNoneIsRefused(String more) {
        assertThatThrownBy(() -> rules("sub", "roles", "team").ofRequest(claims(more), NOW))
                .hasMessageContaining("names no team");
    }

    @Test
    void clocksMayDiffer() throws OidcRefusal {
        JsonObject late = claims("{\"exp\":" + (SECOND - 29) + ",\"nbf\":" + (SECOND + 30) + "}");

        assertThat(rules("sub", "roles", null).ofRequest(late, NOW).expires()).isEqualTo(NOW.minusSeconds(29));
    }

    @Test
    void anIdTokenIsOfThisClientAndThisLogIn() throws OidcRefusal {
        ClaimRules rules = rules("sub", "roles", null);

        assertThat(rules.ofLogIn(claims("{\"aud\":\"sluice\",\"nonce\":\"n\"}"), "n", NOW)
                        .name())
                .isEqualTo("oidc:1234");
        assertThat(rules.ofLogIn(claims("{\"aud\":[\"sluice\",\"x\"],\"azp\":\"sluice\",\"nonce\":\"n\"}"), "n", NOW)
                        .name())
                .isEqualTo("oidc:1234");
        for (String wrong : List.of(
                "{\"aud\":\"sluice-admin\",\"nonce\":\"n\"}",
                "{\"aud\":\"sluice\"}",
                "{\"aud\":\"sluice\",\"nonce\":\"m\"}",
                "{\"aud\":[\"sluice\",\"x\"],\"nonce\":\"n\"}",
                "{\"aud\":\"sluice\",\"azp\":\"x\",\"nonce\":\"n\"}")) {
            assertThatThrownBy(() -> rules.ofLogIn(claims(wrong), "n", NOW))
                    .as(wrong)
                    .isInstanceOfSatisfying(OidcRefusal.class, refusal -> assertThat(refusal.kind())
                            .isEqualTo(Kind.INVALID));
        }
    }
}
