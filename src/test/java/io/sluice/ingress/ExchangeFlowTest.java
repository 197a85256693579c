package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.message.Cancellation;
import io.sluice.message.OpenExchange;
import io.sluice.message.OpenResult;
import io.sluice.message.QuotaDecision;
import io.sluice.message.SettleQuota;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Conversation;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One lane of real verticles between a raw client and a scripted upstream: every way a request can go and end. */
class ExchangeFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String CHUNK =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}";
    private static final String FINISH =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";
    private static final String USAGE =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"up-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final String BODY =
            "{\"id\":\"c\",\"model\":\"up-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}";
    private static final Timeouts QUICK = new Timeouts(
            Duration.ofMillis(500),
            Duration.ofMillis(600),
            Duration.ofMillis(600),
            Duration.ofMillis(600),
            Duration.ofSeconds(20));

    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void stop() {
        // Nothing may be left of any exchange, whatever its end was.
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        Await.until(() -> node.meter("sluice.streams.open") == 0);
        node.close();
        upstream.close();
    }

    private void node(UnaryOperator<RevisionBuilder.ChannelBuilder> channel) {
        node = TestNode.of(revision(channel)).start();
    }

    private GatewayRevision revision(UnaryOperator<RevisionBuilder.ChannelBuilder> channel) {
        return new RevisionBuilder()
                .channel(
                        "one",
                        c -> channel.apply(
                                c.port(upstream.port()).redirect("pub", "up-1").timeouts(QUICK)))
                .key("app", KEY)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .build();
    }

    private static Script stream() {
        return Script.events()
                .event(CHUNK)
                .event(FINISH)
                .event(USAGE)
                .event("[DONE]")
                .lastChunk();
    }

    private static String request(boolean stream, String more) {
        String body = "{\"model\":\"pub\",\"stream\":" + stream + more
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private Conversation chat(boolean stream) {
        return chat(request(stream, ""));
    }

    private Conversation chat(String request) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(request).read(SOON, 1);
        }
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).as("a usage record").isNotNull();
        assertThat(node.records()).as("only one usage record").isEmpty();
        return usage;
    }

    private SettleQuota settled() throws InterruptedException {
        SettleQuota last = node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(last).as("a settlement").isNotNull();
        return last;
    }

    @Test
    void replacesTheModelAndHidesTheUsageChunkOfAStream() throws Exception {
        node(c -> c.accounts("a"));
        upstream.otherwise(stream());

        Conversation answer = chat(true);

        assertThat(answer.last().status()).isEqualTo(200);
        assertThat(answer.last().whole()).isTrue();
        assertThat(answer.last().text())
                .isEqualTo("data: " + CHUNK.replace("up-1", "pub") + "\n\ndata: " + FINISH.replace("up-1", "pub")
                        + "\n\ndata: [DONE]\n\n");
        assertThat(upstream.take(SOON).text())
                .contains("\"model\":\"up-1\"")
                .contains("\"stream_options\":{\"include_usage\":true}");
        assertThat(recorded())
                .returns(Ending.COMPLETED, usage -> usage.outcome().ending())
                .returns(9L, u -> u.used().tokens().input())
                .returns(2L, u -> u.used().tokens().output())
                .returns(false, usage -> usage.used().isEstimated())
                .returns("pub", usage -> usage.served().model())
                .returns("one/a", usage -> usage.served().account());
        assertThat(settled().actual().outputTokens()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000})
    void readsAStreamCutAnywhere(int piece) throws Exception {
        node(c -> c.accounts("a"));
        upstream.otherwise(stream().splitEvery(piece));

        Conversation answer = chat(request(true, ",\"stream_options\":{\"include_usage\":true}"));

        assertThat(answer.last().whole()).isTrue();
        assertThat(answer.last().text()).contains("\"total_tokens\":11").endsWith("data: [DONE]\n\n");
        assertThat(recorded().used().tokens().input()).isEqualTo(9);
    }

    @Test
    void forwardsWhatTheClientWroteByteByByte() throws Exception {
        node(c -> c.accounts("a").serves("same"));
        upstream.otherwise(Script.json(200, BODY.replace("up-1", "same-2026")));
        String body =
                "{ \"zzz\":1.0, \"model\" : \"same\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u00e9\"}], \"seed\":9007199254740993 }";

        Conversation answer = chat("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nx-api-key: " + KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);

        FakeUpstream.Request sent = upstream.take(SOON);
        assertThat(sent.text()).isEqualTo(body);
        assertThat(sent.header("host")).containsExactly("127.0.0.1:" + upstream.port());
        assertThat(sent.head()).doesNotContain(KEY).contains("CANARY-one-a");
        assertThat(answer.last().text()).isEqualTo(BODY.replace("up-1", "same-2026"));
        assertThat(answer.last().header("x-request-id")).hasSize(36);
    }

    @Test
    void passesOnlyListedHeadersInEitherDirection() throws Exception {
        node(c -> c.accounts("a"));
        upstream.otherwise(Script.json(
                200,
                BODY,
                "set-cookie: s=1",
                "server: secret-host",
                "openai-organization: org-1",
                "openai-processing-ms: 12",
                "openai-version: CANARY-one-a"));
        String hostile = request(false, "")
                .replace(
                        "Host: h\r\n",
                        "Host: h\r\nCookie: c=1\r\nX-Forwarded-For: 1.2.3.4\r\nProxy-Authorization: x\r\nOpenAI-Organization: org-9\r\nX-Client-Request-Id: mine-1\r\n");

        Conversation answer = chat(hostile);

        assertThat(answer.last().headers().keySet())
                .containsExactlyInAnyOrder(
                        "content-type",
                        "openai-processing-ms",
                        "x-request-id",
                        "cache-control",
                        "x-content-type-options",
                        "content-length");
        String head = upstream.take(SOON).head().toLowerCase(java.util.Locale.ROOT);
        assertThat(head)
                .doesNotContain("cookie", "forwarded", "proxy-", "org-9")
                .contains("x-client-request-id: mine-1");
    }

    @Test
    void appliesParameterRules() throws Exception {
        node(c -> c.accounts("a").parameters(new ParameterRules(Map.of("temperature", "0.5"), List.of("user"))));
        upstream.otherwise(Script.json(200, BODY));

        chat(request(false, ",\"user\":\"u\",\"temperature\":2"));

        assertThat(upstream.take(SOON).text()).contains("\"temperature\":0.5").doesNotContain("\"user\":\"u\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 429, 500, 502, 503, 401, 403, 404})
    void fallsBackBeforeTheFirstByte(int status) throws Exception {
        node(c -> c.accounts("a", "b"));
        upstream.next(
                Script.json(
                        status,
                        "{\"error\":{\"message\":\"no\",\"type\":null,\"param\":null,\"code\":\"model_not_found\"}}"),
                stream());

        Conversation answer = chat(true);

        assertThat(answer.last().status()).isEqualTo(200);
        assertThat(answer.last().text()).endsWith("data: [DONE]\n\n");
        assertThat(upstream.take(SOON).head()).contains("CANARY-one-a");
        assertThat(upstream.take(SOON).head()).contains("CANARY-one-b");
        assertThat(recorded()).returns(2, usage -> usage.served().attempts()).returns("one/b", usage -> usage.served()
                .account());
        assertThat(settled()).returns(true, SettleQuota::keepKey).returns(0L, s -> s.actual()
                .outputTokens());
        assertThat(settled()).returns(false, SettleQuota::keepKey).returns(2L, s -> s.actual()
                .outputTokens());
    }

    @Test
    void fallsBackWhenAStreamEndsBeforeItsFirstEvent() throws Exception {
        node(c -> c.accounts("a", "b", "c"));
        upstream.next(
                Script.events().fin(),
                Script.events()
                        .event("{\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\"}}")
                        .fin(),
                stream());

        Conversation answer = chat(true);

        assertThat(answer.last().text())
                .contains("Hi")
                .doesNotContain("overloaded")
                .endsWith("data: [DONE]\n\n");
        assertThat(recorded().served().attempts()).isEqualTo(3);
    }

    @Test
    void repeatsTheOnlyCandidateAfterATransientFault() throws Exception {
        node(c -> c.accounts("a"));
        upstream.next(Script.begin().reset(), Script.json(200, BODY));

        assertThat(chat(false).last().status()).isEqualTo(200);
        assertThat(recorded().served().attempts()).isEqualTo(2);
    }

    @Test
    void doesNotRepeatWhatTheProviderRejects() throws Exception {
        node(c -> c.accounts("a", "b"));
        upstream.otherwise(
                Script.json(
                        400,
                        "{\"error\":{\"message\":\"bad org-abcdefghijk thing\",\"type\":\"invalid_request_error\",\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"));

        Conversation answer = chat(false);

        assertThat(answer.last().status()).isEqualTo(400);
        assertThat(answer.last().text())
                .contains("context_length_exceeded", "\"param\":\"messages\"")
                .doesNotContain("org-abcdefghijk");
        assertThat(recorded())
                .returns(1, usage -> usage.served().attempts())
                .returns(Ending.FAILED, usage -> usage.outcome().ending());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "404 {\"error\":{\"message\":\"No such File object\",\"param\":\"file_id\"}}",
                "403 {\"error\":{\"message\":\"Your input was flagged by moderation\"}}"
            })
    void oneClientsRequestDoesNotTakeTheAccountFromOthers(String answer) throws Exception {
        node(c -> c.accounts("a"));
        int status = Integer.parseInt(answer.substring(0, 3));
        upstream.next(Script.json(status, answer.substring(4)), Script.json(200, BODY));

        assertThat(chat(false).last().status()).isEqualTo(status);
        assertThat(chat(false).last().status()).isEqualTo(200);
    }

    @Test
    void asksALargerAccountForWhatNeverFitsTheFirst() throws Exception {
        node(c -> c.accounts("a", "b"));
        Script tooLarge = Script.json(
                429,
                "{\"error\":{\"message\":\"Request too large for up-1 on tokens per min (TPM): Limit 10, Requested 20.\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}");
        upstream.next(tooLarge, Script.json(200, BODY), tooLarge, tooLarge);

        assertThat(chat(false).last().status()).isEqualTo(200);
        assertThat(chat(false).last()).returns(400, RawHttp.Answer::status).satisfies(a -> assertThat(a.text())
                .contains("request_exceeds_limits"));
    }

    @Test
    void fullConnectionPoolIsNotTheProvidersFault() throws Exception {
        Duration longest = Duration.ofSeconds(20);
        Timeouts connectsQuickly = new Timeouts(Duration.ofMillis(200), longest, longest, longest, longest);
        node(c -> c.accounts("a").maxConnections(1).timeouts(connectsQuickly));
        upstream.otherwise(Script.events().event(CHUNK).silence());

        try (RawHttp first = RawHttp.clear(node.port())) {
            first.send(request(true, ""));
            upstream.take(SOON);
            Conversation answer = chat(false);

            assertThat(answer.last()).returns(503, RawHttp.Answer::status).returns("1", a -> a.header("retry-after"));
            assertThat(answer.last().text()).contains("\"overloaded\"");
            assertThat(node.attempts()
                            .poll(Await.MOST_SECONDS, TimeUnit.SECONDS)
                            .failure())
                    .isInstanceOfSatisfying(
                            UpstreamFailure.class, f -> assertThat(f.kind()).isEqualTo(UpstreamFailure.Kind.BUSY));
        }
    }

    @Test
    void closesConnectionsOfTheOldOptionsWhenTheirCallsHaveEnded() throws Exception {
        node(c -> c.accounts("a").maxConnections(5));
        upstream.otherwise(Script.events()
                .event(CHUNK)
                .pause(Duration.ofMillis(300))
                .event("[DONE]")
                .lastChunk());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(request(true, ""));
            upstream.take(SOON);
            node.revision(revision(c -> c.accounts("a").maxConnections(6)));

            assertThat(connection.read(SOON, 1).last().text()).endsWith("data: [DONE]\n\n");
        }
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void refusalWhoseBodyStallsKeepsItsMeaning() throws Exception {
        node(c -> c.accounts("a"));
        upstream.otherwise(Script.bytes("HTTP/1.1 429 X\r\ncontent-type: application/json\r\nretry-after: 20\r\n"
                        + "content-length: 900\r\n\r\n{\"error\":{\"message\":\"slow down")
                .silence());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            assertThat(connection
                            .send(request(false, ""))
                            .read(Duration.ofSeconds(9), 1)
                            .last())
                    .returns(429, RawHttp.Answer::status)
                    .returns("20", a -> a.header("retry-after"));
        }
    }

    @Test
    void requestThatCannotBeWrittenFailsAtOnceAndTellsNoCredential() throws Exception {
        node(c -> c.accounts("a\nb"));

        Conversation answer = chat(false);

        assertThat(answer.last().status()).isEqualTo(500);
        assertThat(answer.last().text()).contains("internal_error").doesNotContain("CANARY");
        assertThat(settled().sent()).isFalse();
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void givesUpAfterTheAttemptsOfTheRoute() throws Exception {
        node(c -> c.accounts("a", "b", "c", "d"));
        upstream.otherwise(Script.json(500, "{}"));

        assertThat(chat(false).last().status()).isEqualTo(502);
        assertThat(recorded().served().attempts()).isEqualTo(3);
    }

    @Test
    void saysInsideTheStreamThatItWasCut() throws Exception {
        node(c -> c.accounts("a", "b"));
        upstream.otherwise(Script.events().event(CHUNK).fin());

        Conversation answer = chat(true);

        assertThat(answer.last().whole()).isFalse();
        assertThat(answer.last().text()).contains("Hi", "{\"error\":{").doesNotContain("[DONE]");
        assertThat(recorded())
                .returns(Ending.CUT, usage -> usage.outcome().ending())
                .returns(true, usage -> usage.used().isEstimated());
        assertThat(settled().sent()).isTrue();
    }

    @Test
    void endsAStreamThatFallsSilent() throws Exception {
        node(c -> c.accounts("a"));
        upstream.otherwise(Script.events().event(CHUNK).silence());

        Conversation answer = chat(true);

        assertThat(answer.last().whole()).isFalse();
        assertThat(answer.last().text()).contains("Hi", "fell silent");
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void cutsABodyThatIsNotAStream() throws Exception {
        node(c -> c.accounts("a"));
        String head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n";
        upstream.otherwise(Script.bytes(head + BODY.substring(0, 60))
                .pause(Duration.ofMillis(100))
                .write(BODY.substring(60, 90))
                .pause(Duration.ofMillis(100))
                .fin());

        Conversation answer = chat(false);

        assertThat(answer.last().whole()).isFalse();
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CUT);
    }

    /** The upstream's length is kept, but its JSON is not whole; the client must not take it for an answer. */
    @Test
    void doesNotEndABodyThatIsWholeByLengthOnly() throws Exception {
        node(c -> c.accounts("a").serves("pub"));
        String half = BODY.replace("up-1", "pub").substring(0, BODY.length() / 2);
        String head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " + half.length() + "\r\n\r\n";
        upstream.otherwise(Script.bytes(head + half.substring(0, 40))
                .pause(Duration.ofMillis(50))
                .write(half.substring(40)));

        Conversation answer = chat(false);

        assertThat(answer.last().whole()).isFalse();
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CUT);
    }

    @Test
    void fallsBackFromABodyThatIsWholeByLengthOnly() throws Exception {
        node(c -> c.accounts("a", "b").serves("pub"));
        String whole = BODY.replace("up-1", "pub");
        upstream.next(Script.json(200, whole.substring(0, whole.length() / 2))).otherwise(Script.json(200, whole));

        Conversation answer = chat(false);

        assertThat(answer.last().text()).isEqualTo(whole);
        assertThat(recorded())
                .returns(2, usage -> usage.served().attempts())
                .returns(Ending.COMPLETED, usage -> usage.outcome().ending());
    }

    @Test
    void settlesOnceWhenTheClientLeavesDuringTheNextReservation() throws Exception {
        Promise<QuotaDecision> second = Promise.promise();
        CountDownLatch asked = new CountDownLatch(1);
        node = TestNode.of(revision(c -> c.accounts("a", "b")));
        node.quotaLater(request -> {
            if (request.replaces() == 0) {
                return Future.succeededFuture(node.grantFirst(request));
            }
            asked.countDown();
            return second.future();
        });
        node.start();
        upstream.otherwise(Script.json(500, "{}"));

        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request(false, ""));
            assertThat(asked.await(Await.MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
            client.reset();
        }
        Await.until(() -> node.meter("sluice.connections.open") == 0);
        second.complete(new QuotaDecision.Granted(2, 0, System.nanoTime() + 500_000_000L, null, 0));

        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CANCELLED);
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
    }

    @Test
    void cutsAnAnswerWhoseHeadComesWhileTheNodeStops() throws Exception {
        node(c -> c.accounts("a"));
        upstream.otherwise(Script.events().event(CHUNK).silence());
        CompletableFuture<Cancellation> asked = new CompletableFuture<>();
        CompletableFuture<Runnable> head = new CompletableFuture<>();
        node.vertx().eventBus().addOutboundInterceptor(sent -> {
            Context loop = Vertx.currentContext();
            switch (sent.body()) {
                case OpenResult.Opened opened -> head.complete(() -> loop.runOnContext(v -> sent.next()));
                case OpenExchange open -> {
                    asked.complete(open.cancellation());
                    sent.next();
                }
                default -> sent.next();
            }
        });

        try (RawHttp client = RawHttp.clear(node.port())) {
            client.send(request(true, ""));
            Runnable deliver = head.get(Await.MOST_SECONDS, TimeUnit.SECONDS);
            var drained = node.drain(Duration.ofMillis(1));
            Await.until(asked.join()::isCancelled);
            deliver.run();

            assertThat(client.read(SOON, 1).last())
                    .returns(503, RawHttp.Answer::status)
                    .matches(answer -> answer.text().contains("The gateway is stopping"));
            assertThat(TestNode.await(drained).cut()).isEqualTo(1);
        }
        assertThat(settled().sent()).isTrue();
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void answersAHeadThatDoesNotComeWithATimeout() throws Exception {
        node(c -> c.accounts("a", "b"));
        upstream.otherwise(Script.begin().silence());

        assertThat(chat(false).last().status()).isEqualTo(504);
        assertThat(recorded()).returns(1, usage -> usage.served().attempts()).returns(504, usage -> usage.outcome()
                .status());
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void closesTheUpstreamWhenTheClientLeaves() throws Exception {
        node(c -> c.accounts("a"));
        upstream.otherwise(Script.events().event(CHUNK).silence());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(request(true, ""));
            upstream.take(SOON);
            Await.until(() -> node.meter("sluice.streams.open") == 1);
            connection.reset();
        }

        Await.until(() -> upstream.openConnections() == 0);
        assertThat(recorded())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending())
                .returns(499, usage -> usage.outcome().status());
        assertThat(settled().sent()).isTrue();
        assertThat(node.attempts()).hasSize(1);
    }

    @Test
    void closesTheUpstreamWhenTheClientLeavesBeforeTheHead() throws Exception {
        node(c -> c.accounts("a").timeouts(Timeouts.DEFAULT));
        upstream.otherwise(Script.begin().silence());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(request(false, ""));
            upstream.take(SOON);
            connection.reset();
        }

        Await.until(() -> upstream.openConnections() == 0);
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CANCELLED);
    }

    @Test
    void readsOnForTheUsageWhenTheChannelDrains() throws Exception {
        node(c -> c.accounts("a").drains());
        upstream.otherwise(Script.events()
                .event(CHUNK)
                .pause(Duration.ofMillis(300))
                .event(FINISH)
                .event(USAGE)
                .event("[DONE]")
                .lastChunk());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(request(true, ""));
            upstream.take(SOON);
            Await.until(() -> node.meter("sluice.streams.open") == 1);
            connection.reset();
        }

        assertThat(recorded())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending())
                .returns(2L, u -> u.used().tokens().output())
                .returns(false, usage -> usage.used().isEstimated());
    }

    @Test
    void readsOnAlsoWhenTheClientLeftBeforeTheFirstByte() throws Exception {
        node(c -> c.accounts("a").drains());
        upstream.otherwise(Script.events()
                .pause(Duration.ofMillis(300))
                .event(CHUNK)
                .event(FINISH)
                .event(USAGE)
                .event("[DONE]")
                .lastChunk());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(request(true, ""));
            upstream.take(SOON);
            Await.until(() -> node.meter("sluice.streams.open") == 1);
            connection.reset();
        }

        assertThat(recorded())
                .returns(Ending.CANCELLED, usage -> usage.outcome().ending())
                .returns(2L, u -> u.used().tokens().output())
                .returns(false, usage -> usage.used().isEstimated());
        assertThat(settled().actual().outputTokens()).isEqualTo(2);
    }

    @Test
    void reservesAnewWhenTheLeaseRanOutBeforeTheWrite() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        node = TestNode.of(revision(c -> c.accounts("a")));
        node.quota(request -> {
            boolean first = calls.incrementAndGet() == 1;
            assertThat(request.replaces()).isEqualTo(first ? 0 : 71);
            return new QuotaDecision.Granted(
                    first ? 71 : 72, 0, System.nanoTime() + (first ? -1 : 500_000_000L), null, 0);
        });
        node.start();
        upstream.otherwise(Script.json(200, BODY));

        assertThat(chat(false).last().status()).isEqualTo(200);
        assertThat(upstream.connections()).isEqualTo(1);
        assertThat(recorded().served().attempts()).isEqualTo(1);
        assertThat(settled().reservation()).isEqualTo(72);
        assertThat(node.settlements()).isEmpty();
    }

    @Test
    void refusesWithTheKeysNumbersWhenQuotaDenies() throws Exception {
        node = TestNode.of(revision(c -> c.accounts("a")));
        node.quota(request -> new QuotaDecision.Denied(
                new QuotaExceeded(QuotaExceeded.Cause.KEY, "The key is at its limit.", Duration.ofMillis(1500)),
                new io.sluice.message.KeyLimits(60, 0, 12_500, 0, 0, 0),
                0));
        node.start();

        RawHttp.Answer answer = chat(false).last();

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).isEqualTo("2");
        assertThat(answer.header("retry-after-ms")).isEqualTo("1500");
        assertThat(answer.header("x-ratelimit-limit-requests")).isEqualTo("60");
        assertThat(answer.header("x-ratelimit-reset-requests")).isEqualTo("12.500s");
        assertThat(recorded().served().attempts()).isZero();
        assertThat(node.settlements()).isEmpty();
    }

    @Test
    void holdsTheUpstreamBackForASlowClient() throws Exception {
        node = TestNode.of(revision(c -> c.accounts("a").timeouts(Timeouts.DEFAULT)));
        node.bounds(Bounds.defaults().writeStall(Duration.ofMillis(800)).build());
        node.start();
        Script flood = Script.events();
        String large = CHUNK.replace("Hi", "x".repeat(60_000));
        for (int i = 0; i < 400; i++) {
            flood = flood.event(large);
        }
        upstream.otherwise(flood.lastChunk());

        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(request(true, ""));
            upstream.take(SOON);

            // The client takes nothing: the answer stalls long before its 24 MB, and the write-stall bound ends it.
            assertThat(recorded().outcome().ending()).isEqualTo(Ending.CANCELLED);
        }
        Await.until(() -> upstream.openConnections() == 0);
    }

    @Test
    void waitsForStreamsWhenItDrainsAndCutsWhatIsLeft() throws Exception {
        node(c -> c.accounts("a").timeouts(Timeouts.DEFAULT));
        upstream.next(
                Script.events()
                        .event(CHUNK)
                        .pause(Duration.ofMillis(400))
                        .event(FINISH)
                        .event("[DONE]")
                        .lastChunk(),
                Script.events().event(CHUNK).silence());

        try (RawHttp finishing = RawHttp.clear(node.port());
                RawHttp hanging = RawHttp.clear(node.port())) {
            finishing.send(request(true, ""));
            upstream.take(SOON);
            hanging.send(request(true, ""));
            upstream.take(SOON);
            Await.until(() -> node.meter("sluice.streams.open") == 2);

            var drained = node.drain(Duration.ofMillis(1200));

            assertThat(finishing.read(SOON, 1).last().text()).endsWith("data: [DONE]\n\n");
            Conversation cut = hanging.readToEnd(SOON);
            assertThat(cut.last().whole()).isFalse();
            assertThat(cut.last().text()).contains("The gateway is stopping");
            assertThat(TestNode.await(drained).cut()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n100000002\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 204 No\r\n\r\n",
                "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi",
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nhi",
                "garbage\r\n\r\n"
            })
    void takesAHostileAnswerForAFaultOfTheEndpoint(String answer) throws Exception {
        node(c -> c.accounts("a", "b"));
        upstream.next(Script.bytes(answer), Script.json(200, BODY));

        assertThat(chat(false).last().status()).isEqualTo(200);
        assertThat(recorded()).returns(2, usage -> usage.served().attempts()).returns("one/b", usage -> usage.served()
                .account());
    }

    @Test
    void givesUpOnAnUpstreamThatOnlySendsInterimAnswers() throws Exception {
        node(c -> c.accounts("a", "b"));
        upstream.next(
                Script.bytes("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(20_000))
                        .silence(),
                Script.json(200, BODY));

        assertThat(chat(false).last().status()).isEqualTo(200);
        assertThat(recorded().served().account()).isEqualTo("one/b");
    }
}
