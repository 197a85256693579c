package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Tls;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.UsageRecord;
import io.sluice.simulator.SimulatorOptions;
import io.sluice.testkit.Await;
import io.sluice.testkit.Certificates;
import io.sluice.testkit.RealtimeClient;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.SimulatedProvider;
import io.sluice.testkit.TestNode;
import io.vertx.core.http.UpgradeRejectedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions through a lane with the real quota to the strict simulated provider, in each of its forms. */
class RealtimeProvidersTest {
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String ITEM = "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",\"role\":"
            + "\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"good morning\"}]}}";
    private static final String CREATE = "{\"type\":\"response.create\"}";
    private static final String LISTEN =
            "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"model\":\"pub\","
                    + "\"output_modalities\":[\"audio\"],\"audio\":{\"input\":{\"turn_detection\":{\"type\":\"server_vad\"}}}}}";
    private static final String SPEECH = "{\"type\":\"input_audio_buffer.append\",\"audio\":\""
            + Base64.getEncoder().encodeToString(new byte[96_000]) + "\"}";

    @TempDir
    private Path data;

    private SimulatedProvider provider;
    private TestNode node;
    private RealtimeClient client;

    @BeforeEach
    void start() {
        provider = SimulatedProvider.start(SimulatorOptions.onPort(0));
    }

    @AfterEach
    void stop() {
        client.close();
        Await.until(() -> node.meter("sluice.realtime.sessions.open") == 0);
        Await.until(() -> node.audit().open() == 0);
        assertThat(node.audit().faults()).isEmpty();
        node.close();
        provider.close();
    }

    private void node(UnaryOperator<RevisionBuilder.ChannelBuilder> channel) {
        node = TestNode.of(new RevisionBuilder()
                        .channel(
                                "one",
                                c -> channel.apply(c.port(provider.port())
                                        .redirect("pub", "gpt-realtime")
                                        .secret("k")))
                        .key("app", KEY)
                        .build())
                .keepsQuota(data)
                .start();
        client = new RealtimeClient(node.port());
    }

