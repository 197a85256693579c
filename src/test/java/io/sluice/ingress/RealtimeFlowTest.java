package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.HttpBounds;
import io.sluice.config.RealtimeConfig;
import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded.Cause;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyQuota;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.Timeouts;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.pricing.Price;
import io.sluice.domain.pricing.Rates;
import io.sluice.domain.pricing.Tariff;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BudgetDecision;
import io.sluice.message.ChargeQuota;
import io.sluice.message.LeaseUse;
import io.sluice.message.QuotaDecision;
import io.sluice.message.RestPlaces;
import io.sluice.message.SettleBudget;
import io.sluice.message.SettleQuota;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.Bounds;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RealtimeClient;
import io.sluice.testkit.RealtimeUpstream;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One lane of real verticles between a WebSocket client and a scripted provider: every way a session can go and end. */
class RealtimeFlowTest {
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String CREATE = "{\"type\":\"response.create\",\"event_id\":\"mine\"}";
    private static final Timeouts QUICK = new Timeouts(
            Duration.ofMillis(500),
            Duration.ofMillis(600),
            Duration.ofMillis(600),
            Duration.ofMillis(600),
            Duration.ofSeconds(20));

    private RealtimeUpstream upstream;
    private TestNode node;
    private RealtimeClient client;

    private static final Budget BUDGET = new Budget("key:bound", 1_000_000, new BudgetWindow.Total());

    @BeforeEach
    void start() {
        upstream = RealtimeUpstream.start();
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        // Nothing may be left of any session, whatever its end was.
        Await.until(() -> node.meter("sluice.requests.in.flight") == 0);
        Await.until(() -> node.meter("sluice.realtime.sessions.open") == 0);
        Await.until(() -> node.meter("sluice.connections.open") == 0);
        node.close();
        upstream.close();
    }

    private void node(UnaryOperator<TestNode> how, UnaryOperator<RevisionBuilder.ChannelBuilder> channel) {
        node = how.apply(TestNode.of(revision(channel))).start();
        client = new RealtimeClient(node.port());
    }

    private void node() {
        node(UnaryOperator.identity(), c -> c.accounts("a"));
    }

    private GatewayRevision revision(UnaryOperator<RevisionBuilder.ChannelBuilder> channel) {
        return new RevisionBuilder()
                .channel(
                        "one",
                        c -> channel.apply(
                                c.port(upstream.port()).redirect("pub", "up-1").timeouts(QUICK)))
                .price(
                        "pub",
                        new Price(
                                new Tariff(
                                        "USD",
                                        new Rates(
                                                1_000_000, 100_000, 1_000_000, 1_000_000, 1_000_000, 1_100_000,
                                                1_000_000)),
                                1_000_000,
                                "test",
                                "here"))
                .key("app", KEY)
                .key(new VirtualKey("bound", KeyHash.ofKey(KEY + "-bound"))
                        .with(KeyQuota.ofKey("bound", AccountLimits.NONE, List.of(BUDGET))))
                .key("narrow", KEY + "-narrow", List.of("other"), null)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .build();
    }

    private static String created(String id) {
        return "{\"type\":\"response.created\",\"event_id\":\"e1\",\"response\":{\"id\":\"" + id
                + "\",\"status\":\"in_progress\",\"usage\":null}}";
    }

    private static String done(String id, int input, int output) {
        return "{\"type\":\"response.done\",\"event_id\":\"e2\",\"response\":{\"id\":\"" + id
                + "\",\"status\":\"completed\",\"output\":[],\"usage\":{\"total_tokens\":" + (input + output)
                + ",\"input_tokens\":" + input + ",\"output_tokens\":" + output
                + ",\"input_token_details\":{\"text_tokens\":1,\"audio_tokens\":3,\"cached_tokens\":2},"
                + "\"output_token_details\":{\"text_tokens\":1,\"audio_tokens\":2}}}}";
    }

