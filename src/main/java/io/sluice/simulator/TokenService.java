package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives out access tokens: Google's for a signed assertion of a service account (RFC 7523), Baidu's for the id and
 * secret of an application. Faults are those of the credential {@code oauth}; how long a token lives, and what is
 * checked, stands in the script of the account.
 */
final class TokenService extends Service {
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final long LONGEST_SECONDS = 3_600;
    private static final long SKEW_SECONDS = 300;
    private static final int LEAST_SIGNATURE_BYTES = 256;

    private final boolean google;

    private TokenService(boolean google) {
        super(new TokenWording());
        this.google = google;
    }

    /** The service of a whole path; null when there is none. */
    static @Nullable Service of(String path) {
        return switch (path) {
            case "/token", "/google/token" -> new TokenService(true);
            case "/oauth/2.0/token" -> new TokenService(false);
            default -> null;
        };
    }

    @Override
    boolean counted() {
        return false;
    }

    @Override
    String credential(HttpServerRequest request, Simulation simulation) {
        return Simulation.OAUTH;
    }

    @Override
    void checkHead(HttpServerRequest request) throws RefusedRequest {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (google && (type == null || !type.startsWith("application/x-www-form-urlencoded"))) {
            throw refused("invalid_request", "Content-Type must be application/x-www-form-urlencoded");
        }
    }

    @Override
    Planned plan(Asked asked) throws RefusedRequest {
        Map<String, String> form = form(new String(asked.body(), StandardCharsets.UTF_8));
        return google ? google(asked, form) : baidu(asked, form);
    }

    private Planned baidu(Asked asked, Map<String, String> form) throws RefusedRequest {
        String grant = asked.query("grant_type") + form.getOrDefault("grant_type", "");
        String id = asked.query("client_id") + form.getOrDefault("client_id", "");
        String secret = asked.query("client_secret") + form.getOrDefault("client_secret", "");
        if (!grant.equals("client_credentials")) {
            throw refused("unsupported_grant_type", "The authorization grant type is not supported");
        }
        Credential account = id.isEmpty() ? null : asked.simulation().accepted(id);
        if (account == null) {
            throw refused("invalid_client", "unknown client id");
        }
        String wanted = account.script().secretKey();
        if (secret.isEmpty() || wanted != null && !wanted.equals(secret)) {
            throw refused("invalid_client", "Client authentication failed");
        }
        String token = "24.sim" + asked.number() + "." + Integer.toHexString(id.hashCode());
        long seconds = issue(asked, account, id, token);
        return Planned.free(
                "{\"refresh_token\":\"25.sim\",\"expires_in\":" + seconds + ",\"session_key\":\"\",\"access_token\":\""
                        + token + "\",\"scope\":\"public\",\"session_secret\":\"\"}");
    }

    private static long issue(Asked asked, Credential account, String name, String token) {
        var lifetime = account.script().tokenLifetime();
        asked.simulation()
                .memory()
                .issue(token, name, asked.simulation().clock().getAsLong() + lifetime.toNanos());
        return lifetime.toSeconds();
    }

    private Planned google(Asked asked, Map<String, String> form) throws RefusedRequest {
        if (!form.getOrDefault("grant_type", "").equals(GRANT)) {
            throw refused("unsupported_grant_type", "Invalid grant_type: " + form.getOrDefault("grant_type", ""));
        }
        String assertion = form.getOrDefault("assertion", "");
        String[] parts = assertion.split("\\.", -1);
        if (parts.length != 3) {
            throw refused("invalid_grant", "Invalid JWT: not three parts");
        }
        JsonNode header = decoded(parts[0]);
        JsonNode claims = decoded(parts[1]);
        if (!header.path("alg").asText().equals("RS256")) {
            throw refused("invalid_grant", "Invalid JWT: alg must be RS256");
        }
        claims(asked, claims);
        String name = claims.path("iss").asText();
        Credential account = asked.simulation().accepted(name);
        if (account == null) {
            throw refused("invalid_grant", "Invalid grant: account not found");
        }
        signature(parts, account.script().secretKey());
        String token = "ya29.sim" + asked.number() + "-" + Integer.toHexString(name.hashCode());
        long seconds = issue(asked, account, name, token);
        return Planned.free(
                "{\"access_token\":\"" + token + "\",\"expires_in\":" + seconds + ",\"token_type\":\"Bearer\"}");
    }

