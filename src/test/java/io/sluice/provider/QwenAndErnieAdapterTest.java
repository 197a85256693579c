package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.provider.TokenGrant.Asked;
import io.sluice.provider.TokenGrant.Token;
import io.sluice.provider.TokenGrant.TokenCall;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.RevisionBuilder.ChannelBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the adapters of DashScope and Qianfan write, and how they come to tokens. */
class QwenAndErnieAdapterTest {
    private static final String CHAT =
            "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":%s%s}";
    private static final String PAIR = "apikey0123456789:secret0123456789";

    private static Candidate candidate(ProviderType type, String path, UnaryOperator<ChannelBuilder> how) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> how.apply(c.type(type).url(new BaseUrl(true, "example.com", 443, path))))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    private static UpstreamRequest encode(Candidate candidate, Endpoint endpoint, String body) {
        return ProviderAdapters.of(candidate.channel().type())
                .encode(
                        candidate,
                        RequestScanner.scan(body.getBytes(UTF_8), endpoint, 64),
                        new AnswerTarget("id", candidate.model(), false, 0));
    }

    private static String body(UpstreamRequest request) {
        return new String(request.body(), UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "'', /api/v1/services/aigc/text-generation/generation",
        "/api/v1, /api/v1/services/aigc/text-generation/generation",
        "/proxy/api/v1, /proxy/api/v1/services/aigc/text-generation/generation"
    })
    void dashscopeChatIsTranslated(String path, String uri) {
        Candidate candidate = candidate(ProviderType.DASHSCOPE, path, c -> c.redirect("m", "qwen-plus"));

        UpstreamRequest request = encode(candidate, Endpoint.CHAT_COMPLETIONS, CHAT.formatted(false, ""));

        assertThat(request.uri()).isEqualTo(uri);
        assertThat(request.headers()).isEqualTo(Map.of("authorization", "Bearer CANARY-c-a"));
        assertThat(body(request))
                .isEqualTo("{\"model\":\"qwen-plus\",\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]},"
                        + "\"parameters\":{\"result_format\":\"message\"}}");
    }

    @Test
    void dashscopeStreamIsAskedForInAHeader() {
        Candidate candidate = candidate(ProviderType.DASHSCOPE, "", c -> c.serves("m"));

        UpstreamRequest request = encode(candidate, Endpoint.CHAT_COMPLETIONS, CHAT.formatted(true, ""));

        assertThat(request.headers()).containsEntry("x-dashscope-sse", "enable");
        assertThat(body(request)).contains("\"incremental_output\":true");
        assertThat(request.answer().tap("text/event-stream;charset=utf-8")).isNotNull();
        assertThat(request.answer().tap("text/html")).isNull();
    }

    @Test
    void dashscopePicturesGoToTheirEndpoint() {
        Candidate candidate = candidate(ProviderType.DASHSCOPE, "", c -> c.redirect("m", "qwen-vl-max"));

        assertThat(encode(candidate, Endpoint.CHAT_COMPLETIONS, CHAT.formatted(false, ""))
                        .uri())
                .isEqualTo("/api/v1/services/aigc/multimodal-generation/generation");
    }

    @Test
    void dashscopeRulesAreAboutParameters() {
        Candidate candidate = candidate(ProviderType.DASHSCOPE, "", c -> c.serves("m")
                .parameters(new ParameterRules(Map.of("top_k", "5"), List.of("temperature"))));

        assertThat(body(encode(candidate, Endpoint.CHAT_COMPLETIONS, CHAT.formatted(false, ",\"temperature\":0.5"))))
                .contains("\"parameters\":{\"result_format\":\"message\",\"top_k\":5}");
    }

    @Test
    void dashscopeDefaultsCountWhereTheClientSaysNothing() {
        ParameterRules rules =
                new ParameterRules(Map.of(), Map.of("top_k", "5", "temperature", "0.1"), List.of(), Map.of());
        Candidate candidate =
                candidate(ProviderType.DASHSCOPE, "", c -> c.serves("m").parameters(rules));

        assertThat(body(encode(candidate, Endpoint.CHAT_COMPLETIONS, CHAT.formatted(false, ",\"temperature\":0.5"))))
                .contains("\"temperature\":0.5", "\"top_k\":5");
    }

    @Test
    void dashscopeEmbeddingsPassToTheCompatibleMode() {
        Candidate candidate = candidate(ProviderType.DASHSCOPE, "/api/v1", c -> c.serves("m"));
        String asked = "{\"model\":\"m\",\"input\":[\"x\"],\"extra\":1.0}";

        UpstreamRequest request = encode(candidate, Endpoint.EMBEDDINGS, asked);

        assertThat(request.uri()).isEqualTo("/compatible-mode/v1/embeddings");
        assertThat(body(request)).isEqualTo(asked);
    }

    @Test
    void dashscopeRanksAtAPathOfItsOwn() {
        Candidate candidate = candidate(ProviderType.DASHSCOPE, "/api/v1", c -> c.serves("m"));
        String asked = "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"d\"]}";

        UpstreamRequest request = encode(candidate, Endpoint.RERANK, asked);

        assertThat(request.uri()).isEqualTo("/compatible-api/v1/reranks");
        assertThat(body(request)).isEqualTo(asked);
    }

    @Test
    void qianfanRanksBelowItsBase() {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "/v2", c -> c.serves("m").secret("bce-v3/ALTAK-x/y"));

        UpstreamRequest request =
                encode(candidate, Endpoint.RERANK, "{\"model\":\"m\",\"query\":\"q\",\"documents\":[\"d\"]}");

        assertThat(request.uri()).isEqualTo("/v2/rerank");
    }

    @Test
    void whatDashscopeDoesNotHaveIsInexpressible() {
        Candidate candidate = candidate(ProviderType.DASHSCOPE, "", c -> c.serves("m"));

        assertThatThrownBy(() -> encode(candidate, Endpoint.COUNT_MESSAGE_TOKENS, CHAT.formatted(false, "")))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(((UpstreamFailure) e.failure()).kind())
                        .isEqualTo(Kind.INEXPRESSIBLE));
    }

    @Test
    void qianfanPassesAsItCame() {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "/v2", c -> c.serves("m").secret("bce-v3/ALTAK-abc/def@app-123"));
        String asked =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"web_search\":{\"enable\": true}}";

        UpstreamRequest request = encode(candidate, Endpoint.CHAT_COMPLETIONS, asked);

        assertThat(request.uri()).isEqualTo("/v2/chat/completions");
        assertThat(request.headers())
                .isEqualTo(Map.of("authorization", "Bearer bce-v3/ALTAK-abc/def", "appid", "app-123"));
        assertThat(body(request)).isEqualTo(asked);
        assertThat(new io.sluice.provider.qianfan.QianfanAdapter().grant(candidate))
                .isNull();
    }

    @Test
    void qianfanErrorsInAStreamAreReadByItsTable() {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "/v2", c -> c.serves("m").secret("bce-v3/ALTAK-abc/def"));
        UpstreamRequest request = encode(candidate, Endpoint.CHAT_COMPLETIONS, CHAT.formatted(true, ""));
        ResponseTap tap = Objects.requireNonNull(request.answer().tap("text/event-stream"));
        byte[] event = "data: {\"error\":{\"code\":\"invalid_iam_token\",\"message\":\"m\"},\"id\":\"as-1\"}\n\n"
                .getBytes(UTF_8);

        tap.feed(event, new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                throw new AssertionError("passes");
            }

            @Override
            public void write(byte[] bytes) {
                throw new AssertionError("writes");
            }
        });

        assertThat(Objects.requireNonNull(tap.error()).kind()).isEqualTo(Kind.ACCOUNT_REFUSED);
        assertThat(request.answer().tap("text/html")).isNull();
    }

    @Test
    void qianfanWithoutAnAppHasNoSuchHeader() {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "/v2", c -> c.serves("m").secret("bce-v3/ALTAK-abc/def"));

        assertThat(encode(candidate, Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\"}")
                        .headers())
                .isEqualTo(Map.of("authorization", "Bearer bce-v3/ALTAK-abc/def"));
    }

    private static Asked grant(Candidate candidate) {
        return (Asked)
                Objects.requireNonNull(ProviderAdapters.of(ProviderType.QIANFAN).grant(candidate));
    }

    @Test
    void olderQianfanAsksForATokenFirst() {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "", c -> c.serves("m").secret(PAIR));

        TokenCall call = grant(candidate).call(Instant.EPOCH);

        assertThat(call.url())
                .isEqualTo("https://example.com/oauth/2.0/token?grant_type=client_credentials"
                        + "&client_id=apikey0123456789&client_secret=secret0123456789");
        assertThat(grant(candidate).toString()).doesNotContain("secret0123456789");
    }

    @ParameterizedTest
    @CsvSource({"ERNIE-4.0-8K, completions_pro", "ernie-speed-128k, ernie-speed-128k", "a/../b?x=1, a%2F..%2Fb%3Fx%3D1"
    })
    void olderQianfanHasTheModelInThePath(String model, String segment) {
        Candidate plain =
                candidate(ProviderType.QIANFAN, "", c -> c.redirect("m", model).secret(PAIR));
        Token token = grant(plain).read(200, "{\"access_token\":\"24.a+b\",\"expires_in\":2592000}".getBytes(UTF_8));
        Candidate candidate = plain.withAccount(plain.account().withKey(token.text()));

        UpstreamRequest request = encode(candidate, Endpoint.CHAT_COMPLETIONS, CHAT.formatted(true, ""));

        assertThat(token.lifetime()).isEqualTo(Duration.ofDays(30));
        assertThat(request.uri())
                .isEqualTo("/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/" + segment + "?access_token=24.a%2Bb");
        assertThat(request.headers()).isEmpty();
        assertThat(body(request)).isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"stream\":true}");
    }

    @Test
    void olderQianfanHasChatsAlone() {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "", c -> c.serves("m").secret("access_token=24.x"));

        assertThatThrownBy(() -> encode(candidate, Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\"}"))
                .isInstanceOf(GatewayException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "401|{'error':'invalid_client','error_description':'unknown client id'}|ACCOUNT_REFUSED",
                "200|{'error':'invalid_client','error_description':'Client authentication failed'}|ACCOUNT_REFUSED",
                "200|{}|SERVER_ERROR",
                "200|{'access_token':17}|SERVER_ERROR",
                "200|{'access_token':''}|SERVER_ERROR",
                "200|{'access_token':'a b'}|SERVER_ERROR",
                "200|not JSON|SERVER_ERROR",
                "429|{}|RATE_LIMITED",
                "500|<html>|SERVER_ERROR",
            })
    void tokenThatIsNotGivenIsAFailureOfTheRightKind(int status, String body, Kind kind) {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "", c -> c.serves("m").secret(PAIR));

        assertThatThrownBy(() ->
                        grant(candidate).read(status, body.replace('\'', '"').getBytes(UTF_8)))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(((UpstreamFailure) e.failure()).kind())
                        .isEqualTo(kind));
    }

    @Test
    void lifetimeThatNobodyBelievesIsBounded() {
        Candidate candidate =
                candidate(ProviderType.QIANFAN, "", c -> c.serves("m").secret(PAIR));

        assertThat(grant(candidate)
                        .read(200, "{\"access_token\":\"x\",\"expires_in\":-5}".getBytes(UTF_8))
                        .lifetime())
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(grant(candidate)
                        .read(200, "{\"access_token\":\"x\",\"expires_in\":999999999999}".getBytes(UTF_8))
                        .lifetime())
                .isEqualTo(Duration.ofDays(30));
    }
}
