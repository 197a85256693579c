package io.sluice.admin.oidc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.sluice.admin.oidc.ProviderClient.Reply;
import io.sluice.config.OidcConfig;
import io.sluice.domain.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2AuthorizationURL;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authorization code flow with PKCE (RFC 6749, section 4.1; RFC 7636). The code is exchanged with the node's own client,
 * whose answers are bounded. Used on the admin verticle's event loop.
 */
final class CodeFlow {
    private static final Logger LOG = LoggerFactory.getLogger(CodeFlow.class);

    private final Vertx vertx;
    private final OidcConfig config;
    private final ProviderClient client;
    private final ProviderKeys keys;

    CodeFlow(Vertx vertx, OidcConfig config, ProviderClient client, ProviderKeys keys) {
        this.vertx = vertx;
        this.config = config;
        this.client = client;
        this.keys = keys;
    }

    Future<String> authorizeUrl(String state, String nonce, String challenge, String redirectUri) {
        Discovered provider = keys.discovered();
        if (provider == null) {
            return Future.failedFuture(OidcRefusal.unready());
        }
        if (provider.authorize() == null) {
            return Future.failedFuture(noLogIn());
        }
        QueryStringDecoder place = new QueryStringDecoder(provider.authorize().url());
        OAuth2AuthorizationURL url = new OAuth2AuthorizationURL();
        // The library writes a query of its own behind the address.
        place.parameters().forEach((name, values) -> url.putAdditionalParameter(name, values.getFirst()));
        url.putAdditionalParameter("redirect_uri", redirectUri)
                .putAdditionalParameter("nonce", nonce)
                .putAdditionalParameter("code_challenge", challenge)
                .putAdditionalParameter("code_challenge_method", "S256")
                .setScopes(config.client().scopes())
                .setState(state);
        OAuth2Auth auth = OAuth2Auth.create(
                vertx,
                new OAuth2Options()
                        .setClientId(config.client().id())
                        .setAuthorizationPath(provider.authorize().url().split("\\?", 2)[0]));
        return Future.succeededFuture(auth.authorizeURL(url));
    }

    /** The ID token of a code; fails with an {@link OidcRefusal}. */
    Future<String> idToken(String code, String verifier, String redirectUri) {
        Discovered provider = keys.discovered();
        if (provider == null) {
            return Future.failedFuture(OidcRefusal.unready());
        }
        if (provider.token() == null) {
            return Future.failedFuture(noLogIn());
        }
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", redirectUri);
        form.put("code_verifier", verifier);
        Map<String, String> headers = new LinkedHashMap<>();
        identify(form, headers, provider.secretInForm());
        return client.post(provider.token(), "its token endpoint", headers, encoded(form))
                .recover(cause -> {
                    LOG.warn("a log-in by {} failed: {}", config.issuer(), cause.getMessage());
                    return Future.failedFuture(new OidcRefusal(
                            OidcRefusal.Kind.UNREADY, "The OpenID provider does not answer; log in again."));
                })
                .compose(this::idToken);
    }

    private Future<String> idToken(Reply reply) {
        if (reply.status() == 200 && reply.json().getValue("id_token") instanceof String token) {
            return Future.succeededFuture(token);
        }
        // A word of the protocol at most: descriptions are the provider's, and may say anything.
        Object error = reply.json().getValue("error");
        String word = error instanceof String text && text.matches("[a-z_]{1,40}") ? ", " + text : "";
        LOG.warn("a log-in by {} failed: status {}{}", config.issuer(), reply.status(), word);
        return Future.failedFuture(OidcRefusal.invalid(
                "The OpenID provider did not take the log-in (" + reply.status() + word + "); log in again."));
    }

    private void identify(Map<String, String> form, Map<String, String> headers, boolean secretInForm) {
        String id = config.client().id();
        Secret secret = config.client().secret();
        if (secret != null && !secretInForm) {
            String pair = encoded(id) + ":" + encoded(secret.reveal());
            headers.put("authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)));
            return;
        }
        form.put("client_id", id);
        if (secret != null) {
            form.put("client_secret", secret.reveal());
        }
    }

    private static OidcRefusal noLogIn() {
        return OidcRefusal.invalid("The OpenID provider has no log-in for browsers.");
    }

    private static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(field -> field.getKey() + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