    /** Answers each response.create with a response. */
    private static void answer(RealtimeUpstream.Session session, String event, AtomicInteger count) {
        if (event.contains("response.create")) {
            String id = "r" + count.incrementAndGet();
            session.say(created(id));
            session.say("{\"type\":\"response.output_audio.delta\",\"delta\":\"AAAA\"}");
            session.say(done(id, 10, 4));
        }
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).as("a usage record").isNotNull();
        assertThat(node.records()).as("only one usage record").isEmpty();
        return usage;
    }

    private RestPlaces rested() throws InterruptedException {
        RestPlaces rest = node.rests().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(rest).as("a rest").isNotNull();
        return rest;
    }

    private SettleQuota settled() throws InterruptedException {
        SettleQuota settlement = node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(settlement).as("a settlement").isNotNull();
        return settlement;
    }

    @Test
    void twoResponsesAreTwoRequestsAndOneRecord() throws Exception {
        node();
        AtomicInteger count = new AtomicInteger();
        upstream.script((session, event) -> answer(session, event, count));
        RealtimeClient.Session session = client.open("pub", KEY);

        session.say(CREATE).take("response.done");
        session.say(CREATE).take("response.done");
        session.socket().close((short) 1000, "bye");

        RealtimeUpstream.Session there = upstream.take();
        assertThat(there.uri()).isEqualTo("/v1/realtime?model=up-1");
        assertThat(there.headers()).containsEntry("authorization", "Bearer CANARY-one-a");
        assertThat(there.headers().toString()).doesNotContain(KEY);
        assertThat(there.headers()).doesNotContainKeys("origin", "sec-websocket-extensions", "openai-beta");
        assertThat(RealtimeUpstream.closeCode(there)).isEqualTo(1000);
        assertThat(recorded())
                .returns(Ending.COMPLETED, usage -> usage.outcome().ending())
                .returns(101, usage -> usage.outcome().status())
                .returns(new TokenUsage(20, 4, 0, 8, 0, 6, 4), usage -> usage.used()
                        .tokens())
                .returns(false, usage -> usage.used().isEstimated())
                .returns("pub", usage -> usage.served().model())
                .returns("one/a", usage -> usage.served().account())
                // Each response by itself: 5 + 3 × 1.1 heard + 2 × 0.1 cached + 4 are 12.5, and round to 13.
                .returns(new Charge(true, 26, "USD", 26, 1_000_000, "test"), usage -> usage.used()
                        .charge());
        // Opening is given back, each response is charged, and the last place is freed.
        assertThat(rested()).returns(false, RestPlaces::sent);
        assertThat(rested()).returns(true, RestPlaces::sent).returns(14L, r -> r.actual()
                .tokens());
        RestPlaces last = rested();
        assertThat(last).returns(14L, r -> r.actual().tokens());
        assertThat(settled())
                .returns(last.reservation(), SettleQuota::reservation)
                .returns(false, SettleQuota::sent);
        assertThat(node.settlements()).isEmpty();
        assertThat(node.attempts()).hasSize(3).allMatch(attempt -> attempt.failure() == null);
    }

    @Test
    void eachResponseIsPaidOfTheBudgetAndTheRecordNamesItOnce() throws Exception {
        node();
        AtomicInteger count = new AtomicInteger();
        upstream.script((session, event) -> answer(session, event, count));
        RealtimeClient.Session session = client.open("pub", KEY + "-bound");

        session.say(CREATE).take("response.done");
        session.say(CREATE).take("response.done");
        session.socket().close((short) 1000, "bye");

        assertThat(recorded())
                .returns(26L, usage -> usage.used().charge().micros())
                .returns(new LeaseUse(1, List.of("key:bound")), usage -> usage.used()
                        .leases());
        assertThat(node.payments()).hasSize(2).allSatisfy(payment -> assertThat(payment.micros())
                .isEqualTo(13));
        assertThat(node.moneyQuestions()).hasSize(2).allSatisfy(question -> assertThat(question.micros())
                .isPositive());
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
    }

    @Test
    void responseWithoutMoneyIsRefusedAndTheSessionGoesOn() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        node(
                made -> made.money(request -> Future.succeededFuture(
                        asked.incrementAndGet() == 1
                                ? new BudgetDecision.Refused(new QuotaExceeded(
                                        QuotaExceeded.Cause.BUDGET, "The budget of this key is spent.", Duration.ZERO))
                                : made.keep(request))),
                c -> c.accounts("a"));
        AtomicInteger count = new AtomicInteger();
        upstream.script((session, event) -> answer(session, event, count));
        RealtimeClient.Session session = client.open("pub", KEY + "-bound");

        assertThat(session.say(CREATE).take("error"))
                .contains("\"code\":\"insufficient_quota\"")
                .contains("The budget of this key is spent.");
        session.say(CREATE).take("response.done");
        session.socket().close((short) 1000, "bye");

        assertThat(recorded()).returns(13L, usage -> usage.used().charge().micros());
        assertThat(node.payments()).singleElement().returns(13L, SettleBudget::micros);
        Await.until(() -> node.audit().open() == 0);
    }

    @Test
    void passesEventsAsTheyAreButForTheModelsName() throws Exception {
        node();
        String odd = "{ \"zzz\" : 1.0, \"type\" : \"response.output_text.delta\", \"delta\":\"\\u00e9\" }";
        upstream.script((session, event) -> {
            if (event.contains("hello")) {
                session.say(
                        "{\"type\":\"session.created\",\"session\":{\"model\":\"up-1\",\"x\":1.0,\"instructions\":\"up-1\"}}");
                session.say("{\"type\":\"rate_limits.updated\",\"rate_limits\":[{\"name\":\"tokens\",\"limit\":9}]}");
                session.say(odd);
            }
        });
        RealtimeClient.Session session = client.open("pub", KEY);

        session.say("{\"type\":\"hello\"}");

        assertThat(session.take("session.created"))
                .isEqualTo(
                        "{\"type\":\"session.created\",\"session\":{\"model\":\"pub\",\"x\":1.0,\"instructions\":\"up-1\"}}");
        assertThat(session.heard().poll(Await.MOST_SECONDS, TimeUnit.SECONDS)).isEqualTo(odd);
        session.say("{\"type\":\"session.update\",\"session\":{\"model\":\"pub\"}}");
        session.say("{\"type\":\"session.update\",\"event_id\":\"u\",\"session\":{\"model\":\"gpt-other\"}}");
        RealtimeUpstream.Session there = upstream.take();
        assertThat(there.take()).isEqualTo("{\"type\":\"hello\"}");
        assertThat(there.take()).isEqualTo("{\"type\":\"session.update\",\"session\":{\"model\":\"up-1\"}}");
        assertThat(session.take("error")).contains("model_not_allowed").contains("\"event_id\":\"u\"");
        assertThat(there.heard()).isEmpty();
    }

    @Test
    void fallsBackWhenAHandshakeIsRefused() throws Exception {
        node(UnaryOperator.identity(), c -> c.accounts("a", "b"));
        upstream.refuse("CANARY-one-a", 503);

        client.open("pub", KEY).socket().close();

        assertThat(upstream.take().headers()).containsEntry("authorization", "Bearer CANARY-one-b");
        assertThat(recorded()).returns(2, usage -> usage.served().attempts()).returns("one/b", usage -> usage.served()
                .account());
        assertThat(settled()).returns(true, SettleQuota::keepKey);
    }

    @Test
    void refusesBeforeTheUpgradeInOrdinaryAnswers() throws Exception {
        node(
                n -> n.quota(request -> new QuotaDecision.Denied(
                        new QuotaExceeded(Cause.KEY, "The key is full.", Duration.ofSeconds(7)), null, 0)),
                c -> c.accounts("a"));

        UpgradeRejectedException stranger = client.refused(client.options("pub"));
        UpgradeRejectedException unknown = client.refused(keyed(client.options("nobody"), KEY));
        UpgradeRejectedException forbidden = client.refused(keyed(client.options("pub"), KEY + "-narrow"));
        UpgradeRejectedException full = client.refused(keyed(client.options("pub"), KEY));
        UpgradeRejectedException nameless =
                client.refused(keyed(client.options("pub").setURI("/v1/realtime"), KEY));

        assertThat(stranger.getStatus()).isEqualTo(401);
        assertThat(stranger.getBody().toString()).contains("invalid_api_key");
        assertThat(unknown.getStatus()).isEqualTo(404);
        assertThat(forbidden.getStatus()).isEqualTo(403);
        assertThat(full.getStatus()).isEqualTo(429);
        assertThat(full.getHeaders().get("retry-after")).isEqualTo("7");
        assertThat(full.getBody().toString()).contains("\"code\":\"rate_limit_exceeded\"");
        assertThat(nameless.getStatus()).isEqualTo(400);
        assertThat(upstream.asked()).isZero();
    }

    private static WebSocketConnectOptions keyed(WebSocketConnectOptions options, String key) {
        return options.addHeader("authorization", "Bearer " + key);
    }

    @Test
    void aProviderThatRefusesEverywhereIsAnAnswerToo() throws Exception {
        node();
        upstream.refuse("CANARY-one-a", 401);

        UpgradeRejectedException refused = client.refused(keyed(client.options("pub"), KEY));

        assertThat(refused.getStatus()).isEqualTo(503);
        assertThat(refused.getBody().toString()).contains("no_candidate").doesNotContain("CANARY");
        assertThat(recorded())
                .returns(Ending.FAILED, usage -> usage.outcome().ending())
                .returns(503, usage -> usage.outcome().status());
    }

    @Test
    void takesABrowsersKeyFromTheSubprotocolAndKeepsIt() throws Exception {
        node();

        RealtimeClient.Session session = client.open(client.options("pub")
                .setSubProtocols(List.of("realtime", "openai-insecure-api-key." + KEY, "openai-beta.realtime-v1")));

        assertThat(session.socket().subProtocol()).isEqualTo("realtime");
        RealtimeUpstream.Session there = upstream.take();
        assertThat(there.headers()).containsEntry("openai-beta", "realtime=v1");
        assertThat(there.headers().toString()).doesNotContain(KEY);
        session.socket().close();
        assertThat(recorded().caller().key()).isEqualTo("app");
    }

    @Test
    void aResponseWithoutRoomIsRefusedInTheSession() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        TestNode[] self = new TestNode[1];
        node(
                n -> {
                    self[0] = n;
                    return n.quota(request -> asked.incrementAndGet() == 2
                            ? new QuotaDecision.Denied(
                                    new QuotaExceeded(Cause.KEY, "The key is full.", Duration.ofMillis(3_200)), null, 0)
                            : self[0].grantFirst(request));
                },
                c -> c.accounts("a"));
        AtomicInteger count = new AtomicInteger();
        upstream.script((session, event) -> answer(session, event, count));
        RealtimeClient.Session session = client.open("pub", KEY);

        session.say(CREATE);
        String error = session.take("error");
        session.say("{\"type\":\"response.create\"}").take("response.done");

        assertThat(error)
                .contains("\"type\":\"rate_limit_exceeded\"")
                .contains("Try again in 3.2s")
                .contains("\"retry_after_ms\":3200")
                .contains("\"event_id\":\"mine\"");
        assertThat(upstream.take().take()).isEqualTo("{\"type\":\"response.create\"}");
        session.socket().close();
        assertThat(recorded().used().tokens().output()).isEqualTo(4);
    }

    @Test
    void aResponseOfTheProvidersOwnIsReservedLateAndCancelledWithoutRoom() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        TestNode[] self = new TestNode[1];
        node(
                n -> {
                    self[0] = n;
                    return n.quota(request -> asked.incrementAndGet() == 3
                            ? new QuotaDecision.Denied(
                                    new QuotaExceeded(Cause.POOL, "All are full.", Duration.ofSeconds(1)), null, 0)
                            : self[0].grantFirst(request));
                },
                c -> c.accounts("a"));
        RealtimeClient.Session session = client.open("pub", KEY);
        RealtimeUpstream.Session there = upstream.take();

        there.say(created("v1"));
        there.say(done("v1", 10, 4));
        session.take("response.done");
        there.say(created("v2"));
        String cancel = there.take();
        String error = session.take("error");
        there.say(done("v2", 12, 1));
        session.take("response.done");

        assertThat(cancel).isEqualTo("{\"type\":\"response.cancel\",\"response_id\":\"v2\"}");
        assertThat(error).contains("pool_exhausted");
        rested();
        assertThat(rested()).returns(true, RestPlaces::sent).returns(14L, r -> r.actual()
                .tokens());
        ChargeQuota charge = node.charges().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(charge).isNotNull();
        assertThat(charge.actual().tokens()).isEqualTo(13);
        session.socket().close();
        assertThat(recorded().used().tokens()).returns(22L, TokenUsage::input).returns(5L, TokenUsage::output);
    }

    @Test
    void tellsTheClientWhenTheProviderCutsTheSession() throws Exception {
        node();
        upstream.script((session, event) -> {
            session.say(created("r1"));
            session.cut();
        });
        RealtimeClient.Session session = client.open("pub", KEY);

        session.say(CREATE);

        assertThat(session.take("error")).contains("upstream_error");
        assertThat(session.closeCode()).isEqualTo(1011);
        assertThat(recorded())
                .returns(Ending.CUT, usage -> usage.outcome().ending())
                .returns(true, usage -> usage.used().isEstimated())
                .returns("upstream_error", usage -> usage.outcome().error());
        assertThat(settled()).returns(true, SettleQuota::sent);
    }

    @Test
    void passesCloseCodesOn() throws Exception {
        node();
        RealtimeClient.Session session = client.open("pub", KEY);
        RealtimeUpstream.Session there = upstream.take();

        there.socket().close((short) 4001, "moved");

        assertThat(session.closeCode()).isEqualTo(4001);
        assertThat(session.socket().closeReason()).isEqualTo("moved");
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CUT);
    }

    @Test
    void aClientThatLeavesEndsTheProvidersSessionToo() throws Exception {
        node();
        upstream.script((session, event) -> session.say(created("r1")));
        RealtimeClient.Session session = client.open("pub", KEY);
        session.say(CREATE).take("response.created");

        client.close();
        client = null;

        RealtimeUpstream.closeCode(upstream.take());
        assertThat(recorded()).returns(true, usage -> usage.used().isEstimated());
        SettleQuota settlement = settled();
        assertThat(settlement.sent()).isTrue();
        assertThat(settlement.actual().tokens()).isPositive();
    }

    @Test
    void aSlowClientHoldsTheProviderBack() throws Exception {
        node();
        RealtimeClient.Session session = client.open("pub", KEY);
        RealtimeUpstream.Session there = upstream.take();
        session.socket().pause();
        String delta = "{\"type\":\"response.output_audio.delta\",\"delta\":\"" + "A".repeat(32 * 1024) + "\"}";
        AtomicInteger written = new AtomicInteger();

        for (int i = 0; i < 2_000; i++) {
            there.socket().writeFrame(WebSocketFrame.textFrame(delta, true)).onSuccess(v -> written.incrementAndGet());
        }

        // 64 MiB do not fit into sockets: what was not taken waits with the provider.
        Await.until(() -> written.get() > 10);
        int[] before = {-1};
        Await.until(Duration.ofSeconds(20), () -> {
            boolean still = written.get() == before[0];
            before[0] = written.get();
            java.util.concurrent.locks.LockSupport.parkNanos(300_000_000L);
            return still;
        });
        assertThat(written.get()).isLessThan(1_000);
        session.socket().resume();
        Await.until(Duration.ofSeconds(30), () -> session.heard().size() == 2_000);
        session.socket().close();
        recorded();
    }

    @Test
    void messagesInPiecesPassInPiecesAndAreBounded() throws Exception {
        node(
                n -> n.realtime(new RealtimeConfig(1024, 4096, Duration.ofMinutes(1), Duration.ofMinutes(1))),
                c -> c.accounts("a"));
        AtomicInteger count = new AtomicInteger();
        upstream.script((session, event) -> answer(session, event, count));
        RealtimeClient.Session session = client.open("pub", KEY);

        session.socket().writeFrame(WebSocketFrame.textFrame("{\"ty", false));
        session.socket().writeFrame(WebSocketFrame.continuationFrame(buffer("pe\":\"response.cr"), false));
        session.socket().writeFrame(WebSocketFrame.continuationFrame(buffer("eate\"}"), true));
        session.take("response.done");
        session.socket().writeFrame(WebSocketFrame.textFrame("{\"type\":\"x\",\"y\":\"", false));
        for (int i = 0; i < 5; i++) {
            session.socket().writeFrame(WebSocketFrame.continuationFrame(buffer("y".repeat(1000)), false));
        }

        assertThat(session.closeCode()).isEqualTo(1009);
        assertThat(upstream.take().take()).isEqualTo("{\"type\":\"response.create\"}");
        assertThat(recorded())
                .returns(14L, u -> u.used().tokens().input() + u.used().tokens().output());
    }

    private static io.vertx.core.buffer.Buffer buffer(String text) {
        return io.vertx.core.buffer.Buffer.buffer(text);
    }

    @Test
    void endsWhatIsIdleAndWhatLastsTooLong() throws Exception {
        node(
                n -> n.realtime(new RealtimeConfig(1024, 4096, Duration.ofMillis(300), Duration.ofMinutes(1))),
                c -> c.accounts("a"));

        RealtimeClient.Session session = client.open("pub", KEY);

        assertThat(session.take("error")).contains("session_idle");
        assertThat(session.closeCode()).isEqualTo(1000);
        assertThat(recorded().outcome().error()).isEqualTo("session_idle");
    }

    @Test
    void aNodeThatStopsLetsAResponseEndAndThenSaysGoodbye() throws Exception {
        node();
        upstream.script((session, event) -> session.say(created("r1")));
        RealtimeClient.Session session = client.open("pub", KEY);
        RealtimeClient.Session quiet = client.open("pub", KEY);
        session.say(CREATE).take("response.created");
        RealtimeUpstream.Session there = upstream.take();

        var drained = node.drain(Duration.ofSeconds(10));

        assertThat(quiet.take("error")).contains("unavailable");
        assertThat(quiet.closeCode()).isEqualTo(1001);
        session.say(CREATE);
        assertThat(session.take("error")).contains("unavailable");
        there.say(done("r1", 10, 4));
        session.take("response.done");
        assertThat(session.closeCode()).isEqualTo(1001);
        assertThat(TestNode.await(drained).cut()).isZero();
        node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void aStoppingNodeDoesNotWaitLongerThanItsDrainTime() throws Exception {
        node();
        upstream.script((session, event) -> session.say(created("r1")));
        RealtimeClient.Session session = client.open("pub", KEY);
        session.say(CREATE).take("response.created");

        var drained = node.drain(Duration.ofMillis(500));

        assertThat(session.take("error")).contains("unavailable");
        assertThat(session.closeCode()).isEqualTo(1001);
        assertThat(TestNode.await(drained).cut()).isOne();
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CUT);
    }

    @Test
    void sessionsOfAKeyThatIsGoneEnd() throws Exception {
        node();
        RealtimeClient.Session session = client.open("pub", KEY);

        node.revision(new RevisionBuilder()
                .channel("one", c -> c.port(upstream.port()).redirect("pub", "up-1"))
                .key("other", KEY + "-other")
                .build());

        assertThat(session.take("error")).contains("key_revoked");
        assertThat(session.closeCode()).isEqualTo(1008);
        recorded();
    }

    /** Nobody asks the gateway for anything while sound comes and the provider answers by itself. */
    @Test
    void sessionsOfAKeyThatExpiresEnd() throws Exception {
        // Long enough for a slow machine to open the session before.
        Instant expires = Instant.now().plusSeconds(8);
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.port(upstream.port())
                                .redirect("pub", "up-1")
                                .accounts("a"))
                        .key("app", KEY, List.of(), expires)
                        .build())
                .bounds(Bounds.defaults().ping(Duration.ofMillis(100)).build())
                .start();
        client = new RealtimeClient(node.port());
        RealtimeClient.Session session = client.open("pub", KEY);

        assertThat(session.take("error")).contains("key_revoked");
        assertThat(session.closeCode()).isEqualTo(1008);
        recorded();
    }

    /** The provider made it, and nobody will say what it cost. */
    @Test
    void aResponseWhoseRoomIsStillAskedForAtTheEndIsCharged() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        TestNode[] self = new TestNode[1];
        node(
                n -> {
                    self[0] = n;
                    return n.quotaLater(request -> asked.incrementAndGet() == 2
                            ? Promise.<QuotaDecision>promise().future()
                            : Future.succeededFuture(self[0].grantFirst(request)));
                },
                c -> c.accounts("a"));
        RealtimeClient.Session session = client.open("pub", KEY);

        upstream.take().say(created("v1"));
        Await.until(() -> asked.get() == 2);
        session.socket().close();

        UsageRecord usage = recorded();
        assertThat(usage.used().isEstimated()).isTrue();
        assertThat(usage.used().tokens().output()).isPositive();
        ChargeQuota charge = node.charges().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(charge).isNotNull();
        assertThat(charge.actual().outputTokens())
                .isEqualTo(usage.used().tokens().output());
    }

    @Test
    void hidesWhatAnErrorTellsOfTheAccount() throws Exception {
        node();
        RealtimeClient.Session session = client.open("pub", KEY);
        RealtimeUpstream.Session there = upstream.take();

        there.say(
                "{\"type\":\"error\",\"event_id\":\"e\",\"error\":{\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\","
                        + "\"message\":\"Rate limit reached for gpt in organization org-SECRET123\"}}");
        String hidden = session.take("error");
        String plain = "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"code\":null,"
                + "\"message\":\"Missing field.\"}}";
        there.say(plain);

        assertThat(hidden).doesNotContain("SECRET").contains("rate_limit_exceeded");
        assertThat(session.take("error")).isEqualTo(plain);
    }

    @Test
    void plainRequestsAreToldToUpgrade() throws Exception {
        node();
        try (io.sluice.testkit.RawHttp raw = io.sluice.testkit.RawHttp.clear(node.port())) {
            var answer = raw.send("GET /v1/realtime?model=pub HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                            + "\r\n\r\n")
                    .read(Duration.ofSeconds(5), 1);

            assertThat(answer.last().status()).isEqualTo(426);
            assertThat(answer.last().text()).contains("upgrade_required");
        }
    }

    @Test
    void countsAgainstRealLimits(@org.junit.jupiter.api.io.TempDir java.nio.file.Path data) throws Exception {
        var limits = new io.sluice.domain.quota.LimitSet(
                List.of(new io.sluice.domain.quota.Limit(
                        io.sluice.domain.quota.Dimension.REQUESTS, 2, Duration.ofMinutes(1))),
                1);
        GatewayRevision revision = new RevisionBuilder()
                .channel(
                        "one",
                        c -> c.port(upstream.port()).redirect("pub", "up-1").account("a", limits))
                .key("app", KEY)
                .policy(Strategy.FILL, false, 3, Duration.ofSeconds(10))
                .build();
        node = TestNode.of(revision).keepsQuota(data).start();
        client = new RealtimeClient(node.port());
        AtomicInteger count = new AtomicInteger();
        upstream.script((session, event) -> answer(session, event, count));
        RealtimeClient.Session session = client.open("pub", KEY);

        session.say(CREATE).take("response.done");
        WebSocketConnectOptions another = keyed(client.options("pub"), KEY).addHeader("x-sluice-max-wait", "0");
        UpgradeRejectedException busy = client.refused(another);
        session.say(CREATE).take("response.done");
        session.say(CREATE);
        String error = session.take("error");
        session.socket().close();

        assertThat(busy.getStatus()).isEqualTo(429);
        assertThat(error).contains("rate_limit_exceeded").contains("retry_after_ms");
        UsageRecord refused = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(refused).isNotNull().returns(429, usage -> usage.outcome().status());
        assertThat(recorded().used().tokens().input()).isEqualTo(20);
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
    }

    @Test
    void aQuietSessionOutlivesTheTimesOfRequests() throws Exception {
        HttpBounds quick = Bounds.defaults()
                .keepAlive(Duration.ofMillis(200))
                .headerTimeout(Duration.ofMillis(200))
                .writeStall(Duration.ofSeconds(2))
                .ping(Duration.ofMillis(200))
                .build();
        node(n -> n.bounds(quick), c -> c.accounts("a"));
        AtomicInteger count = new AtomicInteger();
        upstream.script((session, event) -> answer(session, event, count));
        RealtimeClient.Session session = client.open("pub", KEY);
        AtomicInteger pongs = new AtomicInteger();
        Await.until(() -> node.meter("sluice.realtime.sessions.open") == 1);

        node.vertx().setTimer(1_500, t -> pongs.incrementAndGet());
        Await.until(() -> pongs.get() > 0);
        session.say(CREATE).take("response.done");
        session.socket().close((short) 1000, null);

        assertThat(recorded().outcome().ending()).isEqualTo(Ending.COMPLETED);
    }

    @Test
    void framesThatAreNoneEndTheSession() throws Exception {
        node();
        try (RawHttp raw = RawHttp.clear(node.port())) {
            raw.send(
                    "GET /v1/realtime?model=pub HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                            + "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
            RealtimeUpstream.Session there = upstream.take();

            // Not masked, and compressed although nothing was agreed on.
            raw.send("\u0041\u0002{}");

            RealtimeUpstream.closeCode(there);
        }
        assertThat(recorded().outcome().ending()).isEqualTo(Ending.CANCELLED);
        settled();
    }
}
