package io.sluice.provider.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.Secret;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.ParsedError;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.failure.Verdict;
import io.sluice.provider.TokenGrant;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

/**
 * A Google service account: a JWT signed with its private key (RS256) is exchanged for an access token (RFC 7523; Google
 * Identity, "Using OAuth 2.0 for server to server applications", 2026). The key of the account is the JSON file that Google
 * gives out. The credential that comes of it is the value of the {@code Authorization} header.
 */
record ServiceAccountGrant(Secret key) implements TokenGrant.Asked {
    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
    private static final String USUAL_ENDPOINT = "https://oauth2.googleapis.com/token";
    /** A bad grant may be our clock. */
    private static final Set<String> UNKNOWN_CLIENT = Set.of("invalid_client", "unauthorized_client", "deleted_client");

    private static final long LIFETIME_SECONDS = 3_600;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** Whether an account's key is the JSON of a service account, rather than an API key. */
    static boolean isServiceAccount(Secret key) {
        String text = key.reveal();
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isWhitespace(text.charAt(i))) {
                return text.charAt(i) == '{';
            }
        }
        return false;
    }

    @Override
    public TokenCall call(Instant now) {
        JsonNode account = Json.read(key.reveal());
        if (account == null
                || !account.path("client_email").isTextual()
                || !account.path("private_key").isTextual()) {
            throw refused("The account's key is not the JSON of a service account.", true);
        }
        String endpoint = account.path("token_uri").asText(USUAL_ENDPOINT);
        String form = "grant_type=" + URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", UTF_8)
                + "&assertion=" + signed(account, endpoint, now.getEpochSecond());
        return new TokenCall(endpoint, "application/x-www-form-urlencoded", form.getBytes(UTF_8));
    }

    private static String signed(JsonNode account, String audience, long now) {
        ObjectNode header = Json.object().put("alg", "RS256").put("typ", "JWT");
        if (account.path("private_key_id").isTextual()) {
            header.set("kid", account.path("private_key_id"));
        }
        ObjectNode claims = Json.object()
                .put("iss", account.path("client_email").asText())
                .put("scope", SCOPE)
                .put("aud", audience)
                .put("iat", now)
                .put("exp", now + LIFETIME_SECONDS);
        String text = BASE64.encodeToString(Json.write(header)) + "." + BASE64.encodeToString(Json.write(claims));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(privateKey(account.path("private_key").asText()));
            signature.update(text.getBytes(UTF_8));
            return text + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw refused("The service account's private key cannot be read.", true);
        }
    }

    private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        String base64 =
                pem.replaceAll("-----(?:BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    @Override
    public Token read(int status, byte[] body) {
        if (status != 200) {
            ParsedError error = UpstreamErrors.parse(status, body);
            String message = "The provider's token endpoint refused the account: " + error.message();
            throw status >= 400 && status < 500 && status != 408 && status != 429
                    ? refused(message, UNKNOWN_CLIENT.contains(error.message()))
                    : failure(
                            status >= 500 || status == 408 || status == 429 ? Kind.SERVER_ERROR : Kind.BAD_RESPONSE,
                            "The provider's token endpoint answered with status " + status + ".");
        }
        JsonNode json = Json.read(body, 0, body.length);
        JsonNode token = json == null ? Json.object() : json.path("access_token");
        if (!token.isTextual() || !token.textValue().matches("[\\x21-\\x7e]{1,8192}")) {
            throw failure(Kind.BAD_RESPONSE, "The provider's token endpoint gave no token.");
        }
        JsonNode lifetime = json == null ? Json.object() : json.path("expires_in");
        long seconds = Math.clamp(lifetime.asLong(LIFETIME_SECONDS), 1, LIFETIME_SECONDS * 24);
        return new Token(Secret.of("Bearer " + token.textValue()), Duration.ofSeconds(seconds));
    }

    private static GatewayException refused(String message, boolean certain) {
        return new GatewayException(
                UpstreamFailure.of(Kind.ACCOUNT_REFUSED, message).as(Kind.ACCOUNT_REFUSED, new Verdict.Dead(certain)));
    }

    private static GatewayException failure(Kind kind, String message) {
        return new GatewayException(UpstreamFailure.of(kind, message));
    }

    @Override
    public String toString() {
        return "ServiceAccountGrant";
    }
}