    private UsageRecord recorded() throws InterruptedException {
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage).isNotNull();
        return usage;
    }

    @ParameterizedTest
    @CsvSource({"openai, /v1, ", "azure, /openai/v1, ", "azure, '', 2025-04-01-preview"})
    void aSessionOfTwoResponses(String type, String path, String version) throws Exception {
        node(c -> (type.equals("azure") ? c.azure(version) : c.type(ProviderType.OPENAI))
                .url(new BaseUrl(false, "127.0.0.1", provider.port(), path))
                .accounts("a"));
        RealtimeClient.Session session = client.open("pub", KEY);

        String created = session.take("session.created");
        String first = session.say(ITEM).say(CREATE).take("response.done");
        String second = session.say(ITEM).say(CREATE).take("response.done");
        session.socket().close();

        assertThat(created).contains("\"model\":\"pub\"").doesNotContain("gpt-realtime");
        assertThat(first).contains("You said: good morning").contains("\"total_tokens\":11");
        assertThat(second).contains("\"total_tokens\":18");
        assertThat(recorded())
                .returns(new TokenUsage(7 + 14, 0, 4 + 4, 0), usage -> usage.used()
                        .tokens())
                .returns(1, usage -> usage.served().attempts());
        assertThat(provider.oracle().path("k").path("requests").asInt()).isEqualTo(2);
    }

    @Test
    void speechIsAnsweredWithoutBeingAskedAndCountsAsSound() throws Exception {
        node(c -> c.accounts("a"));
        RealtimeClient.Session session = client.open("pub", KEY);

        session.say(LISTEN).take("session.updated");
        String done = session.say(SPEECH).take("response.done");
        session.socket().close();

        assertThat(done).contains("96000 bytes of sound");
        assertThat(recorded().used().tokens())
                .returns(20L, TokenUsage::inputAudio)
                .returns(20L, TokenUsage::input)
                .satisfies(usage -> assertThat(usage.outputAudio()).isPositive());
    }

    @Test
    void speechBeyondTheLimitIsChargedNevertheless() throws Exception {
        node(c -> c.account("a", new LimitSet(List.of(new Limit(Dimension.REQUESTS, 2, Duration.ofMinutes(1))), 0)));
        RealtimeClient.Session session = client.open("pub", KEY);

        session.say(LISTEN).take("session.updated");
        session.say(SPEECH).take("response.done");
        session.say(SPEECH).take("response.done");
        session.say(SPEECH).take("response.done");
        session.say(CREATE);
        String refused = session.take("error");
        session.socket().close();

        assertThat(refused).contains("rate_limit_exceeded");
        assertThat(recorded().used().tokens().input()).isEqualTo(20 + 40 + 60);
        assertThat(provider.oracle().path("k").path("requests").asInt()).isEqualTo(3);
    }

    @Test
    void aModelOfAnotherProviderHasNoSessions() throws Exception {
        node(c -> c.type(ProviderType.ANTHROPIC).accounts("a"));

        UpgradeRejectedException refused =
                client.refused(client.options("pub").addHeader("authorization", "Bearer " + KEY));

        assertThat(refused.getStatus()).isEqualTo(400);
        assertThat(refused.getBody().toString()).contains("unsupported_endpoint");
        recorded();
    }

    /** Another implementation of the protocol than the one that Sluice is made of. */
    @Test
    void theClientOfTheJdkTalksToo() throws Exception {
        node(c -> c.accounts("a"));
        StringBuilder heard = new StringBuilder();
        CompletableFuture<Integer> closed = new CompletableFuture<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            WebSocket socket = http.newWebSocketBuilder()
                    .subprotocols("realtime", "openai-insecure-api-key." + KEY)
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + node.port() + "/v1/realtime?model=pub"),
                            new WebSocket.Listener() {
                                @Override
                                public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                    heard.append(data);
                                    if (heard.indexOf("response.done") >= 0) {
                                        done.complete(null);
                                    }
                                    return WebSocket.Listener.super.onText(from, data, last);
                                }

                                @Override
                                public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                                    closed.complete(code);
                                    return null;
                                }
                            })
                    .get(Await.MOST_SECONDS, TimeUnit.SECONDS);
            socket.sendText(ITEM, true).get(Await.MOST_SECONDS, TimeUnit.SECONDS);
            socket.sendText(CREATE, true).get(Await.MOST_SECONDS, TimeUnit.SECONDS);
            done.get(Await.MOST_SECONDS, TimeUnit.SECONDS);
            socket.sendClose(1000, "done").get(Await.MOST_SECONDS, TimeUnit.SECONDS);

            assertThat(socket.getSubprotocol()).isEqualTo("realtime");
            assertThat(closed.get(Await.MOST_SECONDS, TimeUnit.SECONDS)).isEqualTo(1000);
        }
        assertThat(heard).contains("You said: good morning");
        assertThat(recorded().used().tokens().output()).isEqualTo(4);
    }

    @Test
    void overTlsOnlyToWhomTheChannelTrusts() throws Exception {
        Certificates certificates = Certificates.in(data);
        String authority = Files.readString(certificates.tls().cert());
        try (SimulatedProvider secure = SimulatedProvider.start(SimulatorOptions.onPort(0), certificates)) {
            BaseUrl url = new BaseUrl(true, "127.0.0.1", secure.port(), "/v1");
            Tls trusting = new Tls(Secret.of(authority), false, null, null);
            node = TestNode.of(new RevisionBuilder()
                            .channel("one", c -> c.url(url)
                                    .redirect("pub", "gpt-realtime")
                                    .secret("k")
                                    .outbound(new Outbound(
                                            Map.of("x-team", Secret.of("blue")), Map.of(), null, trusting, null)))
                            .channel("two", c -> c.url(url).redirect("strange", "gpt-realtime"))
                            .key("app", KEY)
                            .build())
                    .keepsQuota(data.resolve("quota"))
                    .start();
            client = new RealtimeClient(node.port());

            UpgradeRejectedException refused =
                    client.refused(client.options("strange").addHeader("authorization", "Bearer " + KEY));
            RealtimeClient.Session session = client.open("pub", KEY);
            String done = session.say(ITEM).say(CREATE).take("response.done");
            session.socket().close();

            assertThat(refused.getStatus()).isEqualTo(502);
            assertThat(refused.getBody().toString()).contains("TLS handshake");
            assertThat(done).contains("good morning");
            assertThat(recorded().outcome().status()).isEqualTo(502);
            assertThat(recorded().used().tokens().output()).isEqualTo(4);
        }
    }
}
