package io.sluice.admin.oidc;

import io.sluice.config.OidcConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The OpenID provider of the admin port. {@link #verify} is for tokens that come with requests; a console logs a person in so:
 *
 * <ol>
 *   <li>make a state, a nonce and a verifier of 32 random bytes each, and keep them with the browser's session
 *   <li>send the browser to {@link #authorizeUrl}; the challenge is the verifier's SHA-256 in base64url (RFC 7636, {@code S256})
 *   <li>it comes back to the redirect address with {@code state} and {@code code}; compare the state with the session's
 *   <li>{@link #exchange} the code, once: the answer is who it is, and until when
 * </ol>
 *
 * Nothing is kept of a person here. Made, opened, used and closed on the admin verticle's event loop.
 */
public final class OidcProvider {
    private final OidcConfig config;
    private final InstantSource clock;
    private final ProviderClient client;
    private final ProviderKeys keys;
    private final ClaimRules rules;
    private final CodeFlow flow;

    /** Makes an identity of claims whose signature is good. */
    @FunctionalInterface
    private interface Rule {
        OidcIdentity apply(JsonObject claims, Instant now) throws OidcRefusal;
    }

    /**
     * Asks nobody yet.
     *
     * @param vertx whose connections
     * @param config of the provider
     * @param clock for the ends of tokens
     * @param nanoClock for waits
     */
    public OidcProvider(Vertx vertx, OidcConfig config, InstantSource clock, LongSupplier nanoClock) {
        this.config = config;
        this.clock = clock;
        this.client = new ProviderClient(vertx, config);
        this.keys = new ProviderKeys(vertx, config, client, nanoClock);
        this.rules = new ClaimRules(config);
        this.flow = new CodeFlow(vertx, config, client, keys);
    }

    /** Begins to ask the provider for its addresses and keys; goes on until it answers, and keeps them fresh. */
    public void open() {
        keys.open();
    }

    /** Asks no more. */
    public Future<Void> close() {
        keys.close();
        return client.close();
    }

    /** As it is configured. */
    public String issuer() {
        return config.issuer();
    }

    /** By whose clock tokens end. */
    public Instant now() {
        return clock.instant();
    }

    /** Whether a text has the form of a token that a provider signs, which no admin token has. */
    public static boolean isToken(String text) {
        return TokenHead.isToken(text);
    }

    /**
     * Who has sent a token. Asks the provider only when the token's key is not known, and for keys only.
     *
     * @param token a signed JWT: an access token or an ID token
     * @return fails with an {@link OidcRefusal}
     */
    public Future<OidcIdentity> verify(String token) {
        return identity(token, true, rules::ofRequest);
    }

    /**
     * The same by the keys that are known, asking nobody.
     *
     * @param token a signed JWT
     * @return complete; fails with an {@link OidcRefusal}
     */
    public Future<OidcIdentity> verifyKnown(String token) {
        return identity(token, false, rules::ofRequest);
    }

    /**
     * Where a browser logs in.
     *
     * @param state comes back with the browser; unguessable, of this log-in alone
     * @param nonce comes back in the ID token; unguessable, of this log-in alone
     * @param challenge SHA-256 of the verifier, 43 characters of base64url
     * @param redirectUri where the browser comes back to; the provider must know it
     * @return fails with an {@link OidcRefusal} when the provider has not answered yet, or has no log-in
     */
    public Future<String> authorizeUrl(String state, String nonce, String challenge, String redirectUri) {
        return flow.authorizeUrl(state, nonce, challenge, redirectUri);
    }

    /**
     * Who has logged in. The provider is asked in any case; it takes a code once.
     *
     * @param code what the browser brought
     * @param verifier of which the challenge was made
     * @param nonce as it was given to {@link #authorizeUrl}
     * @param redirectUri as it was given to {@link #authorizeUrl}
     * @return fails with an {@link OidcRefusal}
     */
    public Future<OidcIdentity> exchange(String code, String verifier, String nonce, String redirectUri) {
        return flow.idToken(code, verifier, redirectUri)
                .compose(token -> identity(token, true, (claims, now) -> rules.ofLogIn(claims, nonce, now)));
    }

    private Future<OidcIdentity> identity(String token, boolean mayAsk, Rule rule) {
        try {
            TokenHead head = TokenHead.of(token, config.algorithms());
            return claims(head, token, mayAsk).compose(claims -> {
                try {
                    return Future.succeededFuture(rule.apply(claims, clock.instant()));
                } catch (OidcRefusal e) {
                    return Future.failedFuture(e);
                }
            });
        } catch (OidcRefusal e) {
            return Future.failedFuture(e);
        }
    }

    private Future<JsonObject> claims(TokenHead head, String token, boolean mayAsk) {
        KeySet known = keys.keys();
        if (known == null) {
            return Future.failedFuture(OidcRefusal.unready());
        }
        return known.claims(head, token)
                .recover(cause ->
                        !mayAsk || known.has(head) ? Future.failedFuture(cause) : fresh(known, head, token, cause));
    }

    /** The provider may have new keys. */
    private Future<JsonObject> fresh(KeySet known, TokenHead head, String token, Throwable cause) {
        return keys.again().transform(asked -> {
            KeySet fresh = keys.keys();
            if (asked.failed()) {
                return Future.failedFuture(new OidcRefusal(
                        OidcRefusal.Kind.UNREADY,
                        "The token's key is not known, and the OpenID provider does not answer."));
            }
            return fresh == null || fresh == known ? Future.failedFuture(cause) : fresh.claims(head, token);
        });
    }
}
