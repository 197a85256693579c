package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.SystemPrompt;
import io.sluice.domain.pool.Tls;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Request;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a channel adds to its requests, as the provider sees it. */
class OutboundFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";

    private FakeUpstream upstream;

    @BeforeEach
    void start() {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(200, "{\"id\":\"c\",\"choices\":[]}"));
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    private Request asked(UnaryOperator<RevisionBuilder.ChannelBuilder> how, String path, String... headers)
            throws InterruptedException {
        String body = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY);
        for (String header : headers) {
            head.append("\r\n").append(header);
        }
        head.append("\r\nContent-Type: application/json\r\nContent-Length: ").append(body.length());
        try (TestNode node = TestNode.of(new RevisionBuilder()
                                .channel(
                                        "one",
                                        c -> how.apply(c.port(upstream.port()).serves("m")))
                                .key("app", KEY)
                                .build())
                        .start();
                RawHttp client = RawHttp.clear(node.port())) {
            client.send(head + "\r\n\r\n" + body).read(SOON, 1);
            return upstream.take(SOON);
        }
    }

    @Test
    void sendsHeadersAndQuery() throws InterruptedException {
        Outbound added = new Outbound(
                Map.of("x-team", Secret.of("search 1"), "user-agent", Secret.of("ours/1")),
                Map.of("trace", Secret.of("a b")),
                null,
                Tls.SYSTEM,
                null);

        Request request = asked(c -> c.outbound(added), "/v1/chat/completions");

        assertThat(request.line()).isEqualTo("POST /v1/chat/completions?trace=a%20b HTTP/1.1");
        assertThat(request.header("x-team")).containsExactly("search 1");
        assertThat(request.header("user-agent")).containsExactly("ours/1");
        assertThat(request.header("authorization")).containsExactly("Bearer CANARY-one-a");
        assertThat(request.header("content-type")).containsExactly("application/json");
    }

    @Test
    void sendsTheOperatorsBetasWithTheClients() throws InterruptedException {
        Outbound added =
                new Outbound(Map.of("anthropic-beta", Secret.of("ours-2026-01-01")), Map.of(), null, Tls.SYSTEM, null);

        Request request = asked(
                c -> c.outbound(added).type(ProviderType.ANTHROPIC),
                "/v1/messages",
                "anthropic-version: 2023-06-01",
                "anthropic-beta: theirs-2026-02-02");

        assertThat(request.header("anthropic-beta")).containsExactly("ours-2026-01-01,theirs-2026-02-02");
    }

    @Test
    void sendsTheOperatorsBetasWhereTheClientNamesNone() throws InterruptedException {
        Outbound added =
                new Outbound(Map.of("anthropic-beta", Secret.of("ours-2026-01-01")), Map.of(), null, Tls.SYSTEM, null);

        Request request = asked(c -> c.outbound(added).type(ProviderType.ANTHROPIC), "/v1/chat/completions");

        assertThat(request.header("anthropic-beta")).containsExactly("ours-2026-01-01");
    }

    private static Outbound prompting() {
        return new Outbound(Map.of(), Map.of(), null, Tls.SYSTEM, new SystemPrompt(Secret.of("Ours."), 2));
    }

    @Test
    void beginsAChatThatPassesWithTheSystemPrompt() throws InterruptedException {
        Request request = asked(c -> c.outbound(prompting()), "/v1/chat/completions");

        assertThat(request.text())
                .isEqualTo("{\"model\":\"m\",\"max_tokens\":9,\"messages\":["
                        + "{\"role\":\"system\",\"content\":\"Ours.\"},{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    @Test
    void beginsATranslatedChatWithTheSystemPrompt() throws InterruptedException {
        Request request = asked(c -> c.outbound(prompting()).type(ProviderType.ANTHROPIC), "/v1/chat/completions");

        assertThat(request.text()).contains("\"system\":[{\"type\":\"text\",\"text\":\"Ours.\"}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/v1/messages/count_tokens"})
    void beginsAMessageAndItsCountWithTheSystemPrompt(String path) throws InterruptedException {
        Request request = asked(c -> c.outbound(prompting()).type(ProviderType.ANTHROPIC), path);

        assertThat(request.text()).endsWith(",\"system\":\"Ours.\"}");
    }
}