    private static void claims(Asked asked, JsonNode claims) throws RefusedRequest {
        long now = asked.created();
        long issued = claims.path("iat").asLong();
        long expires = claims.path("exp").asLong();
        if (!claims.path("iss").asText().contains("@")) {
            throw refused("invalid_grant", "Invalid JWT: iss must be the email of a service account");
        }
        if (claims.path("scope").asText().isEmpty()) {
            throw refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
        }
        String own = asked.request().scheme() + "://" + asked.request().authority()
                + asked.request().path();
        String audience = claims.path("aud").asText();
        if (!audience.equals("https://oauth2.googleapis.com/token") && !audience.equals(own)) {
            throw refused("invalid_grant", "Invalid JWT: Failed audience check. The right audience is " + own);
        }
        boolean timely = issued > 0
                && issued <= now + SKEW_SECONDS
                && expires > now
                && expires - issued <= LONGEST_SECONDS
                && expires > issued;
        if (!timely) {
            throw refused(
                    "invalid_grant",
                    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check"
                            + " your iat and exp values in the JWT claim.");
        }
    }

    /** Checks the form, and against the account's public key when the script has it (X.509 in base64). */
    private static void signature(String[] parts, @Nullable String publicKey) throws RefusedRequest {
        byte[] signature = bytes(parts[2]);
        boolean fits = signature.length >= LEAST_SIGNATURE_BYTES;
        if (fits && publicKey != null) {
            try {
                Signature check = Signature.getInstance("SHA256withRSA");
                check.initVerify(KeyFactory.getInstance("RSA")
                        .generatePublic(
                                new X509EncodedKeySpec(Base64.getMimeDecoder().decode(publicKey))));
                check.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
                fits = check.verify(signature);
            } catch (GeneralSecurityException e) {
                fits = false;
            }
        }
        if (!fits) {
            throw refused("invalid_grant", "Invalid JWT Signature.");
        }
    }

    private static byte[] bytes(String part) throws RefusedRequest {
        try {
            return Base64.getUrlDecoder().decode(part);
        } catch (IllegalArgumentException e) {
            throw refused("invalid_grant", "Invalid JWT: not base64url");
        }
    }

    private static JsonNode decoded(String part) throws RefusedRequest {
        try {
            return Json.read(bytes(part));
        } catch (JsonProcessingException e) {
            throw refused("invalid_grant", "Invalid JWT: not JSON");
        }
    }

    private static Map<String, String> form(String body) {
        Map<String, String> fields = new HashMap<>();
        for (String pair : body.split("&")) {
            int equal = pair.indexOf('=');
            if (equal > 0) {
                fields.put(
                        Route.decoded(pair.substring(0, equal)),
                        URLDecoder.decode(pair.substring(equal + 1), StandardCharsets.UTF_8));
            }
        }
        return fields;
    }

    private static RefusedRequest refused(String error, String description) {
        return new RefusedRequest(TokenWording.of(400, error, description));
    }

    /** Errors of RFC 6749. */
    private static final class TokenWording extends Wording {
        private static ProviderError of(int status, String error, String description) {
            return new ProviderError(
                    status,
                    Map.of(),
                    "{\"error\":\"" + error + "\",\"error_description\":" + Json.quote(description) + "}");
        }

        @Override
        ProviderError error(int status, String message) {
            return of(status, status >= 500 ? "internal_failure" : "invalid_request", message);
        }
    }
}
