package io.sluice.provider.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.Secret;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.GatheringTap;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.SystemPrompt;
import io.sluice.domain.pool.Tls;
import io.sluice.provider.UpstreamRequest;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.RevisionBuilder.ChannelBuilder;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiAdapterTest {
    private static final String VERTEX = "/v1/projects/p/locations/eu/publishers/google";
    private static final GeminiAdapter ADAPTER = new GeminiAdapter();

    private static Candidate candidate(String path, UnaryOperator<ChannelBuilder> how) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel(
                                "c",
                                c -> how.apply(
                                        c.type(ProviderType.GEMINI).url(new BaseUrl(true, "example.com", 443, path))))
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    private static Candidate candidate(String path) {
        return candidate(path, c -> c.serves("m"));
    }

    /** A scan as the edge makes it: Gemini's model and stream stand in the path. */
    private static RequestScan scan(Endpoint endpoint, boolean stream, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        RequestScan.Members members = endpoint == Endpoint.EMBED_CONTENT
                ? RequestScanner.scan(("{\"input\":1," + body.substring(1)).getBytes(UTF_8), Endpoint.EMBEDDINGS, 64)
                        .members()
                : new RequestScan.Members(0, new int[0], 0);
        return new RequestScan(
                bytes, endpoint, RequestHead.ofPath("m", stream, false), members, "m", stream, false, -1, 1, 1, 0);
    }

    private static UpstreamRequest encode(Candidate candidate, RequestScan scan) {
        return ADAPTER.encode(candidate, scan, new AnswerTarget("id", "m", false, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1beta, GENERATE_CONTENT, false, /v1beta/models/m:generateContent",
        "/v1beta, GENERATE_CONTENT, true, /v1beta/models/m:streamGenerateContent?alt=sse",
        "'', GENERATE_CONTENT, false, /v1beta/models/m:generateContent",
        "/v1beta, COUNT_CONTENT_TOKENS, false, /v1beta/models/m:countTokens",
        VERTEX + ", GENERATE_CONTENT, true, " + VERTEX + "/models/m:streamGenerateContent?alt=sse"
    })
    void ownDialectPassesAsItCame(String path, Endpoint endpoint, boolean stream, String uri) {
        String body = "{ \"contents\" : [1.0] }";

        UpstreamRequest request = encode(candidate(path), scan(endpoint, stream, body));

        assertThat(request.uri()).isEqualTo(uri);
        assertThat(request.headers()).isEqualTo(Map.of("x-goog-api-key", "CANARY-c-a"));
        assertThat(new String(request.body(), UTF_8)).isEqualTo(body);
        assertThat(request.answer().tap("application/json; charset=utf-8")).isNotInstanceOf(GatheringTap.class);
        assertThat(request.answer().tap("text/event-stream")).isNotNull();
        assertThat(request.answer().tap("text/html")).isNull();
    }

    @Test
    void arrayIsAskedForWhereTheClientWantsOne() {
        UpstreamRequest request = ADAPTER.encode(
                candidate("/v1beta"),
                scan(Endpoint.GENERATE_CONTENT, true, "{}"),
                new AnswerTarget("id", "m", false, 0, true));

        assertThat(request.uri()).isEqualTo("/v1beta/models/m:streamGenerateContent");
    }

    @Test
    void rulesOfTheChannelHold() {
        ParameterRules rules = new ParameterRules(Map.of("labels", "{\"a\":\"b\"}"), List.of("safetySettings"));

        UpstreamRequest request = encode(
                candidate("/v1beta", c -> c.serves("m").parameters(rules)),
                scan(Endpoint.GENERATE_CONTENT, false, "{\"contents\":[],\"safetySettings\":[]}"));

        assertThat(new String(request.body(), UTF_8)).isEqualTo("{\"contents\":[],\"labels\":{\"a\":\"b\"}}");
    }

    @Test
    void systemPromptOfTheChannelComesFirst() {
        Outbound prompting =
                new Outbound(Map.of(), Map.of(), null, Tls.SYSTEM, new SystemPrompt(Secret.of("Ours."), 2));
        UnaryOperator<ChannelBuilder> how = c -> c.serves("m").outbound(prompting);
        String asked = "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]}]}";
        String ours = "\"systemInstruction\":{\"parts\":[{\"text\":\"Ours.\"}]}";
        String vertex = "/v1/projects/p/locations/l/publishers/google";

        assertThat(body(candidate("/v1beta", how), Endpoint.GENERATE_CONTENT, asked))
                .isEqualTo(asked.replace("]}]}", "]}]," + ours + "}"));
        assertThat(body(candidate("/v1beta", how), Endpoint.COUNT_CONTENT_TOKENS, asked))
                .isEqualTo(
                        "{\"generateContentRequest\":{\"model\":\"models/m\",\"contents\":[{\"parts\":[{\"text\":\"x\"}]}],"
                                + ours + "}}");
        assertThat(body(candidate(vertex, how), Endpoint.COUNT_CONTENT_TOKENS, asked))
                .isEqualTo(asked.replace("]}]}", "]}]," + ours + "}"));
    }

    private static String body(Candidate candidate, Endpoint endpoint, String asked) {
        return new String(
                encode(
                                candidate,
                                RequestScanner.scan(
                                        asked.getBytes(UTF_8), endpoint, RequestHead.ofPath("m", false, false), 64))
                        .body(),
                UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x/../..", "a?key=1#", "a b", "a\r\nHost: evil", "a%2fb", "a:b", "ä"})
    void nameOfTheModelStaysOneSegment(String model) {
        UpstreamRequest request =
                encode(candidate("/v1beta", c -> c.redirect("m", model)), scan(Endpoint.GENERATE_CONTENT, false, "{}"));

        assertThat(request.uri()).matches("/v1beta/models/[A-Za-z0-9%._*-]+:generateContent");
    }

    @ParameterizedTest
    @CsvSource({
        "models/gemini-2.5-pro, /v1beta/models/gemini-2.5-pro:generateContent",
        "tunedModels/mine, /v1beta/tunedModels/mine:generateContent"
    })
    void namesOfResourcesAreKnown(String upstream, String uri) {
        assertThat(encode(
                                candidate("/v1beta", c -> c.redirect("m", upstream)),
                                scan(Endpoint.GENERATE_CONTENT, false, "{}"))
                        .uri())
                .isEqualTo(uri);
    }

    @Test
    void embeddingsOfOpenAiAreTranslated() {
        RequestScan scan =
                RequestScanner.scan("{\"model\":\"m\",\"input\":\"hi\"}".getBytes(UTF_8), Endpoint.EMBEDDINGS, 64);

        UpstreamRequest studio = encode(candidate("/v1beta", c -> c.redirect("m", "models/e")), scan);
        UpstreamRequest vertex = encode(candidate(VERTEX, c -> c.redirect("m", "e")), scan);

        assertThat(studio.uri()).isEqualTo("/v1beta/models/e:batchEmbedContents");
        assertThat(new String(studio.body(), UTF_8))
                .isEqualTo("{\"requests\":[{\"model\":\"models/e\",\"content\":{\"parts\":[{\"text\":\"hi\"}]}}]}");
        assertThat(vertex.uri()).isEqualTo(VERTEX + "/models/e:predict");
    }

    @Test
    void tokensInAnEmbeddingCannotBeCarried() {
        RequestScan scan =
                RequestScanner.scan("{\"model\":\"m\",\"input\":[1,2]}".getBytes(UTF_8), Endpoint.EMBEDDINGS, 64);

        assertThatThrownBy(() -> encode(candidate("/v1beta"), scan))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(e.failure())
                        .isInstanceOfSatisfying(UpstreamFailure.class, failure -> assertThat(failure.kind())
                                .isEqualTo(Kind.INEXPRESSIBLE)));
    }

    @Test
    void textCompletionsAreNotGeminis() {
        RequestScan scan =
                RequestScanner.scan("{\"model\":\"m\",\"prompt\":\"hi\"}".getBytes(UTF_8), Endpoint.COMPLETIONS, 64);

        assertThatThrownBy(() -> encode(candidate("/v1beta"), scan)).isInstanceOf(GatewayException.class);
    }

    @Test
    void serviceAccountsNeedATokenAndKeysDoNot() {
        Candidate keyed = candidate("/v1beta");
        Candidate account = keyed.withAccount(keyed.account().withKey(Secret.of(" \n{ }")));
        Candidate bearer = keyed.withAccount(keyed.account().withKey(Secret.of("Bearer ya29.x")));

        assertThat(ADAPTER.grant(keyed)).isNull();
        assertThat(ADAPTER.grant(account)).isInstanceOf(ServiceAccountGrant.class);
        assertThat(encode(bearer, scan(Endpoint.GENERATE_CONTENT, false, "{}")).headers())
                .isEqualTo(Map.of("authorization", "Bearer ya29.x"));
    }

    /** 07:30 UTC in November is 23:30 of the day before in California. */
    @Test
    void limitOfADayEndsAtMidnightInCalifornia() {
        String body =
                "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"Quota exceeded\",\"details\":["
                        + "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":\"GenerateRequestsPerDayPerProjectPerModel\",\"quotaValue\":\"50\"}]},"
                        + "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"3s\"}]}}";

        UpstreamFailure failure = ADAPTER.classify(
                429, MultiMap.caseInsensitiveMultiMap(), body.getBytes(UTF_8), Instant.parse("2026-11-15T07:30:00Z"));

        assertThat(failure.kind()).isEqualTo(Kind.RATE_LIMITED);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(30 * 60));
    }

    @Test
    void headerCountsWhereTheBodySaysNothing() {
        UpstreamFailure failure = ADAPTER.classify(
                503,
                MultiMap.caseInsensitiveMultiMap().add("retry-after", "7"),
                "<html>".getBytes(UTF_8),
                Instant.EPOCH);

        assertThat(failure.kind()).isEqualTo(Kind.SERVER_ERROR);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }
}
