package io.sluice.provider.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.Secret;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict;
import io.sluice.provider.TokenGrant.Token;
import io.sluice.provider.TokenGrant.TokenCall;
import java.net.URLDecoder;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceAccountGrantTest {
    private static final String ENDPOINT = "https://oauth2.example.com/token";
    private static final ServiceAccountGrant GRANT = new ServiceAccountGrant(Secret.of(ServiceAccounts.json(ENDPOINT)));

    private static JsonNode part(String text) {
        return Objects.requireNonNull(
                Json.read(new String(Base64.getUrlDecoder().decode(text), UTF_8)));
    }

    @Test
    void signsWhatGoogleExpects() throws Exception {
        TokenCall call = GRANT.call(Instant.ofEpochSecond(1_000));

        assertThat(call.url()).isEqualTo(ENDPOINT);
        assertThat(call.contentType()).isEqualTo("application/x-www-form-urlencoded");
        String form = URLDecoder.decode(new String(call.body(), UTF_8), UTF_8);
        String begin = "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=";
        assertThat(form).startsWith(begin);
        String[] jwt = form.substring(begin.length()).split("\\.", -1);
        assertThat(Json.text(part(jwt[0]))).isEqualTo("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"kid-1\"}");
        assertThat(Json.text(part(jwt[1])))
                .isEqualTo("{\"iss\":\"sluice@p.iam.example.com\","
                        + "\"scope\":\"https://www.googleapis.com/auth/cloud-platform\",\"aud\":\"" + ENDPOINT
                        + "\",\"iat\":1000,\"exp\":4600}");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(ServiceAccounts.KEYS.getPublic());
        signature.update((jwt[0] + "." + jwt[1]).getBytes(UTF_8));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(jwt[2]))).isTrue();
    }

    @Test
    void readsTheToken() {
        Token token = GRANT.read(
                200, "{\"access_token\":\"ya29.abc\",\"expires_in\":3599,\"token_type\":\"Bearer\"}".getBytes(UTF_8));

        assertThat(token.text().reveal()).isEqualTo("Bearer ya29.abc");
        assertThat(token.lifetime()).isEqualTo(Duration.ofSeconds(3_599));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "400 | {\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"} | ACCOUNT_REFUSED",
                "401 | {\"error\":\"invalid_client\"} | ACCOUNT_REFUSED",
                "403 | | ACCOUNT_REFUSED",
                "429 | | SERVER_ERROR",
                "503 | <html> | SERVER_ERROR",
                "302 | | BAD_RESPONSE",
                "200 | {} | BAD_RESPONSE",
                "200 | x | BAD_RESPONSE",
                "200 | {\"access_token\":\"a b\"} | BAD_RESPONSE",
                "200 | {\"access_token\":7} | BAD_RESPONSE"
            })
    void deadKeysAreNotFaultsOfTheEndpoint(int status, String body, Kind kind) {
        byte[] bytes = (body == null ? "" : body).getBytes(UTF_8);

        assertThatThrownBy(() -> GRANT.read(status, bytes))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(e.failure())
                        .isInstanceOfSatisfying(UpstreamFailure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(kind)));
    }

    /** A bad grant may be our own clock; an unknown client is one. */
    @ParameterizedTest
    @CsvSource({
        "400, invalid_grant, false",
        "401, invalid_client, true",
        "401, unauthorized_client, true",
        "403, x, false"
    })
    void onlyAnUnknownClientIsDeadAtOnce(int status, String error, boolean certain) {
        assertThatThrownBy(() -> GRANT.read(status, ("{\"error\":\"" + error + "\"}").getBytes(UTF_8)))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(Verdict.of(e.failure()))
                        .isEqualTo(new Verdict.Dead(certain)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{",
                "{\"client_email\":\"a\",\"private_key\":\"b\"}",
                "{\"client_email\":\"a\",\"private_key\":\"-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\"}",
                "{\"client_email\":\"a\",\"private_key\":7}"
            })
    void keysThatAreNoneAreRefused(String json) {
        assertThatThrownBy(() -> new ServiceAccountGrant(Secret.of(json)).call(Instant.EPOCH))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        e -> assertThat(e.failure().message()).doesNotContain("AAAA"));
    }

    @Test
    void nothingOfTheKeyIsPrinted() {
        assertThat(GRANT.toString()).isEqualTo("ServiceAccountGrant");
    }
}
