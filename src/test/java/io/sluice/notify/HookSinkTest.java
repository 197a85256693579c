package io.sluice.notify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeEvent.Severity;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Occurrence.Fact;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import io.sluice.domain.notice.Template;
import io.sluice.testkit.Await;
import io.sluice.testkit.TestNode;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each webhook is sent, and what its answers mean. */
class HookSinkTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Secret SECRET = Secret.of("SEC0123456789abcdef");
    private static final Instant NOW = Instant.parse("2026-11-28T09:00:00.123Z");

    private TestHook hook;

    @BeforeEach
    void listens() {
        hook = new TestHook(VERTX);
    }

    @AfterEach
    void closes() {
        hook.close();
    }

    @AfterAll
    static void ends() {
        TestNode.await(VERTX.close());
    }

    private static Telling telling(int count) {
        List<Occurrence> all = IntStream.range(0, count)
                .mapToObj(i -> new Occurrence(
                        NoticeEvent.ACCOUNT_DISABLED,
                        "openai/a" + i,
                        false,
                        0,
                        "said <!channel> & \"no\" @here 中文",
                        List.of(new Fact("status", "401")),
                        NOW.toEpochMilli()))
                .toList();
        return new Telling(
                "n1-1", List.of(new Group(NoticeEvent.ACCOUNT_DISABLED, Severity.ERROR, State.BEGUN, all)), 3, "n1", 0);
    }

    private NoticeSink sink(NoticeSink.Way way) {
        return new NoticeSink(
                "s",
                way,
                Severity.INFO,
                List.of(),
                10,
                Template.parse("[{severity}] {summary}"),
                Template.parse("{text}"),
                5,
                Duration.ofSeconds(5));
    }

    private HookUrl url(String target) {
        return new HookUrl(false, "127.0.0.1", hook.port(), Secret.of(target));
    }

    private @Nullable Undelivered deliver(NoticeSink.Way way, Telling telling) {
        NoticeSink config = sink(way);
        Sink sink =
                switch (way) {
                    case Webhook it ->
                        new HookSink(VERTX, config, it.url(), HookForm.of(config, it), InstantSource.fixed(NOW));
                    case Chat it ->
                        new HookSink(VERTX, config, it.url(), HookForm.of(config, it), InstantSource.fixed(NOW));
                    case NoticeSink.Mail mail -> throw new AssertionError();
                };
        try {
            sink.deliver(telling).toCompletionStage().toCompletableFuture().get(Await.MOST_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return (Undelivered) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        } finally {
            TestNode.await(sink.close());
        }
    }

    private static byte[] hmac(String key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private TestHook.Got only() {
        assertThat(hook.got()).hasSize(1);
        return hook.got().getFirst();
    }

    @Test
    void signsItsOwnForm() throws GeneralSecurityException {
        assertThat(deliver(new Webhook(url("/in?team=a"), SECRET), telling(1))).isNull();

        TestHook.Got got = only();
        assertThat(got.uri()).isEqualTo("/in?team=a");
        String seconds = Long.toString(NOW.getEpochSecond());
        assertThat(got.headers().get("x-sluice-timestamp")).isEqualTo(seconds);
        assertThat(got.headers().get("x-sluice-id")).isEqualTo("n1-1");
        assertThat(got.headers().get("content-type")).isEqualTo("application/json; charset=utf-8");
        assertThat(got.headers().get("x-sluice-signature"))
                .isEqualTo("v1="
                        + HexFormat.of()
                                .formatHex(hmac(SECRET.reveal(), seconds + "." + new String(got.body(), UTF_8))));
        JsonNode json = got.json();
        assertThat(json.at("/form").intValue()).isEqualTo(1);
        assertThat(json.at("/id").textValue()).isEqualTo("n1-1");
        assertThat(json.at("/severity").textValue()).isEqualTo("error");
        assertThat(json.at("/title").textValue()).isEqualTo("[error] account disabled: openai/a0");
        assertThat(json.at("/left_out").intValue()).isEqualTo(3);
        assertThat(json.at("/groups/0/event").textValue()).isEqualTo("account-disabled");
        assertThat(json.at("/groups/0/state").textValue()).isEqualTo("begun");
        assertThat(json.at("/groups/0/occurrences/0/subject").textValue()).isEqualTo("openai/a0");
        assertThat(json.at("/groups/0/occurrences/0/facts/status").textValue()).isEqualTo("401");
        assertThat(json.at("/groups/0/occurrences/0/at").textValue()).isEqualTo("2026-11-28T09:00:00.123Z");
    }

    @Test
    void itsOwnFormIsBounded() {
        assertThat(deliver(new Webhook(url("/"), SECRET), telling(4_000))).isNull();

        assertThat(only().json().at("/groups/0/count").intValue()).isEqualTo(4_000);
        assertThat(only().json().at("/groups/0/occurrences")).hasSize(100);
        assertThat(only().body()).hasSizeLessThan(100_000);
    }

    @Test
    void escapesForSlack() {
        assertThat(deliver(new Chat(Chat.Service.SLACK, url("/services/T/B/X"), null), telling(1)))
                .isNull();

        assertThat(only().uri()).isEqualTo("/services/T/B/X");
        assertThat(only().json().at("/mrkdwn").booleanValue()).isFalse();
        assertThat(only().json().at("/text").textValue())
                .startsWith("[error] account disabled: openai/a0\nsaid &lt;!channel&gt; &amp; \"no\" @\u200bhere 中文\n");
    }

    @Test
    void signsForFeishu() throws GeneralSecurityException {
        assertThat(deliver(new Chat(Chat.Service.FEISHU, url("/open-apis/bot/v2/hook/x"), SECRET), telling(1)))
                .isNull();

        JsonNode json = only().json();
        String seconds = Long.toString(NOW.getEpochSecond());
        assertThat(json.at("/timestamp").textValue()).isEqualTo(seconds);
        assertThat(json.at("/sign").textValue())
                .isEqualTo(Base64.getEncoder().encodeToString(hmac(seconds + "\n" + SECRET.reveal(), "")));
        assertThat(json.at("/msg_type").textValue()).isEqualTo("post");
        assertThat(json.at("/content/post/zh_cn/title").textValue()).isEqualTo("[error] account disabled: openai/a0");
        assertThat(json.at("/content/post/zh_cn/content/0/0/tag").textValue()).isEqualTo("text");
        assertThat(json.at("/content/post/zh_cn/content/0/0/text").textValue()).startsWith("said <!channel>");
        assertThat(json.at("/content/post/zh_cn/content/1/0/text").textValue()).isEqualTo("status: 401");
    }

    @Test
    void feishuWithoutASecretIsNotSigned() {
        assertThat(deliver(new Chat(Chat.Service.FEISHU, url("/x"), null), telling(1)))
                .isNull();

        assertThat(only().json().has("sign")).isFalse();
    }

    @Test
    void signsForDingTalk() throws GeneralSecurityException {
        assertThat(deliver(new Chat(Chat.Service.DINGTALK, url("/robot/send?access_token=t"), SECRET), telling(1)))
                .isNull();

        String millis = Long.toString(NOW.toEpochMilli());
        String sign = Base64.getEncoder().encodeToString(hmac(SECRET.reveal(), millis + "\n" + SECRET.reveal()));
        assertThat(only().uri())
                .isEqualTo("/robot/send?access_token=t&timestamp=" + millis + "&sign="
                        + sign.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"));
        assertThat(only().json().at("/msgtype").textValue()).isEqualTo("text");
        assertThat(only().json().at("/text/content").textValue())
                .startsWith("[error] account disabled: openai/a0\nsaid <!channel>");
    }

    @Test
    void dingTalkWithoutASecretIsNotSigned() {
        assertThat(deliver(new Chat(Chat.Service.DINGTALK, url("/robot/send?access_token=t"), null), telling(1)))
                .isNull();

        assertThat(only().uri()).isEqualTo("/robot/send?access_token=t");
    }

    @Test
    void staysWithinWhatWeComTakes() {
        assertThat(deliver(new Chat(Chat.Service.WECOM, url("/cgi-bin/webhook/send?key=k"), null), telling(300)))
                .isNull();

        assertThat(only().uri()).isEqualTo("/cgi-bin/webhook/send?key=k");
        assertThat(only().json().at("/msgtype").textValue()).isEqualTo("text");
        String content = only().json().at("/text/content").textValue();
        assertThat(content).startsWith("[error] 300 accounts disabled\n");
        assertThat(content.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(2_048);
    }

    @Test
    void aLongAnswerTakesTheMessageWhenItsStatusDoes() {
        hook.answers(200, "x".repeat(100_000));

        assertThat(deliver(new Webhook(url("/in"), SECRET), telling(1))).isNull();
        assertThat(deliver(new Chat(Chat.Service.SLACK, url("/s"), null), telling(1)))
                .isNull();
    }

    /** Each occurrence is long, and its escapes make it longer. */
    private static Telling longTelling() {
        List<Occurrence> all = IntStream.range(0, 40)
                .mapToObj(i -> new Occurrence(
                        NoticeEvent.ACCOUNT_DISABLED, "a" + i, false, 0, "&<>".repeat(100), List.of(), 0))
                .toList();
        return new Telling(
                "n1-1", List.of(new Group(NoticeEvent.ACCOUNT_DISABLED, Severity.ERROR, State.BEGUN, all)), 0, "n1", 0);
    }

    @Test
    void staysWithinWhatTheServicesOfSlacksFormTake() {
        for (String target : List.of("/api/webhooks/1/x/slack", "/api/webhooks/1/x/slack?wait=true")) {
            assertThat(deliver(new Chat(Chat.Service.SLACK, url(target), null), longTelling()))
                    .isNull();
        }
        assertThat(deliver(new Chat(Chat.Service.SLACK, url("/services/slack/x"), null), longTelling()))
                .isNull();

        List<String> texts = hook.got().stream()
                .map(got -> got.json().at("/text").textValue())
                .toList();
        assertThat(texts)
                .allSatisfy(text ->
                        assertThat(text).matches("(?s)([^&]|&amp;|&lt;|&gt;)*…").startsWith("[error] 40"));
        assertThat(texts.subList(0, 2)).allSatisfy(text -> assertThat(text).hasSizeBetween(1_890, 1_900));
        assertThat(texts.getLast()).hasSizeBetween(3_990, 4_000);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                arguments(Chat.Service.SLACK, 404, "no_service", true, "status 404, no_service"),
                arguments(Chat.Service.SLACK, 403, "<html>CANARY</html>", true, "status 403"),
                arguments(Chat.Service.SLACK, 500, "", false, "status 500"),
                arguments(Chat.Service.SLACK, 429, "", false, "status 429"),
                arguments(Chat.Service.SLACK, 302, "", true, "status 302: redirects are not followed"),
                arguments(Chat.Service.FEISHU, 200, "{\"code\":19021,\"msg\":\"sign\"}", true, "code 19021, sign"),
                arguments(Chat.Service.FEISHU, 200, "{\"code\":11232,\"msg\":\"slow\"}", false, "code 11232, slow"),
                arguments(Chat.Service.FEISHU, 200, "<html>", true, "the answer is not one of this service"),
                arguments(Chat.Service.DINGTALK, 200, "{\"errcode\":310000}", true, "code 310000"),
                arguments(Chat.Service.DINGTALK, 200, "{\"errcode\":130101}", false, "code 130101"),
                arguments(Chat.Service.WECOM, 200, "{\"errcode\":93000}", true, "code 93000"),
                arguments(Chat.Service.WECOM, 200, "{\"errcode\":45009}", false, "code 45009"),
                arguments(Chat.Service.WECOM, 200, "{\"errcode\":\"0\"}", true, "the answer is not one"),
                arguments(Chat.Service.WECOM, 200, "x".repeat(100_000), true, "the answer is not one"),
                arguments(Chat.Service.SLACK, 503, "x".repeat(100_000), false, "status 503"),
                arguments(Chat.Service.SLACK, 404, "x".repeat(100_000), true, "status 404"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void saysWhyItWasNotTaken(Chat.Service service, int status, String body, boolean hopeless, String reason) {
        hook.answers(request -> request.response()
                .setStatusCode(status)
                .putHeader("location", "http://127.0.0.1:" + hook.port() + "/other")
                .putHeader("retry-after", "7")
                .end(body));

        Undelivered why = deliver(new Chat(service, url("/CANARY"), null), telling(1));

        assertThat(why).isNotNull();
        assertThat(why).hasMessageStartingWith(reason).hasMessageNotContaining("CANARY");
        assertThat(why.isHopeless()).isEqualTo(hopeless);
        assertThat(why.after()).isEqualTo(status >= 429 ? Duration.ofSeconds(7) : Duration.ZERO);
        assertThat(hook.got()).hasSize(1);
    }

    @Test
    void olderAnswersOfFeishuAreUnderstood() {
        hook.answers(200, "{\"StatusCode\":0,\"StatusMessage\":\"success\"}");

        assertThat(deliver(new Chat(Chat.Service.FEISHU, url("/x"), null), telling(1)))
                .isNull();
    }

    @Test
    void aBrokenOrMissingServerIsForNow() {
        hook.answers(request -> request.connection().close());
        Chat chat = new Chat(Chat.Service.SLACK, url("/CANARY"), null);
        assertThat(deliver(chat, telling(1))).hasMessage("the connection broke").matches(why -> !why.isHopeless());

        int port = hook.port();
        hook.close();
        Chat gone = new Chat(Chat.Service.SLACK, new HookUrl(false, "127.0.0.1", port, Secret.of("/CANARY")), null);
        assertThat(deliver(gone, telling(1)))
                .hasMessage("it cannot be connected")
                .matches(why -> !why.isHopeless());
        hook = new TestHook(VERTX);
    }
}
