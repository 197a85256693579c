package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Access tokens and signatures. */
@ExtendWith(VertxExtension.class)
class AccessTest {
    private static final String BEDROCK = "/bedrock/model/amazon.nova-v1%3A0/converse";
    private static final String QUESTION = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}";
    private static final String WORKSHOP = "/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/completions_pro?access_token=";
    private static final String ERNIE = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    private static final String EMAIL = "robot@project.iam.gserviceaccount.com";
    private static final String VERTEX =
            "/v1/projects/p/locations/global/publishers/google/models/gemini-2.5-flash:generateContent";

    private SimulatorClient client;
    private int port;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        port = await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port();
        client = new SimulatorClient(vertx, port);
    }

    private Reply post(String uri, MultiMap headers, String body) throws Exception {
        return await(client.send(HttpMethod.POST, uri, headers, body));
    }

    private static String fast(String more) {
        return "{\"first-token\":\"0\",\"tokens-per-second\":0" + more + "}";
    }

    // The signing key's derivation as AWS describes it, written anew so that simulator and test do not agree by chance.
    private MultiMap signed(String secret, Instant at, String body) throws Exception {
        String time = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
                .withZone(ZoneOffset.UTC)
                .format(at);
        String scope = time.substring(0, 8) + "/us-east-1/bedrock/aws4_request";
        String canonical = "POST\n" + BEDROCK.replace("%", "%25") + "\n\nhost:127.0.0.1:" + port + "\nx-amz-date:"
                + time + "\n\nhost;x-amz-date\n" + sha256(body);
        String toSign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + sha256(canonical);
        byte[] key = hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), time.substring(0, 8));
        key = hmac(hmac(hmac(key, "us-east-1"), "bedrock"), "aws4_request");
        return DialectSample.head(
                "x-amz-date",
                time,
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" + scope + ", SignedHeaders=host;x-amz-date, Signature="
                        + HexFormat.of().formatHex(hmac(key, toSign)));
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void checksAwsSignatures() throws Exception {
        client.script("AKIDEXAMPLE", fast(",\"secret-key\":\"secret\""));
        Instant now = Instant.now();

        Reply good = post(BEDROCK, signed("secret", now, QUESTION), QUESTION);
        Reply wrong = post(BEDROCK, signed("other", now, QUESTION), QUESTION);
        Reply changed = post(BEDROCK, signed("secret", now, QUESTION), QUESTION + " ");
        Reply old = post(BEDROCK, signed("secret", now.minusSeconds(400), QUESTION), QUESTION);
        Reply form = post(BEDROCK, DialectSample.head("authorization", "AWS4-HMAC-SHA256 Credential=x"), QUESTION);
        Reply none = post(BEDROCK, DialectSample.head(), QUESTION);

        assertThat(good.status()).as(good.body()).isEqualTo(200);
        assertThat(wrong.status()).isEqualTo(403);
        assertThat(wrong.headers().get("x-amzn-errortype")).startsWith("InvalidSignatureException");
        assertThat(changed.body()).contains("does not match the signature you provided");
        assertThat(old.body()).contains("Signature expired");
        assertThat(form.headers().get("x-amzn-errortype")).startsWith("IncompleteSignatureException");
        assertThat(none.headers().get("x-amzn-errortype")).startsWith("MissingAuthenticationTokenException");
        assertThat(client.oracle("AKIDEXAMPLE").path("requests").asInt()).isEqualTo(3);
    }

    @Test
    void givesQianfanTokensThatEnd() throws Exception {
        client.script("app", fast(",\"secret-key\":\"sk\",\"token-lifetime\":\"1m\""));
        client.script("brief", fast(",\"token-lifetime\":\"0\""));
        String oauth = "/oauth/2.0/token?grant_type=client_credentials&client_id=";

        JsonNode token =
                post(oauth + "app&client_secret=sk", DialectSample.head(), "").json();
        Reply wrong = post(oauth + "app&client_secret=no", DialectSample.head(), "");
        JsonNode over =
                post(oauth + "brief&client_secret=sk", DialectSample.head(), "").json();
        String access = WORKSHOP + token.path("access_token").asText();
        Reply answer = post(access, DialectSample.head(), ERNIE + "}");
        Reply stream = post(access, DialectSample.head(), ERNIE + ",\"stream\":true}");
        Reply unknown = post(WORKSHOP + "24.none", DialectSample.head(), ERNIE + "}");
        Reply ended = post(WORKSHOP + over.path("access_token").asText(), DialectSample.head(), ERNIE + "}");
        Reply even = post(access, DialectSample.head(), "{\"messages\":[]}");

        assertThat(token.path("expires_in").asInt()).isEqualTo(60);
        assertThat(wrong.body()).contains("invalid_client");
        assertThat(answer.json().path("result").asText()).isEqualTo(CredentialScript.DEFAULT_ANSWER);
        assertThat(stream.body()).contains("\"is_end\":true").doesNotContain("[DONE]");
        assertThat(unknown.status()).isEqualTo(200);
        assertThat(unknown.json().path("error_code").asInt()).isEqualTo(110);
        assertThat(ended.json().path("error_code").asInt()).isEqualTo(110);
        assertThat(even.json().path("error_msg").asText()).contains("odd number");
        assertThat(client.oracle("app").path("requests").asInt()).isEqualTo(3);
    }

    @Test
    void speaksQianfanVersionTwo() throws Exception {
        String body = "{\"model\":\"ernie-x1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
        String chat = "/qianfan/v2/chat/completions";
        MultiMap key = DialectSample.head("authorization", "Bearer bce-v3/ALTAK-a/b");
        client.script("bce-v3%2FALTAK-a%2Fb", fast(""));

        Reply thought = post(chat, key, body + ",\"enable_thinking\":true}");
        Reply refused = post(chat, key, body + ",\"top_k\":1}");
        Reply stranger = post(chat, DialectSample.head("authorization", "Bearer sk-x"), body + "}");

        assertThat(thought.json()
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("reasoning_content")
                        .asText())
                .startsWith("The user wants");
        assertThat(refused.json().path("error").path("code").asText()).isEqualTo("invalid_argument");
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.json().path("error").path("code").asText()).isEqualTo("invalid_iam_token");
    }

    private String assertion(KeyPair keys, String audience, long lifetime) throws Exception {
        long now = Instant.now().getEpochSecond();
        String text = part("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "."
                + part("{\"iss\":\"" + EMAIL
                        + "\",\"scope\":\"https://www.googleapis.com/auth/cloud-platform\",\"aud\":\"" + audience
                        + "\",\"iat\":" + now + ",\"exp\":" + (now + lifetime) + "}");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private Reply token(String assertion) throws Exception {
        String form =
                "grant_type=" + URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8)
                        + "&assertion=" + assertion;
        return post(
                "/token",
                MultiMap.caseInsensitiveMultiMap().add("content-type", "application/x-www-form-urlencoded"),
                form);
    }

    @Test
    void givesGoogleTokensForSignedAssertions() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair keys = generator.generateKeyPair();
        KeyPair others = generator.generateKeyPair();
        client.script(
                EMAIL,
                fast(",\"secret-key\":\""
                        + Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()) + "\""));
        String audience = "http://127.0.0.1:" + port + "/token";

        JsonNode token = token(assertion(keys, audience, 3600)).json();
        Reply forged = token(assertion(others, audience, 3600));
        Reply elsewhere = token(assertion(keys, "https://evil.invalid", 3600));
        Reply tooLong = token(assertion(keys, audience, 7200));
        Reply over = token(assertion(keys, audience, -10));
        Reply broken = token("a.b");
        MultiMap bearer = DialectSample.head(
                "authorization", "Bearer " + token.path("access_token").asText());
        Reply answer = post(VERTEX, bearer, DialectSample.CONTENTS);
        Reply noRole = post(VERTEX, bearer, DialectSample.CONTENTS.replace("\"role\":\"user\",", ""));
        Reply stranger = post(VERTEX, DialectSample.head("authorization", "Bearer ya29.x"), DialectSample.CONTENTS);
        Reply nobody = post(VERTEX, DialectSample.head(), DialectSample.CONTENTS);

        assertThat(token.path("expires_in").asInt()).isEqualTo(3600);
        assertThat(forged.body()).contains("invalid_grant", "Invalid JWT Signature");
        assertThat(elsewhere.body()).contains("audience");
        assertThat(tooLong.body()).contains("short-lived token");
        assertThat(over.body()).contains("short-lived token");
        assertThat(broken.status()).isEqualTo(400);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(noRole.body()).contains("Please use a valid role");
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(nobody.json().path("error").path("status").asText()).isEqualTo("UNAUTHENTICATED");
        assertThat(client.oracle(EMAIL).path("requests").asInt()).isEqualTo(2);
    }

    @Test
    void failsToGiveTokensWhenScripted() throws Exception {
        client.script("oauth", "{\"faults\":[{\"kind\":\"status\",\"status\":500,\"times\":1}]}");
        String oauth = "/oauth/2.0/token?grant_type=client_credentials&client_id=a&client_secret=b";

        Reply failed = post(oauth, DialectSample.head(), "");
        Reply good = post(oauth, DialectSample.head(), "");

        assertThat(failed.status()).isEqualTo(500);
        assertThat(good.status()).isEqualTo(200);
    }

    @Test
    void takesAnthropicKeysAsBearerToo() throws Exception {
        client.script("k", fast(""));
        String body = "{\"model\":\"m\",\"max_tokens\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

        Reply bearer = post(
                "/anthropic/v1/messages",
                DialectSample.head("authorization", "Bearer k", "anthropic-version", "2026-10-21"),
                body);
        Reply none = post("/anthropic/v1/messages", DialectSample.head("anthropic-version", "2023-06-01"), body);

        assertThat(bearer.status()).isEqualTo(200);
        assertThat(bearer.json().path("stop_reason").asText()).isEqualTo("max_tokens");
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.body()).contains("x-api-key header is required");
    }
}
