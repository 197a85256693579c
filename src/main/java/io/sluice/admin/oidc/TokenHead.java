package io.sluice.admin.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.SignatureAlgorithm;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the header of a token claims, which says no more than which key to try.
 *
 * @param algorithm one of those that are allowed
 * @param kid the key's id; null when it has none
 */
record TokenHead(SignatureAlgorithm algorithm, @Nullable String kid) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final int LONGEST = 16 * 1024;
    private static final int LONGEST_KID = 256;

    /** Log-out tokens and others that a provider signs with the same keys are not for asking. */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

    /** Whether a text has the form of a signed token, which no admin token has. */
    static boolean isToken(String text) {
        return text.length() <= LONGEST && FORM.matcher(text).matches();
    }

    /**
     * Reads the header.
     *
     * @throws OidcRefusal when it is none that may be tried
     */
    static TokenHead of(String token, Collection<SignatureAlgorithm> allowed) throws OidcRefusal {
        if (!isToken(token)) {
            throw OidcRefusal.invalid("This is no signed token.");
        }
        JsonObject header = header(token.substring(0, token.indexOf('.')));
        SignatureAlgorithm algorithm = text(header, "alg") instanceof String name
                ? SignatureAlgorithm.ofHeader(name).filter(allowed::contains).orElse(null)
                : null;
        if (algorithm == null) {
            throw OidcRefusal.invalid("The token is signed in another way than those of admin.oidc.algorithms.");
        }
        if (header.containsKey("crit")) {
            throw OidcRefusal.invalid("The token has critical headers, which are not known here.");
        }
        String type = text(header, "typ");
        if (header.containsKey("typ") && (type == null || !TYPES.contains(type.toLowerCase(Locale.ROOT)))) {
            throw OidcRefusal.invalid("The token is for something else than asking.");
        }
        String kid = text(header, "kid");
        if (header.containsKey("kid") && (kid == null || kid.length() > LONGEST_KID)) {
            throw OidcRefusal.invalid("The token's key has an id that cannot be one.");
        }
        return new TokenHead(algorithm, kid);
    }

    private static JsonObject header(String segment) throws OidcRefusal {
        try {
            return new JsonObject(new String(Base64.getUrlDecoder().decode(segment), UTF_8));
        } catch (IllegalArgumentException | DecodeException e) {
            throw OidcRefusal.invalid("This is no signed token.");
        }
    }

    private static @Nullable String text(JsonObject header, String name) {
        return header.getValue(name) instanceof String text ? text : null;
    }
}
