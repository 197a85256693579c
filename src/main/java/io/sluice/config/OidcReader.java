package io.sluice.config;

import io.sluice.config.OidcConfig.Claims;
import io.sluice.config.OidcConfig.Client;
import io.sluice.config.Section.Item;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.BaseUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code admin.oidc}. */
final class OidcReader {
    private static final List<SignatureAlgorithm> ALGORITHMS =
            List.of(SignatureAlgorithm.RS256, SignatureAlgorithm.ES256);
    private static final String OPENID = "openid";
    private static final List<String> SCOPES = List.of(OPENID, "profile", "email");
    private static final List<String> ROLES = List.of("owner", "operator", "viewer");
    private static final Duration LEEWAY = Duration.ofSeconds(30);
    private static final Duration MOST_LEEWAY = Duration.ofMinutes(5);
    private static final int LONGEST = 1_024;

    private final Section oidc;

    private OidcReader(Section oidc) {
        this.oidc = oidc;
    }

    /** Reads it; null when there is none. */
    static @Nullable OidcConfig read(Section oidc) {
        return new OidcReader(oidc).read();
    }

    private @Nullable OidcConfig read() {
        String issuer = required("issuer", "URL", OidcReader::issuer);
        String id = required("client-id", "text", OidcReader::visible);
        Secret secret = oidc.secret("client-secret", "none", text -> text);
        if (oidc.isClearText("client-secret")) {
            oidc.findings()
                    .warning(oidc.place("client-secret"), "a secret in clear text; write ${env:NAME} or ${file:path}");
        }
        List<String> scopes = items("scopes", "words", String.join(", ", SCOPES), OidcReader::scope);
        if (!scopes.isEmpty() && !scopes.contains(OPENID)) {
            oidc.error("scopes", "is without openid, so there would be no ID token");
        }
        List<String> audience = items("audience", "texts", "`client-id`", OidcReader::visible);
        List<SignatureAlgorithm> algorithms = items("algorithms", "words", "rs256, es256", OidcReader::algorithm);
        Claims claims = claims(oidc.section("claims"), roles(oidc.section("roles")));
        Duration leeway = oidc.duration("clock-leeway", LEEWAY, Duration.ZERO, MOST_LEEWAY);
        String written = oidc.text("ca", "PEM file", "those of the Java runtime", text -> text);
        Path ca = written == null ? null : oidc.existing(written, "ca");
        if (issuer == null || id == null) {
            return null;
        }
        return new OidcConfig(
                issuer,
                new Client(id, secret, scopes.isEmpty() ? SCOPES : scopes),
                audience.isEmpty() ? List.of(id) : audience,
                algorithms.isEmpty() ? ALGORITHMS : algorithms,
                claims,
                leeway,
                ca);
    }

    private static Claims claims(Section claims, Map<String, String> roles) {
        String name = claims.text("name", "claim", "sub", OidcReader::visible);
        String role = claims.text("role", "claim", "roles", OidcReader::visible);
        String team = claims.text("team", "claim", "none", OidcReader::visible);
        return new Claims(name == null ? "sub" : name, role == null ? "roles" : role, team, roles);
    }

    private Map<String, String> roles(Section section) {
        Map<String, String> roles = new LinkedHashMap<>();
        for (String role : ROLES) {
            for (Item item : section.texts(role, "texts", "none")) {
                String other = roles.putIfAbsent(item.text(), role);
                if (other != null) {
                    oidc.findings()
                            .error(item.place(), item.shown() + " is under " + other + ", too; keep one of them");
                }
            }
        }
        if (oidc.isPresent() && roles.isEmpty()) {
            oidc.error(
                    "roles",
                    "names nobody, so nobody could do anything; write which texts of claims.role are owner,"
                            + " operator or viewer");
        }
        return roles;
    }

    private @Nullable String required(String key, String type, Function<String, String> check) {
        if (oidc.isPresent() && !oidc.has(key)) {
            oidc.error(key, "is missing");
        }
        return oidc.text(key, type, Section.REQUIRED, check);
    }

    /** Each once; an empty list is an error, for nothing would be let in. */
    private <T> List<T> items(String key, String type, String shownDefault, Function<String, T> read) {
        if (oidc.isEmptyList(key)) {
            oidc.error(key, "is an empty list; remove it for the default, " + shownDefault);
        }
        Set<T> items = new LinkedHashSet<>();
        for (Item item : oidc.texts(key, type, shownDefault)) {
            try {
                items.add(read.apply(item.text()));
            } catch (IllegalArgumentException e) {
                oidc.findings().error(item.place(), item.shown() + " " + e.getMessage());
            }
        }
        return List.copyOf(items);
    }

    /** To the letter, for it is compared so; a slash at the end is a part of it. */
    private static String issuer(String text) {
        BaseUrl url = BaseUrls.parse(text);
        if (!url.tls() && !BaseUrls.isLoopback(url.host())) {
            throw new IllegalArgumentException("is not https, which it must be unless the issuer is on this machine");
        }
        return text;
    }

    private static String visible(String text) {
        if (text.length() > LONGEST || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("is not 1 to " + LONGEST + " visible ASCII characters");
        }
        return text;
    }

    private static String scope(String text) {
        if (text.indexOf('"') >= 0 || text.indexOf('\\') >= 0) {
            throw new IllegalArgumentException("is not a scope");
        }
        return visible(text);
    }

    private static SignatureAlgorithm algorithm(String text) {
        return SignatureAlgorithm.ofWord(text)
                .orElseThrow(() -> new IllegalArgumentException("is not one of "
                        + Arrays.stream(SignatureAlgorithm.values())
                                .map(SignatureAlgorithm::header)
                                .collect(Collectors.joining(", "))
                        + "; those with a shared secret, and none, are never taken"));
    }
}
