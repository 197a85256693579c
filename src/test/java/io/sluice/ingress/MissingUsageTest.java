package io.sluice.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Outbound;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.pool.SystemPrompt;
import io.sluice.domain.pool.Tls;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.SettleQuota;
import io.sluice.message.UsageRecord;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.sluice.tokens.Vocabulary;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers without usage, of models whose vocabulary is known and of others. */
class MissingUsageTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";
    private static final String ASKED = "Wie viele Käsesorten gibt es in Frankreich, ungefähr?";
    private static final String ANSWER = "Ungefähr 1200, je nachdem, wie man zählt.";
    /** One message, and what is around it and before the answer. */
    private static final long AROUND = 3 + 3;

    private final FakeUpstream upstream = FakeUpstream.start();
    private TestNode node;

    private static final SystemPrompt PROMPT = new SystemPrompt(Secret.of("Answer in English."), 17);

    /** Loading takes longer than an answer may wait on a slow machine. */
    @BeforeAll
    static void loadVocabularies() {
        for (Vocabulary vocabulary : Vocabulary.values()) {
            vocabulary.count(List.of("x"));
        }
    }

    @BeforeEach
    void start() {
        node = TestNode.of(new RevisionBuilder()
                        .channel("one", c -> c.type(ProviderType.OPENAI)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), "/v1"))
                                .redirect("m", "gpt-4o-mini")
                                .redirect("e", "text-embedding-3-small")
                                .redirect("gpt-4", "a-deployment")
                                .redirect("other", "llama-3"))
                        .channel("prompted", c -> c.type(ProviderType.OPENAI)
                                .url(new BaseUrl(false, "127.0.0.1", upstream.port(), "/v1"))
                                .outbound(new Outbound(Map.of(), Map.of(), null, Tls.SYSTEM, PROMPT))
                                .redirect("p", "gpt-4o-mini"))
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

    private RawHttp.Answer post(String path, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        try (RawHttp client = RawHttp.clear(node.port())) {
            return client.send("POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + KEY
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                    .send(bytes)
                    .read(SOON, 1)
                    .last();
        }
    }

    private static String chat(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + ASKED
                + "\"}],\"stream\":" + stream + "}";
    }

    private static Script whole(String content) {
        return Script.json(
                200,
                "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"u\",\"choices\":[{\"index\":0,\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"" + content + "\"},\"finish_reason\":\"stop\"}]}");
    }

    private static Script stream(String... contents) {
        Script script = Script.events();
        for (String content : contents) {
            script = script.event(
                    "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"u\",\"choices\":"
                            + "[{\"index\":0,\"delta\":{\"content\":\"" + content + "\"},\"finish_reason\":null}]}");
        }
        return script.event(
                        "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"u\",\"choices\":"
                                + "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")
                .event("[DONE]")
                .lastChunk();
    }

    private static long count(Vocabulary vocabulary, String text) {
        return vocabulary.count(List.of(text));
    }

    private static long estimate(String text) {
        TokenEstimate estimate = new TokenEstimate();
        estimate.addText(text);
        return estimate.tokens();
    }

    private TokenUsage recorded() throws InterruptedException {
        UsageRecord usage = Objects.requireNonNull(node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS));
        assertThat(usage.used().isEstimated()).isTrue();
        SettleQuota settled = Objects.requireNonNull(node.settlements().poll(Await.MOST_SECONDS, TimeUnit.SECONDS));
        assertThat(settled.actual().inputTokens())
                .isEqualTo(usage.used().tokens().input());
        assertThat(settled.actual().outputTokens())
                .isEqualTo(usage.used().tokens().output());
        return usage.used().tokens();
    }

    /** On a machine that is too busy to count in time the estimate stands: then it is asked again. */
    private void counts(Script script, Runnable ask, long input, long output) throws InterruptedException {
        TokenUsage usage = new TokenUsage(0, 0, 0, 0);
        for (int i = 0; i < 20 && usage.output() != output; i++) {
            upstream.next(script);
            ask.run();
            usage = recorded();
        }
        assertThat(usage).isEqualTo(new TokenUsage(input, 0, output, 0));
    }

    private static long input(Vocabulary vocabulary) {
        return count(vocabulary, ASKED) + AROUND;
    }

    @Test
    void wholeAnswerIsCounted() throws Exception {
        assertThat(count(Vocabulary.O200K, ANSWER)).isNotEqualTo(estimate(ANSWER));
        counts(
                whole(ANSWER),
                () -> assertThat(post("/v1/chat/completions", chat("m", false)).status())
                        .isEqualTo(200),
                input(Vocabulary.O200K),
                count(Vocabulary.O200K, ANSWER));
    }

    @Test
    void systemPromptOfTheOperatorCounts() throws Exception {
        counts(
                whole(ANSWER),
                () -> assertThat(post("/v1/chat/completions", chat("p", false)).status())
                        .isEqualTo(200),
                PROMPT.tokens() + input(Vocabulary.O200K),
                count(Vocabulary.O200K, ANSWER));
    }

    @Test
    void streamIsCounted() throws Exception {
        counts(
                stream("Unge", "fähr 12", "00, je nachdem, wie man zählt."),
                () -> assertThat(post("/v1/chat/completions", chat("m", true)).text())
                        .contains("nachdem", "[DONE]"),
                input(Vocabulary.O200K),
                count(Vocabulary.O200K, ANSWER));
    }

    @Test
    void translatedStreamIsCounted() throws Exception {
        String body =
                "{\"model\":\"m\",\"max_tokens\":100,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\""
                        + ASKED + "\"}]}";
        counts(
                stream("Ungefähr 1200, ", "je nachdem, wie man zählt."),
                () -> assertThat(post("/v1/messages", body).text()).contains("message_stop"),
                input(Vocabulary.O200K),
                count(Vocabulary.O200K, ANSWER));
    }

    /** On Azure the upstream name is a deployment's: the public one says which model it is. */
    @Test
    void publicNameSaysTheVocabulary() throws Exception {
        assertThat(count(Vocabulary.CL100K, ANSWER)).isNotEqualTo(count(Vocabulary.O200K, ANSWER));
        counts(
                whole(ANSWER),
                () -> post("/v1/chat/completions", chat("gpt-4", false)),
                input(Vocabulary.CL100K),
                count(Vocabulary.CL100K, ANSWER));
    }

    @Test
    void embeddingsAreCounted() throws Exception {
        Script vectors = Script.json(
                200,
                "{\"object\":\"list\",\"model\":\"u\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1.5]},"
                        + "{\"object\":\"embedding\",\"index\":1,\"embedding\":[1.5]}]}");
        long exact = count(Vocabulary.CL100K, ASKED) + count(Vocabulary.CL100K, "x");

        TokenUsage usage = new TokenUsage(0, 0, 0, 0);
        for (int i = 0; i < 20 && usage.input() != exact; i++) {
            upstream.next(vectors);
            post("/v1/embeddings", "{\"model\":\"e\",\"input\":[\"" + ASKED + "\",\"x\"]}");
            usage = recorded();
        }
        assertThat(usage).isEqualTo(new TokenUsage(exact, 0, 0, 0));
    }

    @Test
    void otherModelsAreEstimated() throws Exception {
        upstream.next(stream(ANSWER));

        post("/v1/chat/completions", chat("other", true));

        assertThat(recorded().output()).isEqualTo(estimate(ANSWER)).isNotEqualTo(count(Vocabulary.O200K, ANSWER));
    }

    /** What is behind the first 64 KiB is estimated, after what the first 64 KiB showed. */
    @Test
    void longAnswerIsCountedInPart() throws Exception {
        String[] pieces = new String[200];
        Arrays.fill(pieces, "the quick brown fox jumps over it ".repeat(30));
        String all = String.join("", pieces);
        assertThat(all.length()).isGreaterThan(3 * MissingUsage.MOST_BYTES);
        long exact = count(Vocabulary.O200K, all);
        assertThat(estimate(all)).isGreaterThan(exact + exact / 10);

        long output = 0;
        for (int i = 0; i < 20 && Math.abs(output - exact) > exact / 50; i++) {
            upstream.next(stream(pieces));
            post("/v1/chat/completions", chat("m", true));
            output = recorded().output();
        }
        assertThat(output).isBetween(exact - exact / 50, exact + exact / 50);
    }

    @Test
    void longRequestIsEstimated() throws Exception {
        String asked = "the quick brown fox jumps over it ".repeat(2_500);
        assertThat(asked.length()).isGreaterThan(MissingUsage.MOST_BYTES);
        upstream.next(whole(ANSWER));

        post(
                "/v1/chat/completions",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + asked + "\"}]}");

        assertThat(recorded().input()).isGreaterThan(count(Vocabulary.O200K, asked) + AROUND);
    }

    /** The provider broke off before it could say: the client sees an error, what passed is counted. */
    @Test
    void cutAnswerIsCounted() throws Exception {
        counts(
                Script.events()
                        .event("{\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + ANSWER + "\"}}]}")
                        .fin(),
                () -> post("/v1/chat/completions", chat("m", true)),
                input(Vocabulary.O200K),
                count(Vocabulary.O200K, ANSWER));
    }

    @Test
    void reportedUsageStays() throws Exception {
        upstream.next(
                Script.json(
                        200,
                        "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                                + ANSWER
                                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":700,\"completion_tokens\":800,\"total_tokens\":1500}}"));

        post("/v1/chat/completions", chat("m", false));

        UsageRecord usage = Objects.requireNonNull(node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS));
        assertThat(usage.used().isEstimated()).isFalse();
        assertThat(usage.used().tokens()).isEqualTo(new TokenUsage(700, 0, 800, 0));
    }
}
