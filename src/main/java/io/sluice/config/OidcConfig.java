package io.sluice.config;

import io.sluice.domain.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider whose tokens the admin API takes.
 *
 * @param issuer as it calls itself in its tokens, to the letter: {@code https}, or {@code http} on this machine
 * @param client what it knows Sluice as
 * @param audience whom a token must be for, any one of them; never empty
 * @param algorithms by which a token may be signed; never empty
 * @param claims what is read from a token
 * @param leeway by how much clocks may differ, 0 to 5 minutes
 * @param ca PEM file with the only authorities that vouch for it; null for those of the Java runtime
 */
public record OidcConfig(
        String issuer,
        Client client,
        List<String> audience,
        List<SignatureAlgorithm> algorithms,
        Claims claims,
        Duration leeway,
        @Nullable Path ca) {
    /** Copies the lists. */
    public OidcConfig {
        audience = List.copyOf(audience);
        algorithms = List.copyOf(algorithms);
    }

    /**
     * What the provider knows Sluice as.
     *
     * @param id name of the client
     * @param secret its secret, for log-ins of a browser; null for a client without one
     * @param scopes what a log-in of a browser asks for, {@code openid} among them
     */
    public record Client(String id, @Nullable Secret secret, List<String> scopes) {
        /** Copies the list. */
        public Client {
            scopes = List.copyOf(scopes);
        }
    }

    /**
     * What is read from a token. A claim's name may lead into objects, with dots.
     *
     * @param name claim that names the person in the audit log
     * @param role claim with a text or a list of texts
     * @param team claim with the only team of the person, or {@code *} for all; null when everybody is for all teams
     * @param roles from texts of the role's claim to {@code viewer}, {@code operator} or {@code owner}; never empty
     */
    public record Claims(String name, String role, @Nullable String team, Map<String, String> roles) {
        /** Copies the map. */
        public Claims {
            roles = Map.copyOf(roles);
        }
    }
}
