package io.sluice.admin.oidc;

import io.sluice.config.OidcConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The keys of the provider at one time. Immutable; used on the admin verticle's event loop. */
final class KeySet {
    private static final int MOST = 32;

    private final JsonArray source;
    private final List<SigningKey> keys;

    private KeySet(JsonArray source, List<SigningKey> keys) {
        this.source = source;
        this.keys = keys;
    }

    /**
     * The keys of an answer that may be used; of very many, the first.
     *
     * @param jwks the provider's set
     * @throws ProviderFailure when it is none, or none of it may be used
     */
    static KeySet of(Vertx vertx, OidcConfig config, JsonObject jwks) throws ProviderFailure {
        if (!(jwks.getValue("keys") instanceof JsonArray source)) {
            throw new ProviderFailure("its jwks_uri answers with something that is no set of keys");
        }
        List<SigningKey> keys = new ArrayList<>();
        source.stream().limit(MOST).forEach(each -> {
            if (each instanceof JsonObject jwk) {
                keys.addAll(SigningKey.of(vertx, config, jwk));
            }
        });
        if (keys.isEmpty()) {
            throw new ProviderFailure(
                    "none of its " + source.size() + " keys is for an algorithm of admin.oidc.algorithms");
        }
        return new KeySet(source, List.copyOf(keys));
    }

    /** Whether an answer has the very same keys. */
    boolean isOf(JsonObject jwks) {
        return source.equals(jwks.getValue("keys"));
    }

    /** How many there are, each with one algorithm. */
    int size() {
        return keys.size();
    }

    /**
     * Whether the key that a token names is here. Where it names none, nobody can know.
     *
     * @param head of the token
     */
    boolean has(TokenHead head) {
        return head.kid() != null && keys.stream().anyMatch(key -> key.mayHaveSigned(head));
    }

    /** The claims of a token that one of the keys has signed; fails for any other. */
    Future<JsonObject> claims(TokenHead head, String token) {
        return claims(keys.stream().filter(key -> key.mayHaveSigned(head)).iterator(), token);
    }

    private static Future<JsonObject> claims(Iterator<SigningKey> untried, String token) {
        return untried.hasNext()
                ? untried.next().claims(token).recover(cause -> claims(untried, token))
                : Future.failedFuture(OidcRefusal.invalid("The token is not signed by a key of the issuer."));
    }
}
