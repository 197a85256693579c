package io.sluice.provider.qianfan;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.Secret;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.provider.TokenGrant;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Access tokens of the older API (Qianfan API reference, "get access_token", 2025): given out by {@code /oauth/2.0/token} of
 * the host that serves the API, for 30 days. The credential that comes of it is the query {@code access_token=…}: so it
 * cannot be taken for a key of version 2.
 *
 * @param url the channel's
 * @param key {@code API_KEY:SECRET_KEY}
 */
record AccessTokens(BaseUrl url, Secret key) implements TokenGrant.Asked {
    private static final Pattern PAIR = Pattern.compile("[A-Za-z0-9]{8,128}:[A-Za-z0-9]{8,128}");
    private static final String QUERY = "access_token=";
    private static final int LONGEST_TOKEN = 4_096;

    /** Whether a key is one that tokens are made of. */
    static boolean areMadeOf(Secret key) {
        return PAIR.matcher(key.reveal()).matches();
    }

    /** Whether a credential is such a token. */
    static boolean isQuery(Secret credential) {
        return credential.reveal().startsWith(QUERY);
    }

    @Override
    public TokenCall call(Instant now) {
        String text = key.reveal();
        int colon = text.indexOf(':');
        return new TokenCall(
                url + "/oauth/2.0/token?grant_type=client_credentials&client_id=" + text.substring(0, colon)
                        + "&client_secret=" + text.substring(colon + 1),
                "application/json",
                new byte[0]);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    @Override
    public Token read(int status, byte[] body) {
        JsonNode read = Json.read(body, 0, body.length);
        JsonNode json = read == null ? Json.object() : read;
        JsonNode token = json.path("access_token");
        if (token.isTextual() && isToken(token.textValue())) {
            long seconds = Math.clamp(
                    json.path("expires_in").asLong(0), 60, Duration.ofDays(30).toSeconds());
            return new Token(Secret.of(QUERY + escaped(token.textValue())), Duration.ofSeconds(seconds));
        }
        String error = json.path("error").asText("");
        boolean refused = error.equals("invalid_client") || error.equals("unauthorized_client");
        if (refused || status == 401 || status == 403) {
            throw new GatewayException(UpstreamFailure.of(
                            Kind.ACCOUNT_REFUSED, "The provider gives no access token for the account's key.")
                    .as(Kind.ACCOUNT_REFUSED, new Verdict.Dead(refused)));
        }
        throw new GatewayException(
                status == 429
                        ? UpstreamFailure.of(Kind.RATE_LIMITED, "The provider's token endpoint asks to slow down.")
                                .as(
                                        Kind.RATE_LIMITED,
                                        new Verdict.SlowDown(Verdict.Reach.ACCOUNT, Duration.ZERO, false))
                        : UpstreamFailure.of(
                                Kind.SERVER_ERROR, "The provider's token endpoint gives no access token."));
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && text.length() <= LONGEST_TOKEN && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
