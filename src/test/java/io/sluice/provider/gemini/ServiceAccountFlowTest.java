package io.sluice.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lane before Vertex AI and a token endpoint, both by hand. */
class ServiceAccountFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String VERTEX = "/v1/projects/p/locations/eu/publishers/google";
    private static final Script TOKEN = Script.json(200, "{\"access_token\":\"ya29.one\",\"expires_in\":3599}");
    private static final Script VECTOR = Script.json(
            200, "{\"predictions\":[{\"embeddings\":{\"values\":[1.5],\"statistics\":{\"token_count\":2}}}]}");

    private final FakeUpstream upstream = FakeUpstream.start();
    private final FakeUpstream tokens = FakeUpstream.start();
    private TestNode node;

    @BeforeEach
    void start() {
        node = TestNode.of(new RevisionBuilder()
                        .channel("vertex", c -> c.type(ProviderType.GEMINI)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), VERTEX))
                                .secret(ServiceAccounts.json("http://127.0.0.1:" + tokens.port() + "/token"))
                                .redirect("m", "embed-1"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        upstream.close();
        tokens.close();
    }

    private RawHttp.Answer ask() {
        String body = "{\"model\":\"m\",\"input\":\"hi\"}";
        try (RawHttp client = RawHttp.clear(node.port())) {
            return client.send("POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .read(SOON, 1)
                    .last();
        }
    }

    @Test
    void tokenIsAskedForOnceAndSent() throws Exception {
        tokens.next(TOKEN);
        upstream.otherwise(VECTOR);

        RawHttp.Answer first = ask();
        RawHttp.Answer second = ask();

        assertThat(first.status()).isEqualTo(200);
        assertThat(second.status()).isEqualTo(200);
        assertThat(first.text())
                .isEqualTo("{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1.5]}],"
                        + "\"model\":\"m\",\"usage\":{\"prompt_tokens\":2,\"total_tokens\":2}}");
        FakeUpstream.Request exchange = tokens.take(SOON);
        assertThat(exchange.line()).isEqualTo("POST /token HTTP/1.1");
        assertThat(exchange.text())
                .startsWith("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=");
        for (int i = 0; i < 2; i++) {
            FakeUpstream.Request request = upstream.take(SOON);
            assertThat(request.line()).isEqualTo("POST " + VERTEX + "/models/embed-1:predict HTTP/1.1");
            assertThat(request.header("authorization")).containsExactly("Bearer ya29.one");
            assertThat(request.head()).doesNotContain("private_key");
        }
        assertThat(tokens.untaken()).isZero();
    }

    @Test
    void deadAccountIsRefusedWithoutARequest() throws Exception {
        tokens.otherwise(
                Script.json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}"));

        RawHttp.Answer response = ask();

        assertThat(response.status()).isGreaterThanOrEqualTo(500);
        assertThat(response.text()).doesNotContain("private_key").doesNotContain("sluice@p");
        assertThat(tokens.take(SOON)).isNotNull();
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void endpointThatIsAwayIsNotTheAccountsFault() throws Exception {
        tokens.otherwise(Script.begin().reset());

        assertThat(ask().status()).isGreaterThanOrEqualTo(500);
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void endlessTokenIsNotRead() throws Exception {
        tokens.otherwise(Script.json(200, "{\"access_token\":\"" + "x".repeat(200_000) + "\"}"));

        assertThat(ask().status()).isGreaterThanOrEqualTo(500);
    }
}
