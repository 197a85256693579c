package io.sluice.admin.oidc;

import io.sluice.admin.api.Role;
import io.sluice.config.OidcConfig;
import io.sluice.config.OidcConfig.Claims;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the claims of a token whose signature is good must say, and who that makes of its holder. Immutable. */
final class ClaimRules {
    private static final String PREFIX = "oidc:";
    private static final int LONGEST_NAME = 190;
    private static final int LONGEST_TEAM = 64;
    private static final int MOST_TEXTS = 10_000;
    private static final String ALL_TEAMS = "*";

    /** The end of the year 9999, in seconds. */
    private static final long LAST_SECOND = 253_402_300_799L;

    private final OidcConfig config;

    ClaimRules(OidcConfig config) {
        this.config = config;
    }

    /**
     * The holder of a token that came with a request.
     *
     * @throws OidcRefusal when it is not taken
     */
    OidcIdentity ofRequest(JsonObject claims, Instant now) throws OidcRefusal {
        Instant expires = checked(claims, config.audience(), now);
        return identity(claims, expires);
    }

    /**
     * Who has logged in (OpenID Connect Core 1.0, section 3.1.3.7).
     *
     * @param nonce of the log-in
     * @throws OidcRefusal when it is not taken
     */
    OidcIdentity ofLogIn(JsonObject claims, String nonce, Instant now) throws OidcRefusal {
        String client = config.client().id();
        Instant expires = checked(claims, List.of(client), now);
        if (!nonce.equals(claims.getValue("nonce"))) {
            throw OidcRefusal.invalid("The ID token is of another log-in.");
        }
        Object party = claims.getValue("azp");
        boolean forOthersToo = texts(claims.getValue("aud")).size() > 1;
        if (party == null ? forOthersToo : !client.equals(party)) {
            throw OidcRefusal.invalid("The ID token was given to another client.");
        }
        return identity(claims, expires);
    }

    private Instant checked(JsonObject claims, Collection<String> audience, Instant now) throws OidcRefusal {
        if (!config.issuer().equals(claims.getValue("iss"))) {
            throw OidcRefusal.invalid("The token is of another issuer.");
        }
        if (texts(claims.getValue("aud")).stream().noneMatch(audience::contains)) {
            throw OidcRefusal.invalid("The token is for somebody else: its aud is none of those that are wanted here.");
        }
        Duration leeway = config.leeway();
        Instant expires = instant(claims, "exp");
        if (expires == null || !now.isBefore(expires.plus(leeway))) {
            throw OidcRefusal.invalid(expires == null ? "The token has no end (exp)." : "The token has ended.");
        }
        for (String claim : List.of("nbf", "iat")) {
            Instant from = instant(claims, claim);
            if (from != null && now.plus(leeway).isBefore(from)) {
                throw OidcRefusal.invalid("The token is not good yet (" + claim + "); compare the clocks.");
            }
        }
        return expires;
    }

    /** Null when it is not there. */
    private static @Nullable Instant instant(JsonObject claims, String name) throws OidcRefusal {
        Object value = claims.getValue(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number) || !(number.doubleValue() >= 0 && number.doubleValue() <= LAST_SECOND)) {
            throw OidcRefusal.invalid("The token's " + name + " is no time.");
        }
        return Instant.ofEpochSecond(number.longValue());
    }

    private OidcIdentity identity(JsonObject claims, Instant expires) throws OidcRefusal {
        Claims wanted = config.claims();
        if (!(find(claims, wanted.name()) instanceof String name) || !isName(name, LONGEST_NAME)) {
            throw OidcRefusal.notAllowed(
                    "The token does not name its holder: its claim " + wanted.name() + " is no text that could.");
        }
        Role role = texts(find(claims, wanted.role())).stream()
                .map(wanted.roles()::get)
                .flatMap(word -> Optional.ofNullable(word).flatMap(Role::of).stream())
                .max(Role::compareTo)
                .orElseThrow(() ->
                        OidcRefusal.notAllowed("The token is good, but its holder has no role here: nothing in its"
                                + " claim " + wanted.role() + " is under admin.oidc.roles."));
        return new OidcIdentity(PREFIX + name, role, team(claims), expires);
    }

    /** Who should have a team and has none would otherwise have all. */
    private @Nullable String team(JsonObject claims) throws OidcRefusal {
        String claim = config.claims().team();
        if (claim == null) {
            return null;
        }
        if (!(find(claims, claim) instanceof String team) || !isName(team, LONGEST_TEAM)) {
            throw OidcRefusal.notAllowed(
                    "The token is good, but its claim " + claim + " names no team, and not " + ALL_TEAMS + " for all.");
        }
        return team.equals(ALL_TEAMS) ? null : team;
    }

    /** The whole name first, for names of claims may be URLs; then as a path into objects. */
    private static @Nullable Object find(JsonObject claims, String path) {
        if (claims.containsKey(path)) {
            return claims.getValue(path);
        }
        Object found = claims;
        for (String name : path.split("\\.", -1)) {
            if (!(found instanceof JsonObject object)) {
                return null;
            }
            found = object.getValue(name);
        }
        return found;
    }

    /** A text, or the texts of a list. */
    private static List<String> texts(@Nullable Object value) {
        List<String> texts = new ArrayList<>();
        if (value instanceof String text) {
            texts.add(text);
        } else if (value instanceof JsonArray list) {
            list.stream().limit(MOST_TEXTS).forEach(each -> {
                if (each instanceof String text) {
                    texts.add(text);
                }
            });
        }
        return texts;
    }

    /** Nothing that would show as something else in a log. */
    private static boolean isName(String text, int longest) {
        return !text.isBlank()
                && text.length() <= longest
                && text.codePoints().noneMatch(c -> switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> true;
                    default -> false;
                });
    }
}
