package io.sluice.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.VirtualKey;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.LedgerState;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.Await;
import io.sluice.testkit.FakeUpstream;
import io.sluice.testkit.RawHttp;
import io.sluice.testkit.RawHttp.Answer;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request of a known key leaves one usage record also when it never gets as far as a provider. */
class EveryRequestRecordedTest {
    private static final String CHAT = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

    private static final String KEY = "sk-app-0123456789abcdef";

    private FakeUpstream upstream;
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        upstream = FakeUpstream.start();
        node = TestNode.of(new RevisionBuilder()
                        .channel("c", c -> c.port(upstream.port()).serves("m"))
                        .key(new VirtualKey("app", KeyHash.ofKey(KEY)))
                        .build())
                .start();
    }

    @AfterEach
    void stop() {
        node.close();
        upstream.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/chat/completions | application/json | {"model":               | 400 | CHAT_COMPLETIONS     |
            /v1/chat/completions | text/plain       | hello                   | 415 | CHAT_COMPLETIONS     |
            /v1/chat/completions | application/json | {"model":"no","messages":[{"role":"user","content":"x"}]} | 404 | CHAT_COMPLETIONS |
            /v1/messages         | application/json | {"model":"m"}           | 400 | MESSAGES             |
            /v1/embeddings       | application/json | {"model":"m"}           | 400 | EMBEDDINGS           |
            """)
    void oneThatIsRefused(String path, String type, String body, int status, Endpoint endpoint) throws Exception {
        Answer answer = send("POST", path, type, body);

        assertThat(answer.status()).isEqualTo(status);
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage.requestId()).isEqualTo(answer.header("x-request-id"));
        assertThat(usage.asked().endpoint()).isEqualTo(endpoint);
        assertThat(usage.outcome().status()).isEqualTo(status);
        assertThat(usage.outcome().ending()).isEqualTo(Ending.FAILED);
        assertThat(usage.served().attempts()).isZero();
        assertThat(node.records()).isEmpty();
    }

    /** A client may name anything, and the ledger sums by model. */
    @Test
    void modelsThatAreNotServedAreNotNamed() throws Exception {
        send("POST", "/v1/chat/completions", "application/json", CHAT.replace("\"m\"", "\"no\""));

        assertThat(node.records()
                        .poll(Await.MOST_SECONDS, TimeUnit.SECONDS)
                        .asked()
                        .model())
                .isEmpty();
    }

    @Test
    void aCountOfTokensThatTheGatewayMakesItself() throws Exception {
        Answer answer = send("POST", "/v1/messages/count_tokens", "application/json", CHAT);

        assertThat(answer.status()).isEqualTo(200);
        UsageRecord usage = node.records().poll(Await.MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(usage.requestId()).isEqualTo(answer.header("x-request-id"));
        assertThat(usage.asked().model()).isEqualTo("m");
        assertThat(usage.outcome().ending()).isEqualTo(Ending.COMPLETED);
        assertThat(usage.used().tokens().input()).isZero();
        assertThat(node.records()).isEmpty();
    }

    @Test
    void aStoredResponseThatCannotBeAskedFor() throws Exception {
        Answer answer = send("GET", "/v1/responses/resp_nothing", "", "");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(node.records()
                        .poll(Await.MOST_SECONDS, TimeUnit.SECONDS)
                        .asked()
                        .endpoint())
                .isEqualTo(Endpoint.STORED_RESPONSES);
    }

    @Test
    void aSessionWhoseHandshakeIsRefused() throws Exception {
        Answer answer = send("GET", "/v1/realtime?model=m", "", "");

        assertThat(answer.status()).isEqualTo(426);
        assertThat(node.records()
                        .poll(Await.MOST_SECONDS, TimeUnit.SECONDS)
                        .asked()
                        .endpoint())
                .isEqualTo(Endpoint.REALTIME);
    }

    @Test
    void notOneOfAnUnknownKeyNorOfAnotherPath() throws Exception {
        assertThat(exchange("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer sk-no\r\n"
                                + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                        .status())
                .isEqualTo(401);
        assertThat(send("GET", "/v1/models", "", "").status()).isEqualTo(200);
        assertThat(node.records()).isEmpty();
    }

    @Test
    void refusesWhatCouldNotBeRecorded() throws Exception {
        Bus bus = new Bus(node.vertx(), Await.MOST);
        bus.publish(Address.LEDGER_STATE, new LedgerState(false, "full", 1, 0));
        Await.until(() -> status(CHAT) == 503);
        Answer refused = send("POST", "/v1/messages", "application/json", CHAT);
        assertThat(refused.status()).isIn(503, 529);
        assertThat(refused.text()).contains("cannot record the usage");
        node.records().clear();

        upstream.otherwise(FakeUpstream.Script.json(200, "{\"choices\":[],\"usage\":{}}"));
        bus.publish(Address.LEDGER_STATE, new LedgerState(true, "", 0, 0));

        Await.until(() -> status(CHAT) == 200);
    }

    private int status(String body) {
        return send("POST", "/v1/chat/completions", "application/json", body).status();
    }

    private Answer send(String method, String path, String type, String body) {
        String content =
                body.isEmpty() ? "" : "Content-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n";
        return exchange(
                method + " " + path + " HTTP/1.1\r\nHost: h\r\nx-api-key: " + KEY + "\r\n" + content + "\r\n" + body);
    }

    private Answer exchange(String request) {
        try (RawHttp connection = RawHttp.clear(node.port())) {
            return connection
                    .send(request)
                    .read(Duration.ofSeconds(5), 1)
                    .answers()
                    .getFirst();
        }
    }
}
