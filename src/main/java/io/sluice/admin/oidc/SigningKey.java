package io.sluice.admin.oidc;

import io.sluice.config.OidcConfig;
import io.sluice.config.SignatureAlgorithm;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One public key of the provider with one algorithm. The check itself is vertx-auth-oauth2's, which has this key alone: of
 * several, it gives up at the first one of another size. It is given no address, so it asks nobody.
 */
final class SigningKey {
    private static final List<String> PUBLIC = List.of("kty", "kid", "n", "e", "crv", "x", "y");
    private static final int LEAST_BITS = 2_048;
    private static final int MOST_BITS = 8_192;
    private static final int MOST_EXPONENT_BITS = 64;

    /** What the claims say is looked at in {@link ClaimRules}, by the node's clock. */
    private static final JWTOptions SIGNATURE_ONLY =
            new JWTOptions().setAudience(List.of()).setLeeway(Integer.MAX_VALUE);

    private final @Nullable String kid;
    private final SignatureAlgorithm algorithm;
    private final OAuth2Auth auth;

    private SigningKey(@Nullable String kid, SignatureAlgorithm algorithm, OAuth2Auth auth) {
        this.kid = kid;
        this.algorithm = algorithm;
        this.auth = auth;
    }

    /**
     * A key, once for each allowed algorithm that it may be used with.
     *
     * @param jwk an entry of the provider's set (RFC 7517)
     * @return empty when it is for something else, too weak, or unknown
     */
    static List<SigningKey> of(Vertx vertx, OidcConfig config, JsonObject jwk) {
        List<SigningKey> keys = new ArrayList<>();
        try {
            for (SignatureAlgorithm algorithm : config.algorithms()) {
                if (fits(jwk, algorithm)) {
                    keys.add(new SigningKey(jwk.getString("kid"), algorithm, auth(vertx, config, jwk, algorithm)));
                }
            }
        } catch (RuntimeException e) {
            // Whatever its bytes are, they are no key; there may be others.
            return List.of();
        }
        return keys;
    }

    private static OAuth2Auth auth(Vertx vertx, OidcConfig config, JsonObject jwk, SignatureAlgorithm algorithm) {
        JsonObject key = new JsonObject().put("alg", algorithm.header()).put("use", "sig");
        PUBLIC.stream().filter(jwk::containsKey).forEach(name -> key.put(name, jwk.getValue(name)));
        return OAuth2Auth.create(
                vertx,
                new OAuth2Options()
                        .setClientId(config.client().id())
                        .setJwks(List.of(key))
                        .setJWTOptions(SIGNATURE_ONLY));
    }

    private static boolean fits(JsonObject jwk, SignatureAlgorithm algorithm) {
        boolean forSigning = "sig".equals(jwk.getString("use", "sig"));
        boolean ofAlgorithm = algorithm.header().equals(jwk.getString("alg", algorithm.header()));
        return forSigning
                && ofAlgorithm
                && switch (algorithm) {
                    case RS256, RS384, RS512, PS256, PS384, PS512 -> isStrong(jwk);
                    case ES256 -> isOn(jwk, "EC", "P-256");
                    case ES384 -> isOn(jwk, "EC", "P-384");
                    case ES512 -> isOn(jwk, "EC", "P-521");
                    case EDDSA -> isOn(jwk, "OKP", "Ed25519");
                };
    }

    /** Large ones would hold the event loop. */
    private static boolean isStrong(JsonObject jwk) {
        if (!"RSA".equals(jwk.getString("kty"))) {
            return false;
        }
        int bits = number(jwk, "n").bitLength();
        return bits >= LEAST_BITS && bits <= MOST_BITS && number(jwk, "e").bitLength() <= MOST_EXPONENT_BITS;
    }

    private static BigInteger number(JsonObject jwk, String name) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(jwk.getString(name)));
    }

    private static boolean isOn(JsonObject jwk, String type, String curve) {
        return type.equals(jwk.getString("kty")) && curve.equals(jwk.getString("crv"));
    }

    /** Whether a token may be signed with it. */
    boolean mayHaveSigned(TokenHead head) {
        return algorithm == head.algorithm()
                && (head.kid() == null || kid == null || head.kid().equals(kid));
    }

    /** The claims of a token that it has signed; fails for any other. Complete when it returns. */
    Future<JsonObject> claims(String token) {
        try {
            return auth.authenticate(new TokenCredentials(token))
                    .map(user -> user.attributes().getJsonObject("accessToken"));
        } catch (RuntimeException e) {
            // A signature that the cipher cannot even read.
            return Future.failedFuture(e);
        }
    }
}
