package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Overloaded;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Timeouts;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.ProbeAccount;
import io.sluice.message.ProbeAccount.Kind;
import io.sluice.message.ProbeResult;
import io.sluice.provider.fetch.MediaFetcher;
import io.sluice.provider.fetch.PublicInternet;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.FreePort;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Probes of every adapter, through the verticle, against a scripted provider. */
class ProbeTest {
    private static final Duration SOON = Await.MOST;
    private static final String MODELS = "{\"data\":[{\"id\":\"up\"}],\"models\":[{\"name\":\"models/up\"}]}";

    private final FakeUpstream upstream = FakeUpstream.start();
    private final Vertx vertx = Vertx.vertx();
    private Bus bus;
    private String deployment;

    @BeforeEach
    void deploy() {
        MessageCodecs.registerAll(vertx.eventBus());
        bus = new Bus(vertx, Duration.ofSeconds(40));
        deployment = TestNode.await(
                vertx.deployVerticle(new ProviderClientVerticle(0, 100, System::nanoTime, PublicInternet::new)));
    }

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
        upstream.close();
    }

    static Stream<Subject> subjects() {
        return Subject.all().stream();
    }

    private Candidate candidate(Subject subject) {
        return candidate(c -> (subject.preset() == null
                        ? subject.apiVersion() == null ? c.type(subject.type()) : c.azure(subject.apiVersion())
                        : c.preset(subject.preset()))
                .secret(subject.key())
                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), subject.base())));
    }

    private Candidate openAi() {
        return candidate(c -> c.type(ProviderType.OPENAI).secret("sk-canary").port(upstream.port()));
    }

    private static Candidate candidate(UnaryOperator<RevisionBuilder.ChannelBuilder> channel) {
        return new RevisionBuilder()
                .channel("c", c -> channel.apply(c).redirect("m", "up"))
                .build()
                .models()
                .get("m")
                .candidates()
                .getFirst();
    }

    private ProbeResult probe(Candidate candidate, Kind kind) {
        return TestNode.await(asked(candidate, kind));
    }

    private Future<ProbeResult> asked(Candidate candidate, Kind kind) {
        long expires = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        return bus.request(Address.providerProbe(0), new ProbeAccount(candidate, kind, 7, expires));
    }

    private static UpstreamFailure.Kind kindOf(ProbeResult result) {
        return upstreams(result).kind();
    }

    private static UpstreamFailure upstreams(ProbeResult result) {
        assertThat(result.failure()).isInstanceOf(UpstreamFailure.class);
        return (UpstreamFailure) result.failure();
    }

    // --- every adapter ---

    @ParameterizedTest
    @MethodSource("subjects")
    void aListOfModelsIsASign(Subject subject) throws Exception {
        upstream.next(Script.json(200, MODELS));

        ProbeResult result = probe(candidate(subject), Kind.MODELS);

        if (subject.name().equals("qianfan-older") || subject.name().equals("bedrock-signed")) {
            // The one has no list; the other finds its region in the host, and this is loopback.
            assertThat(result.failure()).isNotNull();
            assertThat(result.sent()).isFalse();
            return;
        }
        assertThat(result.failure()).isNull();
        assertThat(result.sent()).isTrue();
        assertThat(result.firstByteNanos()).isPositive();
        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line()).startsWith("GET ");
        assertThat(asked.head()).contains(subject.key());
        assertThat(upstream.untaken()).as("one page is enough").isZero();
    }

    @ParameterizedTest
    @MethodSource("chatting")
    void anAnswerOfOneTokenIsASign(Subject subject) throws Exception {
        upstream.next(Script.json(200, subject.wire().whole()).splitEvery(7));

        ProbeResult result = probe(candidate(subject), Kind.REQUEST);

        assertThat(result.failure()).isNull();
        assertThat(result.sent()).isTrue();
        assertThat(result.usage()).isNotNull();
        assertThat(result.usage().input()).isEqualTo(9);
        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line()).isEqualTo("POST " + subject.uri() + " HTTP/1.1");
        assertThat(asked.text())
                .contains("\"Hi\"")
                .containsPattern("\"(max_tokens|max_output_tokens|maxOutputTokens|maxTokens|num_predict)\":[12][,}]");
    }

    static Stream<Subject> chatting() {
        return subjects().filter(subject -> !subject.name().equals("bedrock-signed"));
    }

    @ParameterizedTest
    @MethodSource("chatting")
    void refusalsMeanWhatTheyMeanToRequests(Subject subject) {
        for (int status : new int[] {401, 429, 500}) {
            for (Kind kind : Kind.values()) {
                if (kind == Kind.MODELS && subject.name().equals("qianfan-older")) {
                    continue;
                }
                upstream.next(Script.json(status, subject.wire().error()));
                MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("content-type", "application/json");
                UpstreamFailure same = subject.adapter()
                        .classify(status, headers, subject.wire().error().getBytes(UTF_8), java.time.Instant.EPOCH);

                ProbeResult result = probe(candidate(subject), kind);

                assertThat(result.failure())
                        .as("%s %d", kind, status)
                        .usingRecursiveComparison()
                        .isEqualTo(same);
                assertThat(result.sent()).isTrue();
            }
        }
    }

    // --- what may happen on the way ---

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aClosedPortIsNotReachedAndNothingIsSent(Kind kind) {
        int closed = FreePort.next();

        ProbeResult result = probe(
                candidate(c -> c.type(ProviderType.OPENAI).secret("sk-canary").port(closed)), kind);

        assertThat(kindOf(result)).isEqualTo(UpstreamFailure.Kind.CONNECT);
        assertThat(result.sent()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aConnectionThatBreaksBeforeTheAnswerIsReset(Kind kind) {
        upstream.next(Script.begin().reset());

        ProbeResult result = probe(openAi(), kind);

        assertThat(kindOf(result)).isEqualTo(UpstreamFailure.Kind.RESET);
        assertThat(result.sent()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void anAnswerThatBreaksOffIsTruncated(Kind kind) {
        upstream.next(Script.bytes("HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{")
                .fin());

        assertThat(kindOf(probe(openAi(), kind))).isEqualTo(UpstreamFailure.Kind.TRUNCATED);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void silenceHasAnEndBeforeTheHeadAndBehindIt(Kind kind) {
        Candidate hasty = candidate(c -> c.type(ProviderType.OPENAI)
                .secret("sk-canary")
                .timeouts(new Timeouts(
                        Duration.ofMillis(500),
                        Duration.ofMillis(200),
                        Duration.ofMillis(200),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(5)))
                .port(upstream.port()));
        upstream.next(
                Script.begin().silence(),
                Script.bytes("HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{")
                        .silence());

        assertThat(kindOf(probe(hasty, kind))).isEqualTo(UpstreamFailure.Kind.HEAD_TIMEOUT);
        assertThat(kindOf(probe(hasty, kind))).isEqualTo(UpstreamFailure.Kind.HEAD_TIMEOUT);
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void aListThatIsNotThereSaysNothingAboutTheAccount() {
        upstream.next(Script.json(404, "{\"detail\":\"Not Found\"}"));

        ProbeResult result = probe(openAi(), Kind.MODELS);

        assertThat(kindOf(result)).isEqualTo(UpstreamFailure.Kind.INEXPRESSIBLE);
        assertThat(upstreams(result).verdict()).isInstanceOf(Verdict.Elsewhere.class);
        assertThat(upstreams(result).status()).isEqualTo(404);
        assertThat(result.sent()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aPageOfHtmlIsNoAnswer(Kind kind) {
        upstream.next(Script.bytes("HTTP/1.1 200 X\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>"));

        assertThat(kindOf(probe(openAi(), kind))).isEqualTo(UpstreamFailure.Kind.BAD_RESPONSE);
    }

    @Test
    void anErrorInAnAnswerOf200IsAnError() {
        upstream.next(
                Script.json(200, "{\"error\":{\"message\":\"insufficient balance\",\"type\":\"x\",\"code\":\"y\"}}"));

        assertThat(probe(openAi(), Kind.REQUEST).failure()).isNotNull();
    }

    @Test
    void anAnswerWithoutEndIsNotRead() {
        upstream.next(Script.json(200, "{\"x\":\"" + "x".repeat(3 << 20) + "\"}"));

        assertThat(kindOf(probe(openAi(), Kind.REQUEST))).isEqualTo(UpstreamFailure.Kind.BAD_RESPONSE);
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void aReservationThatRanOutIsNotUsed() {
        ProbeResult result = TestNode.await(bus.request(
                Address.providerProbe(0), new ProbeAccount(openAi(), Kind.REQUEST, 7, System.nanoTime() - 1)));

        assertThat(result.failure()).isInstanceOf(Overloaded.class);
        assertThat(result.sent()).isFalse();
        assertThat(upstream.untaken()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whoFindsNoConnectionHasNotBeenAsked(Kind kind) {
        upstream.otherwise(Script.begin().silence());
        Candidate narrow = candidate(c -> c.type(ProviderType.OPENAI)
                .secret("sk-canary")
                .maxConnections(1)
                .port(upstream.port()));
        TestNode.await(vertx.undeploy(deployment));
        TestNode.await(vertx.deployVerticle(new ProviderClientVerticle(0, 0, System::nanoTime, PublicInternet::new)));
        Future<ProbeResult> first = asked(narrow, Kind.MODELS);
        Await.until(() -> upstream.untaken() == 1);

        assertThat(probe(narrow, kind).failure()).isInstanceOf(Overloaded.class);
        upstream.close();
        TestNode.await(first);
    }

    @Test
    void aDefectTakesNoPlaceForGood() {
        UpstreamClients clients = new UpstreamClients(vertx, 100);
        LongSupplier broken = () -> {
            throw new IllegalStateException("a defect");
        };
        Credentials credentials = new Credentials(broken, Clock.systemUTC(), new TokenClient(vertx, clients));
        ProbeDesk desk = new ProbeDesk(
                vertx,
                clients,
                new CallServices(
                        broken,
                        Clock.systemUTC(),
                        bus,
                        new LimitReports(bus),
                        credentials,
                        new MediaFetcher(vertx, new PublicInternet(vertx)),
                        new HashSet<>()));

        for (int i = 0; i <= ProbeDesk.MOST; i++) {
            ProbeResult result = TestNode.await(desk.probe(new ProbeAccount(openAi(), Kind.REQUEST, 7, 1)));

            assertThat(result.failure()).isInstanceOf(GatewayFailure.Internal.class);
            assertThat(result.sent()).isFalse();
        }
        assertThat(desk.ways()).isEmpty();
    }

    @Test
    void onlySoManyRunAtATime() {
        upstream.otherwise(Script.begin().silence());
        Candidate wide = candidate(c -> c.type(ProviderType.OPENAI)
                .secret("sk-canary")
                .maxConnections(100)
                .port(upstream.port()));
        List<Future<ProbeResult>> running = IntStream.range(0, ProbeDesk.MOST)
                .mapToObj(i -> asked(wide, Kind.MODELS))
                .toList();
        Await.until(() -> upstream.untaken() == ProbeDesk.MOST);

        ProbeResult result = probe(wide, Kind.MODELS);

        // Not a word about the account, not even that it cannot be asked.
        assertThat(result.failure()).isInstanceOf(Overloaded.class);
        assertThat(running).noneMatch(Future::isComplete);
        upstream.close();
        running.forEach(TestNode::await);
        assertThat(kindOf(probe(wide, Kind.MODELS))).isEqualTo(UpstreamFailure.Kind.CONNECT);
    }

    @Test
    void noMessageNamesACredential() {
        upstream.next(Script.json(401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-canary.\"}}"));

        assertThat(probe(openAi(), Kind.MODELS).toString()).doesNotContain("canary");
    }
}
