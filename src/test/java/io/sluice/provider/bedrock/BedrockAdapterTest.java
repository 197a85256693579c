package io.sluice.provider.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.testkit.RevisionBuilder;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Target and credential; the signatures were computed apart, from the published algorithm. */
class BedrockAdapterTest {
    private static final byte[] BODY = "{\"messages\":[]}".getBytes(UTF_8);
    private static final String BODY_HASH = "5e4ce7b36ba37b78a5d5f9fd08e6b7b54ba6879d651aa46ec9e1d6fa24ebe30a";
    private static final long LAST_OF_JANUARY = 1_769_903_999;

    private static BaseUrl url(String host) {
        return new BaseUrl(true, host, 443, "");
    }

    @Test
    void theModelIsOneSegment() {
        assertThat(BedrockAdapter.path(url("x"), "us.anthropic.claude-sonnet-4-5-20250929-v1:0", true))
                .isEqualTo("/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
        assertThat(BedrockAdapter.path(
                        new BaseUrl(true, "x", 443, "/aws"), "arn:aws:bedrock:r:1:inference-profile/x", false))
                .isEqualTo("/aws/model/arn%3Aaws%3Abedrock%3Ar%3A1%3Ainference-profile%2Fx/converse");
        assertThat(BedrockAdapter.path(url("x"), "../a?b#c\r\n", false))
                .isEqualTo("/model/..%2Fa%3Fb%23c%0D%0A/converse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ABSKabc+/=", "bedrock-api-key-abc", "a:b", "sk:"})
    void otherKeysAreBearers(String key) {
        assertThat(BedrockAdapter.credential(url("x"), key, "/", BODY, 0))
                .isEqualTo(Map.of("authorization", "Bearer " + key));
    }

    @Test
    void signsWithTheRegionOfTheHost() {
        Map<String, String> headers = BedrockAdapter.credential(
                url("bedrock-runtime.eu-west-1.amazonaws.com"),
                "AKIDEXAMPLE:secret/+A:TOKEN/1+2=@us-east-1",
                "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream",
                BODY,
                LAST_OF_JANUARY);

        assertThat(headers)
                .isEqualTo(Map.of(
                        "x-amz-content-sha256",
                        BODY_HASH,
                        "x-amz-date",
                        "20260131T235959Z",
                        "x-amz-security-token",
                        "TOKEN/1+2=",
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/eu-west-1/bedrock/aws4_request,"
                                + " SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,"
                                + " Signature=c04a30549be980ca45e242164da2c3b2061af247edcfcf2eb10addbabe0c7e1b"));
    }

    @Test
    void signsWithTheRegionOfTheKeyForOtherHosts() {
        Map<String, String> headers = BedrockAdapter.credential(
                new BaseUrl(false, "127.0.0.1", 8080, "/aws"),
                "AKIDEXAMPLE:secret/+A@us-west-2",
                "/aws/model/arn%3Aaws%3Abedrock%3Aus-west-2%3A1%3Ainference-profile%2Fx/converse",
                BODY,
                LAST_OF_JANUARY);

        assertThat(headers.get("authorization"))
                .isEqualTo("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260131/us-west-2/bedrock/aws4_request,"
                        + " SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
                        + " Signature=6581c18f71a876add57f77e0cd617c68d9343576681e4d1ee0ca42297ba0e01a");
        assertThat(headers).doesNotContainKey("host");
    }

    @ParameterizedTest
    @CsvSource({
        "bedrock-runtime.us-east-1.amazonaws.com, us-east-1",
        "bedrock-runtime-fips.us-gov-west-1.amazonaws.com, us-gov-west-1",
        "bedrock-runtime.cn-north-1.amazonaws.com.cn, cn-north-1",
        "vpce-0a1-b2.bedrock-runtime.eu-central-1.vpce.amazonaws.com, eu-central-1",
        "bedrock-runtime.eu-west-3.api.aws, eu-west-3",
        "bedrock-runtime.eu-west-3.amazonaws.com.example.org, ap-south-1",
        "proxy.example.org, ap-south-1"
    })
    void findsTheRegion(String host, String region) {
        String authorization = BedrockAdapter.credential(url(host), "AKIDEXAMPLE:s@ap-south-1", "/", BODY, 0)
                .get("authorization");

        assertThat(authorization).contains("/19700101/" + region + "/bedrock/");
    }

    @Test
    void withoutARegionTheAccountIsNotUsed() {
        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> BedrockAdapter.credential(url("proxy.example.org"), "AKIDEXAMPLE:s", "/", BODY, 0))
                .satisfies(
                        e -> assertThat(((UpstreamFailure) e.failure()).kind()).isEqualTo(Kind.ACCOUNT_REFUSED));
    }

    @Test
    void aKeyIsNotPrinted() {
        assertThat(Objects.requireNonNull(AwsKey.of("AKIDEXAMPLE:s:t@r")).toString())
                .isEqualTo("***");
    }

    @ParameterizedTest
    @CsvSource({"EMBEDDINGS, input", "COMPLETIONS, prompt", "COUNT_MESSAGE_TOKENS, messages"})
    void otherRequestsThanChatsAreNotCarried(Endpoint endpoint, String field) {
        Candidate candidate = Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> c.serves("m"))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
        byte[] body = ("{\"model\":\"m\",\"" + field + "\":"
                        + (field.equals("messages") ? "[{\"role\":\"user\",\"content\":\"x\"}]" : "\"x\"")
                        + ",\"max_tokens\":1}")
                .getBytes(UTF_8);

        assertThatExceptionOfType(GatewayException.class)
                .isThrownBy(() -> new BedrockAdapter()
                        .encode(
                                candidate,
                                RequestScanner.scan(body, endpoint, 64),
                                new AnswerTarget("id", "m", false, 0)))
                .satisfies(e -> {
                    UpstreamFailure failure = (UpstreamFailure) e.failure();
                    assertThat(failure.kind()).isEqualTo(Kind.INEXPRESSIBLE);
                    assertThat(failure.param()).isEqualTo(field);
                });
    }
}
