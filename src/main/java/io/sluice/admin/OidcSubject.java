package io.sluice.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.admin.api.Caller;
import io.sluice.admin.api.Role;
import io.sluice.domain.Secret;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A person of the OpenID provider as the subject of a browser's session. All of them is in it, for nothing is kept here; the
 * session is sealed, so nobody makes one up. It is good until the provider's word ends, and as long as the node has this provider.
 */
final class OidcSubject {
    private static final String PREFIX = "oidc:";
    private static final int PARTS = 5;

    private OidcSubject() {}

    /**
     * The subject of somebody whose token was just verified.
     *
     * @param caller with an end
     * @param issuer who vouches for them
     */
    static String of(Caller caller, String issuer) {
        Instant expires = caller.expires() == null ? Instant.EPOCH : caller.expires();
        return PREFIX
                + String.join(
                        ".",
                        mark(issuer),
                        caller.role().word(),
                        Long.toString(expires.getEpochSecond()),
                        encoded(caller.team() == null ? "" : caller.team()),
                        encoded(caller.name()));
    }

    /**
     * Who it is.
     *
     * @param issuer the one of this node
     * @param now for their end
     * @param address where the request came from
     * @return empty when it is no such subject, of another issuer, or over
     */
    static Optional<Caller> find(String subject, String issuer, Instant now, String address) {
        if (!subject.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String[] parts = subject.substring(PREFIX.length()).split("\\.", -1);
        if (parts.length != PARTS || !parts[0].equals(mark(issuer))) {
            return Optional.empty();
        }
        try {
            Instant expires = Instant.ofEpochSecond(Long.parseLong(parts[2]));
            String team = decoded(parts[3]);
            return Role.of(parts[1])
                    .filter(role -> now.isBefore(expires))
                    .map(role -> new Caller(decoded(parts[4]), role, team.isEmpty() ? null : team, expires, address));
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static String mark(String issuer) {
        return HexFormat.of().formatHex(Secret.sha256(issuer), 0, 6);
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }

    private static String decoded(String text) {
        return new String(Base64.getUrlDecoder().decode(text), UTF_8);
    }
}
