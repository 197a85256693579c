package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every dialect does alike: words, streams, faults, limits. */
@ExtendWith(VertxExtension.class)
class EveryDialectTest {
    private SimulatorClient client;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        client = new SimulatorClient(
                vertx, await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port());
        script("");
    }

    static List<DialectSample> dialects() {
        return DialectSample.all();
    }

    private void script(String more) throws Exception {
        client.script("k", "{\"first-token\":\"0\",\"tokens-per-second\":0" + more + "}");
    }

    private void fault(String fault) throws Exception {
        script(",\"answer-tokens\":5,\"faults\":[" + fault + "]");
    }

    private Reply whole(DialectSample dialect) throws Exception {
        var headers = dialect.headers().contains("x-dashscope-sse")
                ? DialectSample.head("authorization", "Bearer k")
                : dialect.headers();
        return await(client.send(HttpMethod.POST, dialect.uri(), headers, dialect.body()));
    }

    private Reply stream(DialectSample dialect) throws Exception {
        return await(client.send(HttpMethod.POST, dialect.streamUri(), dialect.headers(), dialect.streamBody()));
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void answersInOneBody(DialectSample dialect) throws Exception {
        Reply reply = whole(dialect);

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.json().toString())
                .contains(CredentialScript.DEFAULT_ANSWER)
                .contains(dialect.usage().replace("\"", ""));
        assertThat(client.oracle("k").path("requests").asInt()).isEqualTo(1);
        assertThat(client.oracle("k").path("maxTokens").asInt()).isEqualTo(4 + 3 + 40);
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void streamsWordByWord(DialectSample dialect) throws Exception {
        Reply reply = stream(dialect);

        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        assertThat(reply.failure()).isNull();
        int last = -1;
        for (String word : List.of("\"Hello\"", "\" from\"", "\" built\"", "\" script\"", "\" pace.\"")) {
            int at = reply.body().indexOf(word, last);
            assertThat(at).as(word + " in " + reply.body()).isGreaterThan(last);
            last = at;
        }
        String end = reply.body().substring(last);
        assertThat(end).contains(dialect.end());
        assertThat(reply.body()).contains(dialect.usage());
        assertThat(client.oracle("k").path("maxTokens").asInt()).isEqualTo(4 + 3 + 40);
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void answersAScriptedStatusInTheDialectsWords(DialectSample dialect) throws Exception {
        fault(
                "{\"kind\":\"status\",\"status\":503,\"times\":1},"
                        + "{\"kind\":\"status\",\"status\":200,\"times\":1},"
                        + "{\"kind\":\"status\",\"status\":200,\"body\":\"<html>\",\"headers\":{\"content-type\":\"text/html\"}}");

        Reply busy = whole(dialect);
        Reply inside = whole(dialect);
        Reply html = stream(dialect);

        assertThat(busy.status()).isEqualTo(503);
        assertThat(busy.json().toString())
                .containsPattern("essage|error")
                .doesNotContain(CredentialScript.DEFAULT_ANSWER);
        assertThat(inside.status()).isEqualTo(200);
        assertThat(inside.json().toString()).contains("Simulated answer");
        assertThat(html.headers().get("content-type")).isEqualTo("text/html");
        assertThat(html.body()).isEqualTo("<html>");
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void breaksStreamsOff(DialectSample dialect) throws Exception {
        fault("{\"kind\":\"cut\",\"after-events\":3,\"times\":1},"
                + "{\"kind\":\"error-event\",\"after-events\":2,\"times\":1},"
                + "{\"kind\":\"malformed\",\"after-events\":1,\"times\":1},"
                + "{\"kind\":\"no-done\",\"times\":1}");

        Reply cut = stream(dialect);
        Reply error = stream(dialect);
        Reply malformed = stream(dialect);
        Reply endless = stream(dialect);

        assertThat(cut.status()).isEqualTo(200);
        assertThat(cut.failure()).isNotNull();
        assertThat(cut.body()).isNotEmpty();
        assertThat(error.failure()).isNull();
        assertThat(error.body()).contains(dialect.broken()).doesNotContain(dialect.end() + "\n");
        assertThat(malformed.status()).isEqualTo(200);
        assertThat(malformed.body()).isNotEqualTo(endless.body());
        assertThat(endless.failure()).isNull();
        assertThat(endless.body()).doesNotEndWith(dialect.end());
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void leavesUsageOutAndBreaksBodies(DialectSample dialect) throws Exception {
        fault("{\"kind\":\"no-usage\",\"times\":2},{\"kind\":\"malformed\",\"times\":1}");

        Reply whole = whole(dialect);
        Reply stream = stream(dialect);
        Reply half = whole(dialect);

        String usage = dialect.usage().replace("\"", "");
        assertThat(whole.body()).isNotEmpty().doesNotContain(usage);
        assertThat(stream.body()).isNotEmpty().doesNotContain(usage);
        assertThat(half.status()).isEqualTo(200);
        assertThatThrownBy(half::json).isInstanceOf(JsonProcessingException.class);
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void refusesWhatIsOverTheLimit(DialectSample dialect) throws Exception {
        script(",\"limits\":{\"rpm\":1}");

        Reply first = whole(dialect);
        Reply second = whole(dialect);

        assertThat(first.status()).isEqualTo(200);
        assertThat(second.status()).isEqualTo(dialect.limitedStatus());
        assertThat(second.body()).contains(dialect.limited());
        assertThat(client.oracle("k").path("refused").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void refusesStrangers(DialectSample dialect, Vertx vertx) throws Exception {
        SimulatorScript script = new SimulatorScript(true, Map.of());
        SimulatorClient strict = new SimulatorClient(
                vertx,
                await(Simulator.start(vertx, SimulatorOptions.onPort(0).withScript(script)))
                        .port());

        Reply reply = await(strict.send(HttpMethod.POST, dialect.uri(), dialect.headers(), dialect.body()));

        assertThat(reply.status()).isIn(400, 401, 403);
        assertThat(reply.json().toString()).containsIgnoringCase("invalid");
    }
}
