package io.sluice.provider.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signatures, against AWS's published examples. */
class SigV4Test {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    @ParameterizedTest
    @CsvSource({
        "20120215, us-east-1, iam, f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d",
        "20150830, us-east-1, iam, c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
    })
    void derivesTheKey(String date, String region, String service, String expected) {
        assertThat(HexFormat.of().formatHex(SigV4.signingKey(SECRET, date, region, service)))
                .isEqualTo(expected);
    }

    @Test
    void signsThePlainExample() {
        AwsKey key = new AwsKey("AKIDEXAMPLE", SECRET, null, null);

        assertThat(SigV4.authorization(
                        key,
                        "us-east-1",
                        "service",
                        "GET",
                        "/",
                        new TreeMap<>(Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z")),
                        SigV4.sha256(new byte[0])))
                .isEqualTo("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                        + " SignedHeaders=host;x-amz-date,"
                        + " Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    }

    @Test
    void hashesAsEveryoneDoes() {
        assertThat(SigV4.sha256("abc".getBytes(UTF_8)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/model/x, /model/x",
        "/model/a.b-v1%3A0/converse, /model/a.b-v1%253A0/converse",
        "/p/model/a%2Fb/converse, /p/model/a%252Fb/converse"
    })
    void escapesThePathOnceMore(String wire, String canonical) {
        assertThat(SigV4.canonicalPath(wire)).isEqualTo(canonical);
    }

    @Test
    void escapesAllButTheUnreserved() {
        assertThat(SigV4.escape("aZ9-._~ :/?#[]@!$&'()*+,;=%ä"))
                .isEqualTo("aZ9-._~%20%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%C3%A4");
    }

    @Test
    void tellsTheMomentInUtc() {
        assertThat(SigV4.moment(1_769_903_999)).isEqualTo("20260131T235959Z");
    }
}
