package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.apiKey;
import static io.sluice.simulator.SimulatorClient.await;
import static io.sluice.simulator.SimulatorClient.bearer;
import static io.sluice.simulator.SimulatorClient.chatBody;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class SimulatorOracleTest {
    private SimulatorClient client;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        client = new SimulatorClient(
                vertx, await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port());
    }

    private void limits(String limits) throws Exception {
        client.script("k", "{\"first-token\":\"0\",\"tokens-per-second\":0,\"limits\":" + limits + "}");
    }

    @Test
    void reportsFourWhenAWrongClientSendsFourAtRpmThree() throws Exception {
        limits("{\"rpm\":3}");

        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            statuses.add(client.chat("k", "").status());
        }

        assertThat(statuses).containsExactly(200, 200, 200, 429);
        JsonNode seen = client.oracle("k");
        assertThat(seen.path("maxRequests").asInt()).isEqualTo(4);
        assertThat(seen.path("requests").asInt()).isEqualTo(4);
        assertThat(seen.path("refused").asInt()).isEqualTo(1);
        assertThat(seen.path("requestsInWindow").asInt()).isEqualTo(4);
        assertThat(seen.path("maxTokens").asInt()).isEqualTo(3 * 47);
    }

    @Test
    void refusesAtTheRequestLimitAsOpenAiDoes() throws Exception {
        limits("{\"rpm\":1,\"tpm\":1000}");
        Reply first = client.chat("k", "");

        Reply second = client.chat("k", "");

        assertThat(first.headers().get("x-ratelimit-limit-requests")).isEqualTo("1");
        assertThat(first.headers().get("x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(first.headers().get("x-ratelimit-remaining-tokens")).isEqualTo("953");
        assertThat(first.headers().get("x-ratelimit-reset-requests")).matches("(1m0s|59(\\.\\d+)?s)");
        assertThat(second.status()).isEqualTo(429);
        assertThat(Integer.parseInt(second.headers().get("retry-after"))).isBetween(50, 60);
        assertThat(second.json().path("error").path("type").asText()).isEqualTo("requests");
        assertThat(second.body()).contains("Rate limit reached for gpt-4o", "(RPM): Limit 1, Used 1, Requested 1.");
    }

    @Test
    void refusesAtTheTokenLimit() throws Exception {
        limits("{\"tpm\":100}");
        client.chat("k", "");
        client.chat("k", "");

        Reply full = client.chat("k", "");
        Reply tooLarge = client.chat("k", ",\"n\":5");
        Reply small = client.chat("k", ",\"max_tokens\":1");

        assertThat(full.status()).isEqualTo(429);
        assertThat(full.json().path("error").path("type").asText()).isEqualTo("tokens");
        assertThat(full.body()).contains("(TPM): Limit 100, Used 94, Requested 47.");
        assertThat(tooLarge.body()).contains("Request too large for gpt-4o");
        assertThat(tooLarge.headers().contains("retry-after")).isFalse();
        assertThat(small.status()).isEqualTo(429);
        assertThat(client.oracle("k").path("maxTokens").asInt()).isEqualTo(94);
    }

    @Test
    void refusesAsAzureDoes() throws Exception {
        limits("{\"rpm\":1}");
        String uri = "/openai/deployments/d/chat/completions?api-version=2024-10-21";
        Reply first = await(client.send(HttpMethod.POST, uri, apiKey("k"), chatBody("")));

        Reply second = await(client.send(HttpMethod.POST, uri, apiKey("k"), chatBody("")));

        assertThat(first.headers().get("x-ratelimit-reset-requests")).isIn("59", "60");
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.headers().contains("retry-after-ms")).isTrue();
        assertThat(second.json().path("error").path("code").asText()).isEqualTo("429");
        assertThat(second.body()).contains("call rate limit").contains("Please retry after");
    }

    @Test
    void letsTheWindowPass(Vertx vertx) throws Exception {
        Simulator quick =
                await(Simulator.start(vertx, SimulatorOptions.onPort(0).withWindow(Duration.ofMillis(300))));
        client = new SimulatorClient(vertx, quick.port());
        limits("{\"rpm\":1}");
        client.chat("k", "");
        Reply refused = client.chat("k", "");
        long wait = Long.parseLong(refused.headers().get("retry-after-ms"));

        vertx.timer(wait, TimeUnit.MILLISECONDS).await();
        Reply admitted = client.chat("k", "");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(admitted.status()).isEqualTo(200);
    }

    @Test
    void forgetsOnDemand() throws Exception {
        client.chat("k", ",\"max_tokens\":1");

        client.control(HttpMethod.DELETE, "/oracle", "");

        assertThat(client.oracle("k").path("requests").asInt()).isZero();
        assertThat(client.oracle("k").path("maxTokens").asInt()).isZero();
    }

    @Test
    void countsAcrossEventLoops() throws Exception {
        limits("{\"rpm\":50}");
        List<Future<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            replies.add(client.send(HttpMethod.POST, "/v1/chat/completions", bearer("k"), chatBody("")));
        }
        await(Future.all(replies));

        assertThat(replies.stream().filter(reply -> reply.result().status() == 200))
                .hasSize(50);
        assertThat(client.oracle("k").path("maxRequests").asInt()).isEqualTo(80);
        assertThat(client.oracle("k").path("refused").asInt()).isEqualTo(30);
    }
}
