package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.await;
import static io.sluice.simulator.SimulatorClient.bearer;
import static io.sluice.simulator.SimulatorClient.chatBody;
import static io.sluice.simulator.SimulatorClient.silent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class SimulatorFaultTest {
    private static final String STREAM = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";

    private Vertx vertx;
    private Simulator simulator;
    private SimulatorClient client;

    @BeforeEach
    void start(Vertx given) throws Exception {
        vertx = given;
        simulator = await(Simulator.start(vertx, SimulatorOptions.onPort(0)));
        client = new SimulatorClient(vertx, simulator.port());
    }

    private void fault(String fault) throws Exception {
        client.script(
                "k", "{\"first-token\":\"0\",\"tokens-per-second\":0,\"answer-tokens\":5,\"faults\":[" + fault + "]}");
    }

    @Test
    void answersAScriptedStatus() throws Exception {
        fault("{\"kind\":\"status\",\"status\":429,\"headers\":{\"retry-after\":\"7\"},\"times\":1},"
                + "{\"kind\":\"status\",\"status\":503,\"body\":\"<html>busy</html>\",\"times\":1}");

        Reply first = client.chat("k", "");
        Reply second = client.chat("k", "");
        Reply third = client.chat("k", "");

        assertThat(first.status()).isEqualTo(429);
        assertThat(first.headers().get("retry-after")).isEqualTo("7");
        assertThat(first.json().path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
        assertThat(second.status()).isEqualTo(503);
        assertThat(second.body()).isEqualTo("<html>busy</html>");
        assertThat(third.status()).isEqualTo(200);
    }

    @Test
    void appliesToEachNth() throws Exception {
        fault("{\"kind\":\"status\",\"status\":500,\"every\":3}");

        StringBuilder seen = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            seen.append(client.chat("k", "").status()).append(' ');
        }

        assertThat(seen.toString()).isEqualTo("200 200 500 200 200 500 200 ");
    }

    @Test
    void appliesToAShareOfTheRequests() throws Exception {
        fault("{\"kind\":\"status\",\"status\":500,\"probability\":0.5}");

        int failed = 0;
        for (int i = 0; i < 100; i++) {
            failed += client.chat("k", "").status() == 500 ? 1 : 0;
        }

        assertThat(failed).isBetween(30, 70);
    }

    @Test
    void closesBeforeTheHead() throws Exception {
        fault("{\"kind\":\"reset\"}");

        Reply reply = client.chat("k", "");

        assertThat(reply.status()).isZero();
        assertThat(reply.failure()).isNotNull();
    }

    @Test
    void resetsTheConnectionWhereAsked() throws Exception {
        Simulator resetting =
                await(Simulator.start(vertx, SimulatorOptions.onPort(0).withResetOnClose()));
        SimulatorClient other = new SimulatorClient(vertx, resetting.port());
        other.script("k", "{\"faults\":[{\"kind\":\"reset\"}]}");

        Reply reply = other.chat("k", "");

        assertThat(reply.failure()).hasMessageContaining("reset");
    }

    @Test
    void cutsAStreamAfterSomeEvents() throws Exception {
        fault("{\"kind\":\"cut\",\"after-events\":3}");

        Reply reply = client.chat("k", STREAM);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.failure()).isNotNull();
        assertThat(reply.events()).hasSize(3);
        assertThat(client.oracle("k").path("maxTokens").asInt()).isEqualTo(7 + 2);
    }

    @Test
    void cutsABodyInTheMiddle() throws Exception {
        fault("{\"kind\":\"cut\",\"after-events\":1,\"times\":1},{\"kind\":\"cut\",\"times\":1}");

        Reply half = client.chat("k", "");
        Reply headOnly = client.chat("k", "");

        assertThat(half.status()).isEqualTo(200);
        assertThat(half.failure()).isNotNull();
        assertThat(half.body()).startsWith("{\"id\":").doesNotEndWith("}");
        assertThat(headOnly.status()).isEqualTo(200);
        assertThat(headOnly.failure()).isNotNull();
        assertThat(headOnly.body()).isEmpty();
    }

    @Test
    void stallsAndSeesTheClientGo() throws Exception {
        fault("{\"kind\":\"stall\",\"after-events\":2}");

        HttpClientResponse response = await(client.open("/v1/chat/completions", bearer("k"), chatBody(STREAM)));
        Buffer received = Buffer.buffer();
        response.handler(received::appendBuffer);
        Future<Void> ended = response.end();
        response.resume();

        assertThat(silent(ended)).isTrue();
        assertThat(received.toString().split("\n\n")).hasSize(2);
        assertThat(stats().path("openStreams").asInt()).isEqualTo(1);
        await(response.request().connection().close());
        awaitStats(stats -> stats.path("abortedByPeer").asInt() == 1
                && stats.path("openStreams").asInt() == 0);
        assertThat(client.oracle("k").path("maxTokens").asInt()).isEqualTo(7 + 1);
    }

    @Test
    void stallsBeforeTheHead() throws Exception {
        fault("{\"kind\":\"stall\"}");

        Future<HttpClientResponse> response = client.open("/v1/chat/completions", bearer("k"), chatBody(""));

        assertThat(silent(response)).isTrue();
        assertThat(stats().path("inFlight").asInt()).isEqualTo(1);
    }

    @Test
    void sendsBrokenJson() throws Exception {
        fault("{\"kind\":\"malformed\",\"after-events\":1}");

        Reply stream = client.chat("k", STREAM);
        Reply whole = client.chat("k", "");

        assertThatThrownBy(() -> Json.read(stream.events().get(1).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(JsonProcessingException.class);
        assertThat(stream.events()).last().isEqualTo("[DONE]");
        assertThatThrownBy(whole::json).isInstanceOf(JsonProcessingException.class);
        assertThat(whole.failure()).isNull();
    }

    @Test
    void holdsTheHeadBack() throws Exception {
        fault("{\"kind\":\"slow-headers\",\"delay\":\"200ms\"}");
        long before = System.nanoTime();

        Reply reply = client.chat("k", STREAM);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void failsInsideTheStream() throws Exception {
        fault("{\"kind\":\"error-event\",\"after-events\":2}");

        Reply reply = client.chat("k", STREAM);

        assertThat(reply.failure()).isNull();
        assertThat(reply.events()).hasSize(3);
        assertThat(reply.events().get(2)).startsWith("{\"error\":{\"message\":");
    }

    @Test
    void leavesOutDoneOrUsage() throws Exception {
        fault("{\"kind\":\"no-done\",\"times\":1},{\"kind\":\"no-usage\",\"times\":2}");

        Reply noDone = client.chat("k", STREAM);
        Reply noUsage = client.chat("k", STREAM);
        Reply noUsageInBody = client.chat("k", "");

        assertThat(noDone.failure()).isNull();
        assertThat(noDone.events()).last().asString().contains("\"total_tokens\":12");
        assertThat(noUsage.body()).endsWith("[DONE]\n\n").doesNotContain("total_tokens");
        assertThat(noUsageInBody.json().has("usage")).isFalse();
    }

    @Test
    void splitsItsWrites() throws Exception {
        client.script("k", "{\"first-token\":\"0\",\"tokens-per-second\":0,\"answer\":\"é 世界\",\"bytes-per-write\":1}");

        Reply stream = client.chat("k", STREAM);
        Reply whole = client.chat("k", "");

        assertThat(stream.body()).contains("\"content\":\" 世界\"").endsWith("[DONE]\n\n");
        assertThat(whole.json()
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText())
                .isEqualTo("é 世界");
    }

    @Test
    void pacesTheTokens() throws Exception {
        client.script("k", "{\"first-token\":\"50ms\",\"tokens-per-second\":50,\"answer-tokens\":11}");
        long before = System.nanoTime();

        Reply reply = client.chat("k", STREAM);

        assertThat(reply.events()).hasSize(1 + 11 + 1 + 1 + 1);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(250), Duration.ofMillis(1_500));
    }

    @Test
    void holdsAStreamBackForASlowClient() throws Exception {
        client.script("k", "{\"first-token\":\"0\",\"tokens-per-second\":0,\"answer-tokens\":200000}");
        HttpClientResponse response = await(client.open("/v1/chat/completions", bearer("k"), chatBody(STREAM)));
        Future<Buffer> body = response.body();

        assertThat(silent(body)).isTrue();
        assertThat(stats().path("openStreams").asInt()).isEqualTo(1);
        response.resume();

        assertThat(await(body).toString()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void refusesConnectionsForAWhileAndComesBackOnTheSamePort() throws Exception {
        client.control(HttpMethod.PUT, "/sim/listener", "{\"refuse-for\":\"300ms\"}");
        Reply refused = awaitReply(reply -> reply.failure() instanceof ConnectException);
        Reply back = awaitReply(reply -> reply.status() > 0);

        assertThat(refused.failure()).hasMessageContaining("refused");
        assertThat(back.status()).isEqualTo(200);
    }

    private Reply awaitReply(Predicate<Reply> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        Reply reply = client.chat("k", ",\"max_tokens\":1");
        while (!condition.test(reply)) {
            assertThat(System.nanoTime()).as("still %s", reply).isLessThan(deadline);
            reply = client.chat("k", ",\"max_tokens\":1");
        }
        return reply;
    }

    @Test
    void stopsListening() throws Exception {
        await(simulator.stop());

        assertThat(client.chat("k", "").failure()).isNotNull();
    }

    private JsonNode stats() throws Exception {
        return client.control(HttpMethod.GET, "/sim/stats", "");
    }

    private void awaitStats(Predicate<JsonNode> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!condition.test(stats())) {
            assertThat(System.nanoTime()).as("still %s", stats()).isLessThan(deadline);
        }
    }
}
