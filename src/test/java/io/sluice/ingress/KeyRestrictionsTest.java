package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.Glob;
import io.sluice.domain.dialect.EndpointFamily;
import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHandling;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyQuota;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Dimension;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.message.ReserveQuota;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.FakeUpstream.Script;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a key may not do is refused in the dialect of who asks, before anybody upstream is asked. */
class KeyRestrictionsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Await.MOST;
    private static final String ANSWER =
            "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}";

    private final BlockingQueue<ReserveQuota> reserved = new LinkedBlockingQueue<>();
    private FakeUpstream upstream;
    private TestNode node;

    /** One request of each family. */
    private enum Call {
        CHAT("POST", "/v1/chat/completions", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
        COMPLETIONS("POST", "/v1/completions", "{\"model\":\"m\",\"prompt\":\"x\"}"),
        RESPONSES("POST", "/v1/responses", "{\"model\":\"m\",\"input\":\"x\"}"),
        MESSAGES(
                "POST",
                "/v1/messages",
                "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
        GEMINI(
                "POST",
                "/v1beta/models/m:generateContent",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]}"),
        EMBEDDINGS("POST", "/v1/embeddings", "{\"model\":\"m\",\"input\":\"x\"}"),
        IMAGES("POST", "/v1/images/generations", "{\"model\":\"m\",\"prompt\":\"x\"}"),
        AUDIO("POST", "/v1/audio/speech", "{\"model\":\"m\",\"input\":\"x\",\"voice\":\"v\"}"),
        REALTIME("GET", "/v1/realtime?model=m", ""),
        RERANK("POST", "/v1/rerank", "{\"model\":\"m\",\"query\":\"x\",\"documents\":[\"y\"]}"),
        MODERATIONS("POST", "/v1/moderations", "{\"model\":\"m\",\"input\":\"x\"}");

        private final String method;
        private final String target;
        private final String body;

        Call(String method, String target, String body) {
            this.method = method;
            this.target = target;
            this.body = body;
        }

        private EndpointFamily family() {
            return EndpointFamily.valueOf(name());
        }

        private String with(String key) {
            return request(method, target, key, body);
        }
    }

    private static String request(String method, String target, String key, String body) {
        return method + " " + target + " HTTP/1.1\r\nHost: h\r\nx-api-key: " + key
                + (body.isEmpty() ? "" : "\r\nContent-Type: application/json\r\nContent-Length: " + body.length())
                + "\r\n\r\n" + body;
    }

    @BeforeEach
    void start() throws Exception {
        upstream = FakeUpstream.start();
        upstream.otherwise(Script.json(200, ANSWER));
    }

    @AfterEach
    void stop() {
        node.close();
        upstream.close();
    }

    private static String text(String name) {
        return "sk-" + name + "-0123456789abcdef";
    }

    private static VirtualKey key(String name) {
        return new VirtualKey(name, KeyHash.ofKey(text(name)));
    }

    private void serve(@Nullable Team team, VirtualKey... keys) throws Exception {
        RevisionBuilder revision =
                new RevisionBuilder().channel("c", c -> c.port(upstream.port()).serves("m", "other"));
        if (team != null) {
            revision.team(team);
        }
        for (VirtualKey key : keys) {
            revision.key(key);
        }
        TestNode fresh = TestNode.of(revision.build());
        node = fresh.quota(asked -> {
                    reserved.add(asked);
                    return fresh.grantFirst(asked);
                })
                .start();
    }

    private Answer send(String request) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection.send(request).read(SOON, 1).answers().getFirst();
        }
    }

    private static JsonNode json(Answer answer) throws Exception {
        return JSON.readTree(new String(answer.body(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource(Call.class)
    void anEndpointThatIsNotAllowedIsForbidden(Call call) throws Exception {
        Set<EndpointFamily> others = EnumSet.complementOf(EnumSet.of(call.family()));
        serve(null, key("app").with(KeyRights.ALL.withEndpoints(others)));

        Answer answer = send(call.with(text("app")));

        assertThat(answer.status()).isEqualTo(403);
        JsonNode error = json(answer).path("error");
        assertThat(error.path("message").asText())
                .isEqualTo("This API key may not use this endpoint ("
                        + call.family().word() + ").");
        switch (call) {
            case MESSAGES -> assertThat(error.path("type").asText()).isEqualTo("permission_error");
            case GEMINI -> assertThat(error.path("status").asText()).isEqualTo("PERMISSION_DENIED");
            default -> assertThat(error.path("code").asText()).isEqualTo("endpoint_not_allowed");
        }
        assertThat(upstream.connections()).isZero();
    }

    @Test
    void theOnlyEndpointThatIsAllowedIsServed() throws Exception {
        serve(null, key("app").with(KeyRights.ALL.withEndpoints(Set.of(EndpointFamily.CHAT))));

        assertThat(send(Call.CHAT.with(text("app"))).status()).isEqualTo(200);
        assertThat(send(request("GET", "/v1/models", text("app"), "")).status()).isEqualTo(200);
        assertThat(send(request("GET", "/v1/responses/resp_x", text("app"), "")).status())
                .isEqualTo(403);
        assertThat(send(request("POST", "/v1/audio/transcriptions", text("app"), "{}"))
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @EnumSource(
            value = Call.class,
            names = {"CHAT", "RESPONSES", "MESSAGES", "GEMINI", "EMBEDDINGS"})
    void aModelThatIsDeniedIsForbidden(Call call) throws Exception {
        serve(null, key("app").with(KeyRights.ALL.withModels(List.of(new Glob("*")), List.of(new Glob("m")))));

        Answer answer = send(call.with(text("app")));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(json(answer).path("error").path("message").asText()).contains("may not use the model 'm'");
        assertThat(upstream.connections()).isZero();
    }

    @Test
    void aModelThatIsDeniedIsNotListed() throws Exception {
        serve(null, key("app").with(KeyRights.ALL.withModels(List.of(), List.of(new Glob("m")))));

        JsonNode list =
                json(send(request("GET", "/v1/models", text("app"), ""))).path("data");

        assertThat(list.findValuesAsText("id")).containsExactly("other");
    }

    @Test
    void bothCredentialsOfAKeyThatIsRotatedOpenItUntilTheOldOneIsOver() throws Exception {
        serve(null, rotated("app", Instant.now().plusSeconds(3_600)), rotated("late", Instant.now()));

        assertThat(send(Call.CHAT.with(text("app"))).status()).isEqualTo(200);
        assertThat(send(Call.CHAT.with(text("app-old"))).status()).isEqualTo(200);
        assertThat(send(Call.CHAT.with(text("late"))).status()).isEqualTo(200);
        assertThat(send(Call.CHAT.with(text("late-old"))).status()).isEqualTo(401);
        assertThat(node.records().take().caller().key()).isEqualTo("app");
        assertThat(node.records().take().caller().key()).isEqualTo("app");
    }

    private static VirtualKey rotated(String name, Instant until) {
        VirtualKey plain = key(name);
        return new VirtualKey(
                name,
                List.of(new KeyCredential(plain.hash()), new KeyCredential(KeyHash.ofKey(text(name + "-old")), until)),
                null,
                null,
                plain.rights(),
                plain.quota(),
                plain.handling());
    }

    @Test
    void aRequestIsChargedToItsModelOfTheKeyAndOfTheTeam() throws Exception {
        AccountLimits limits = new AccountLimits(rpm(9), Map.of(new Glob("m"), rpm(2)), List.of());
        serve(
                new Team("research", null, limits, List.of()),
                key("app").ofTeam("research").with(KeyQuota.ofKey("app", limits, List.of())));

        send(Call.CHAT.with(text("app")));

        assertThat(reserved.take().keyScopes())
                .extracting(Scope::id)
                .containsExactly("key:app", "key:app|model:m", "team:research", "team:research|model:m");
    }

    private static LimitSet rpm(long amount) {
        return new LimitSet(List.of(new Limit(Dimension.REQUESTS, amount, Duration.ofMinutes(1))), 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CHAT | '' | temperature=0.5 | max_completion_tokens=7",
                "CHAT | ',\"temperature\":1' | temperature=1 | max_completion_tokens=7",
                "CHAT | ',\"max_tokens\":3' | temperature=0.5 | max_tokens=3",
                "CHAT | ',\"temperature\":null' | temperature=null | max_completion_tokens=7",
                "EMBEDDINGS | '' | temperature= | max_completion_tokens="
            })
    void aDefaultCountsWhereTheClientSaysNothing(Call call, String more, String first, String second) throws Exception {
        Map<String, String> fields = Map.of("temperature", "0.5", "max_completion_tokens", "7");
        serve(
                null,
                key("app")
                        .with(KeyHandling.USUAL.withDefaults(Map.of(
                                EndpointFamily.CHAT, new ParameterRules(Map.of(), fields, List.of(), Map.of())))));

        send(request(call.method, call.target, text("app"), call.body.replaceFirst("}$", more + "}")));

        JsonNode sent = JSON.readTree(upstream.take(SOON).text());
        for (String expected : List.of(first, second)) {
            String[] pair = expected.split("=", -1);
            assertThat(sent.path(pair[0]).toString()).isEqualTo(pair[1]);
        }
    }

    /** Keys that would do harm where a text is taken for more than a text. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "' OR 1=1--",
                "%'UNION SELECT hash FROM key_credential--",
                "$1",
                "${env:PATH}",
                "${jndi:ldap://127.0.0.1:1389/x}",
                "sk-sluice-%",
                "sk-sluice-0123456789ABCDEFGHIJKLMNOPQRSTUV000000"
            })
    void aKeyIsATextAndNothingElse(String text) throws Exception {
        serve(null, key("app"));

        Answer answer = send(request("POST", Call.CHAT.target, text, Call.CHAT.body));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.text()).doesNotContain("127.0.0.1", "sk-sluice");
        assertThat(upstream.connections()).isZero();
    }
}
