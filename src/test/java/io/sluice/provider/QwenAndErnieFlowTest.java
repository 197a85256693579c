package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lane before a scripted upstream that speaks as DashScope or Qianfan, and a client that speaks as OpenAI. */
class QwenAndErnieFlowTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String TOKEN = "{\"access_token\":\"24.%s\",\"expires_in\":2592000}";
    private static final String ERNIE =
            "{\"id\":\"as-1\",\"created\":5,\"result\":\"Hi\",\"finish_reason\":\"normal\",\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1,\"total_tokens\":3}}";

    private final FakeUpstream upstream = FakeUpstream.start();
    private TestNode node;

    private void node(ProviderType type, String path, String credential) {
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.type(type)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), path))
                                .secret(credential)
                                .redirect("m", "upstream-m"))
                        .key("app", KEY)
                        .policy(Strategy.FILL, false, 1, SOON)
                        .build())
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        upstream.close();
    }

    private RawHttp.Answer ask(boolean stream) {
        String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":" + stream
                + (stream ? ",\"stream_options\":{\"include_usage\":true}}" : "}");
        try (RawHttp client = RawHttp.clear(node.port())) {
            return client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .read(SOON, 1)
                    .last();
        }
    }

    private static Script dashscope(String... events) {
        Script script = Script.events();
        for (String event : events) {
            byte[] text = ("id:1\nevent:result\n:HTTP_STATUS/200\ndata:" + event + "\n\n").getBytes(UTF_8);
            script = script.write(Integer.toHexString(text.length) + "\r\n")
                    .write(text)
                    .write("\r\n");
        }
        return script.lastChunk();
    }

    private static String delta(String content, String finish, int output) {
        return "{\"output\":{\"choices\":[{\"message\":{\"content\":\"" + content
                + "\",\"role\":\"assistant\"},\"finish_reason\":\"" + finish
                + "\"}]},\"usage\":{\"input_tokens\":9,\"output_tokens\":" + output
                + ",\"total_tokens\":10},\"request_id\":\"r\"}";
    }

    @Test
    void dashscopeStreamReachesAnOpenAiClient() throws Exception {
        node(ProviderType.DASHSCOPE, "/api/v1", "sk-canary");
        upstream.next(dashscope(delta("Hel", "null", 1), delta("lo", "null", 2), delta("", "stop", 2))
                .splitEvery(7));

        RawHttp.Answer answer = ask(true);

        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line()).isEqualTo("POST /api/v1/services/aigc/text-generation/generation HTTP/1.1");
        assertThat(asked.header("x-dashscope-sse")).containsExactly("enable");
        assertThat(asked.header("authorization")).containsExactly("Bearer sk-canary");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .contains("\"content\":\"Hel\"", "\"content\":\"lo\"", "\"finish_reason\":\"stop\"", "\"model\":\"m\"")
                .contains("\"prompt_tokens\":9")
                .endsWith("data: [DONE]\n\n");
        UsageRecord record = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(Objects.requireNonNull(record).toString()).contains("9");
    }

    @Test
    void dashscopeErrorBeforeTheAnswerIsAnError() {
        node(ProviderType.DASHSCOPE, "", "sk-canary");
        upstream.otherwise(Script.json(200, "{\"code\":\"DataInspectionFailed\",\"message\":\"Not that.\"}"));

        RawHttp.Answer answer = ask(true);

        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(answer.text()).contains("content_filter");
    }

    @Test
    void qianfanTokenIsFetchedOnceAndUsed() throws Exception {
        node(ProviderType.QIANFAN, "", "apikey0123456789:secret0123456789");
        upstream.next(Script.json(200, TOKEN.formatted("a"))).otherwise(Script.json(200, ERNIE));

        RawHttp.Answer answer = ask(false);

        assertThat(upstream.take(SOON).line())
                .isEqualTo("POST /oauth/2.0/token?grant_type=client_credentials&client_id=apikey0123456789"
                        + "&client_secret=secret0123456789 HTTP/1.1");
        FakeUpstream.Request asked = upstream.take(SOON);
        assertThat(asked.line())
                .isEqualTo("POST /rpc/2.0/ai_custom/v1/wenxinworkshop/chat/upstream-m?access_token=24.a HTTP/1.1");
        assertThat(asked.text()).doesNotContain("secret0123456789").contains("\"Hello\"");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("\"content\":\"Hi\"", "\"model\":\"m\"", "\"total_tokens\":3");

        ask(false);
        assertThat(upstream.take(SOON).line()).contains("access_token=24.a");
        assertThat(upstream.untaken()).isZero();
    }

    @Test
    void qianfanTokenThatIsNotTakenAnyMoreIsFetchedAnew() throws Exception {
        node(ProviderType.QIANFAN, "", "apikey0123456789:secret0123456789");
        upstream.next(
                Script.json(200, TOKEN.formatted("a")),
                Script.json(200, "{\"error_code\":110,\"error_msg\":\"Access token invalid or no longer valid\"}"),
                Script.json(200, TOKEN.formatted("b")),
                Script.json(200, ERNIE));

        RawHttp.Answer refused = ask(false);
        RawHttp.Answer served = ask(false);

        assertThat(refused.status()).isGreaterThanOrEqualTo(400);
        assertThat(served.status()).isEqualTo(200);
        assertThat(upstream.take(SOON).line()).contains("/oauth/");
        assertThat(upstream.take(SOON).line()).contains("24.a");
        assertThat(upstream.take(SOON).line()).contains("/oauth/");
        assertThat(upstream.take(SOON).line()).contains("24.b");
    }

    @Test
    void qianfanKeyThatGetsNoTokenIsNoSecretToTheClient() {
        node(ProviderType.QIANFAN, "", "apikey0123456789:secret0123456789");
        upstream.otherwise(
                Script.json(401, "{\"error\":\"invalid_client\",\"error_description\":\"unknown client id\"}"));

        RawHttp.Answer answer = ask(false);

        assertThat(answer.status()).isGreaterThanOrEqualTo(400);
        assertThat(answer.text()).doesNotContain("apikey0123456789").doesNotContain("secret0123456789");
    }
}
