package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Await;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Conversation;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    private static final Duration SOON = Await.MOST;
    private static final String KEY = "sk-test-0123456789abcdef";

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.of(new RevisionBuilder()
                        .channel("c", c -> c.serves("gpt-4o", "org/model+1", "gpt-x:8b", "secret"))
                        .key("app", KEY, List.of("gpt-*", "org/*"), null)
                        .build())
                .start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Conversation send(String method, String path) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            connection.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nx-api-key: " + KEY
                    + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            return method.equals("HEAD") ? connection.readToEnd(SOON) : connection.read(SOON, 1);
        }
    }

    /** Whoever adds a path adds it here, and says whether it needs a key. */
    @Test
    void tableIsExactlyThis() {
        assertThat(RouteTable.entries())
                .extracting(
                        r -> (r.isPublic() ? "public " : "key ") + r.methods().keySet() + " " + r.path())
                .containsExactlyInAnyOrder(
                        "public [GET] /health/live",
                        "public [GET] /health/ready",
                        "key [GET] /v1/models",
                        "key [GET, POST] /v1/models/",
                        "key [GET] /v1beta/models",
                        "key [GET] /sluice/v1/me",
                        "key [GET] /v1/dashboard/billing/subscription",
                        "key [GET] /v1/dashboard/billing/usage",
                        "key [GET] /dashboard/billing/subscription",
                        "key [GET] /dashboard/billing/usage",
                        "key [GET, POST] /v1beta/models/",
                        "key [POST] /v1/chat/completions",
                        "key [POST] /v1/completions",
                        "key [POST] /v1/embeddings",
                        "key [POST] /v1/moderations",
                        "key [POST] /v1/rerank",
                        "key [POST] /v1/images/generations",
                        "key [POST] /v1/audio/speech",
                        "key [POST] /v1/images/edits",
                        "key [POST] /v1/images/variations",
                        "key [POST] /v1/audio/transcriptions",
                        "key [POST] /v1/audio/translations",
                        "key [POST] /v1/responses",
                        "key [GET, DELETE, POST] /v1/responses/",
                        "key [GET] /v1/realtime",
                        "key [POST] /v1/messages",
                        "key [POST] /v1/messages/count_tokens",
                        "key [GET, POST] /v1/engines",
                        "key [GET, POST] /v1/engines/",
                        "key [GET, POST] /v1/edits",
                        "key [GET, POST] /v1/answers",
                        "key [GET, POST] /v1/classifications",
                        "key [GET, POST] /v1/search");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/models, GET",
        "DELETE, /v1/models/gpt-4o, 'GET, POST'",
        "GET, /v1/responses, POST",
        "PUT, /v1/responses/resp_1, 'GET, DELETE, POST'",
        "GET, /v1/chat/completions, POST",
        "PUT, /v1/completions, POST",
        "OPTIONS, /v1/embeddings, POST",
        "PATCH, /v1/embeddings, POST",
        "BREW, /v1/embeddings, POST",
        "POST, /health/ready, GET"
    })
    void wrongMethodIsToldTheRightOne(String method, String path, String allow) {
        Conversation conversation = send(method, path);

        assertThat(conversation.statuses()).containsExactly(405);
        assertThat(conversation.last().header("allow")).isEqualTo(allow);
        assertThat(conversation.last().text()).contains("\"code\":\"method_not_allowed\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/",
                "/v1/model",
                "/v1/modelsx",
                "/v1/models/",
                "/V1/models",
                "/v1/chat/completions/",
                "/v1/chat",
                "/v1/response",
                "/v1/responses/",
                "/v1/responses/resp_1/output",
                "/v1/searches",
                "/admin/v1/config",
                "/metrics",
                "/health",
                "/health/live/",
                "/health/livex",
                "/v2/models",
                "/v1/m%6fdels",
                "/favicon.ico"
            })
    void unknownPathIsAnError(String path) {
        Conversation conversation = send("GET", path);

        assertThat(conversation.statuses()).containsExactly(404);
        assertThat(conversation.last().text()).contains("\"code\":\"unknown_url\"");
    }

    @Test
    void queryIsNoPartOfThePath() {
        assertThat(send("GET", "/v1/models?limit=1").statuses()).containsExactly(200);
        assertThat(send("GET", "/v1/models?../../admin").statuses()).containsExactly(200);
    }

    @Test
    void listShowsWhatTheKeyMayUse() {
        String list = send("GET", "/v1/models").last().text();

        assertThat(list)
                .isEqualTo("{\"object\":\"list\",\"data\":["
                        + "{\"id\":\"gpt-4o\",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"},"
                        + "{\"id\":\"org/model+1\",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"},"
                        + "{\"id\":\"gpt-x:8b\",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"}]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4o", "org/model+1", "org%2Fmodel%2B1", "gpt%2d4o", "gpt-x:8b", "gpt-x%3A8b"})
    void oneModelIsShown(String id) {
        Conversation conversation = send("GET", "/v1/models/" + id);

        assertThat(conversation.statuses()).containsExactly(200);
        assertThat(conversation.last().text()).contains("\"object\":\"model\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", "nothing", "gpt-4o/", "org%2Fmodel 1", "%ff%fe"})
    void modelThatIsNotThereAndOneThatIsNotAllowedLookAlike(String id) {
        Conversation conversation = send("GET", "/v1/models/" + id.replace(" ", "%20"));

        assertThat(conversation.statuses()).containsExactly(404);
        assertThat(conversation.last().text())
                .contains("\"code\":\"model_not_found\"")
                .contains("\"param\":\"model\"");
    }

    @Test
    void healthSaysWhatTheNodeSays() {
        assertThat(send("GET", "/health/live").last().text()).isEqualTo("{\"status\":\"live\"}");
        assertThat(send("GET", "/health/ready").statuses()).containsExactly(200);

        node.readiness(false, "draining");
        Conversation notReady = send("GET", "/health/ready");
        node.readiness(true, "");

        assertThat(notReady.statuses()).containsExactly(503);
        assertThat(notReady.last().text()).isEqualTo("{\"status\":\"not ready\",\"reason\":\"draining\"}");
        assertThat(send("GET", "/health/ready").statuses()).containsExactly(200);
    }
}
