package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.apiKey;
import static io.sluice.simulator.SimulatorClient.await;
import static io.sluice.simulator.SimulatorClient.bearer;
import static io.sluice.simulator.SimulatorClient.chatBody;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(VertxExtension.class)
class SimulatorTest {
    private static final String FAST = "{\"first-token\":\"0\",\"tokens-per-second\":0}";
    private static final String TOOLS = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
            + "\"required\":[\"city\"]}}}]";
    private static final String AZURE = "/openai/deployments/mine/chat/completions?api-version=2024-10-21";

    private SimulatorClient client;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        client = new SimulatorClient(
                vertx, await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port());
        client.script("k", FAST);
    }

    @Test
    void answersChatInOneBody() throws Exception {
        Reply reply = client.chat("k", "");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers().get("content-type")).isEqualTo("application/json");
        assertThat(reply.headers().get("x-request-id")).startsWith("req_");
        JsonNode body = reply.json();
        assertThat(body.path("object").asText()).isEqualTo("chat.completion");
        assertThat(body.path("model").asText()).isEqualTo("gpt-4o");
        JsonNode choice = body.path("choices").path(0);
        assertThat(choice.path("message").path("content").asText()).isEqualTo(CredentialScript.DEFAULT_ANSWER);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(body.path("usage").path("prompt_tokens").asInt()).isEqualTo(4 + 3);
        assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(40);
        assertThat(body.path("usage").path("total_tokens").asInt()).isEqualTo(47);
    }

    @Test
    void streamsRoleTokensEndUsageAndDone() throws Exception {
        Reply reply = client.chat(
                "k", ",\"stream\":true,\"n\":2,\"max_tokens\":3,\"stream_options\":{\"include_usage\":true}");

        assertThat(reply.headers().get("content-type")).isEqualTo("text/event-stream; charset=utf-8");
        List<String> events = reply.events();
        assertThat(events).hasSize(2 + 2 * 3 + 2 + 1 + 1);
        JsonNode first = json(events.get(0));
        assertThat(first.path("choices").path(0).path("delta").path("role").asText())
                .isEqualTo("assistant");
        assertThat(first.path("choices").path(0).path("delta").path("content").asText())
                .isEmpty();
        assertThat(first.path("usage").isNull()).isTrue();
        StringBuilder[] texts = {new StringBuilder(), new StringBuilder()};
        for (String event : events.subList(0, 10)) {
            JsonNode choice = json(event).path("choices").path(0);
            texts[choice.path("index").asInt()].append(
                    choice.path("delta").path("content").asText());
            assertThat(json(event).path("id")).isEqualTo(first.path("id"));
        }
        assertThat(texts[0].toString()).isEqualTo("Hello from the").isEqualTo(texts[1].toString());
        assertThat(json(events.get(9))
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asText())
                .isEqualTo("length");
        JsonNode usage = json(events.get(10));
        assertThat(usage.path("choices").isEmpty()).isTrue();
        assertThat(usage.path("usage").path("completion_tokens").asInt()).isEqualTo(6);
        assertThat(events.get(11)).isEqualTo("[DONE]");
        assertThat(client.oracle("k").path("maxTokens").asInt()).isEqualTo(7 + 6);
    }

    @Test
    void leavesUsageOutOfAStreamThatDidNotAskForIt() throws Exception {
        Reply reply = client.chat("k", ",\"stream\":true");

        assertThat(reply.body()).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    }

    @Test
    void callsAToolWhenItIsDemanded() throws Exception {
        JsonNode choice = client.chat("k", TOOLS + ",\"tool_choice\":\"required\"")
                .json()
                .path("choices")
                .path(0);

        JsonNode function = choice.path("message").path("tool_calls").path(0).path("function");
        assertThat(function.path("name").asText()).isEqualTo("get_weather");
        assertThat(function.path("arguments").asText()).isEqualTo("{\"city\":\"example\"}");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(client.chat("k", TOOLS).body()).doesNotContain("tool_calls");
    }

    @Test
    void streamsToolArgumentsInFragments() throws Exception {
        client.script(
                "k",
                "{\"first-token\":\"0\",\"tokens-per-second\":0,"
                        + "\"tool-call\":{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":\\\"ü €\\\"}\"}}");

        List<String> events = client.chat("k", TOOLS + ",\"stream\":true").events();

        JsonNode opening = json(events.get(0)).path("choices").path(0).path("delta");
        assertThat(opening.path("content").isNull()).isTrue();
        assertThat(opening.path("tool_calls")
                        .path(0)
                        .path("function")
                        .path("name")
                        .asText())
                .isEqualTo("f");
        StringBuilder arguments = new StringBuilder();
        for (String event : events.subList(0, events.size() - 1)) {
            arguments.append(json(event)
                    .path("choices")
                    .path(0)
                    .path("delta")
                    .path("tool_calls")
                    .path(0)
                    .path("function")
                    .path("arguments")
                    .asText());
        }
        assertThat(arguments.toString()).isEqualTo("{\"x\":\"ü €\"}");
        assertThat(events.get(events.size() - 2)).contains("\"finish_reason\":\"tool_calls\"");
    }

    @Test
    void saysStopWhenTheRequestNamedTheFunction() throws Exception {
        Reply reply = client.chat(
                "k", TOOLS + ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_weather\"}}");

        JsonNode choice = reply.json().path("choices").path(0);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(choice.path("message").path("tool_calls").size()).isEqualTo(1);
    }

    @Test
    void answersLegacyCompletions() throws Exception {
        String body = "{\"model\":\"m\",\"prompt\":[\"one\",\"two\"],\"n\":2,\"max_tokens\":2";

        JsonNode whole = client.post("k", "/v1/completions", body + "}").json();
        Reply stream = client.post("k", "/v1/completions", body + ",\"stream\":true}");

        assertThat(whole.path("object").asText()).isEqualTo("text_completion");
        assertThat(whole.path("choices").size()).isEqualTo(4);
        assertThat(whole.path("choices").path(3).path("text").asText()).isEqualTo("Hello from");
        assertThat(stream.events()).hasSize(4 * 2 + 4 + 1);
        assertThat(stream.events().get(0)).contains("\"text\":\"Hello\"");
    }

    @Test
    void embedsAsFloatsAndAsBase64() throws Exception {
        String body = "{\"model\":\"e\",\"input\":[\"one\",\"two\"],\"dimensions\":8";

        JsonNode floats = client.post("k", "/v1/embeddings", body + "}").json();
        JsonNode base64 = client.post("k", "/v1/embeddings", body + ",\"encoding_format\":\"base64\"}")
                .json();

        assertThat(floats.path("data").size()).isEqualTo(2);
        byte[] bytes = Base64.getDecoder()
                .decode(base64.path("data").path(1).path("embedding").asText());
        ByteBuffer decoded = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode each : floats.path("data").path(1).path("embedding")) {
            assertThat(decoded.getFloat()).isEqualTo((float) each.doubleValue());
        }
        assertThat(decoded.hasRemaining()).isFalse();
        assertThat(floats.path("usage").path("prompt_tokens").asInt()).isEqualTo(2);
    }

    @Test
    void listsModels() throws Exception {
        JsonNode list = await(client.send(HttpMethod.GET, "/v1/models", bearer("k"), ""))
                .json();
        JsonNode one = await(client.send(HttpMethod.GET, "/v1/models/gpt-4o", bearer("k"), ""))
                .json();

        assertThat(list.path("data").path(0)).isEqualTo(one);
        assertThat(one.path("object").asText()).isEqualTo("model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model\":\"m\"} | messages | missing_required_parameter",
                "{\"model\":\"m\",\"messages\":[]} | messages | empty_array",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]} | model | missing_required_parameter",
                "{\"model\":1,\"messages\":[]} | model | invalid_type",
                "{\"model\":\"m\",\"messages\":{}} | messages | invalid_type",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]} | messages[0].content | missing_required_parameter",
                "{\"model\":\"m\",\"messages\":[{\"role\":\"boss\",\"content\":\"\"}]} | messages[0].role | invalid_value",
                "{\"model\":\"m\",\"messages\":[],\"top_k\":1} | top_k | unknown_parameter",
                "{\"model\":\"m\",\"messages\":[],\"temperature\":3} | temperature | decimal_above_max_value",
                "{\"model\":\"m\",\"messages\":[],\"n\":0} | n | integer_below_min_value",
                "{\"model\":\"m\",\"messages\":[],\"stream\":\"yes\"} | stream | invalid_type",
                "{\"model\":\"m\",\"messages\":[]} x | null | null",
                "{\"model\":\"m\",\"model\":\"m\",\"messages\":[]} | null | null",
                "[] | null | null"
            })
    void refusesWhatOpenAiRefuses(String body, String param, String code) throws Exception {
        Reply reply = client.post("k", "/v1/chat/completions", body);

        assertThat(reply.status()).isEqualTo(400);
        JsonNode error = reply.json().path("error");
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").asText()).isEqualTo(param);
        assertThat(error.path("code").asText()).isEqualTo(code);
    }

    @Test
    void refusesStreamOptionsWithoutAStream() throws Exception {
        Reply reply = client.chat("k", ",\"stream_options\":{\"include_usage\":true}");

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("error").path("param").asText()).isEqualTo("stream_options");
    }

    @Test
    void acceptsUnknownFieldsOnlyWhereTheScriptIsLenient() throws Exception {
        client.script("easy", "{\"lenient\":true,\"first-token\":\"0\",\"tokens-per-second\":0}");

        assertThat(client.chat("easy", ",\"top_k\":1").status()).isEqualTo(200);
        assertThat(client.chat("k", ",\"top_k\":1").status()).isEqualTo(400);
    }

    @Test
    void refusesMissingKeysWrongTypesPathsAndMethods() throws Exception {
        String chat = "/v1/chat/completions";
        var noKey = bearer("k").remove("authorization");
        var text = bearer("k").set("content-type", "text/plain");

        Reply unauthenticated = await(client.send(HttpMethod.POST, chat, noKey, chatBody("")));
        Reply unsupported = await(client.send(HttpMethod.POST, chat, text, chatBody("")));
        Reply unknown = client.post("k", "/v1/none", "{}");
        Reply method = await(client.send(HttpMethod.GET, chat, bearer("k"), ""));

        assertThat(unauthenticated.status()).isEqualTo(401);
        assertThat(unauthenticated.body()).contains("You didn't provide an API key", "\"code\":null");
        assertThat(unsupported.status()).isEqualTo(415);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.body()).contains("Invalid URL (POST /v1/none)");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.headers().get("allow")).isEqualTo("POST");
    }

    @Test
    void refusesModelsThatTheScriptDoesNotList() throws Exception {
        client.script(
                "k",
                "{\"models\":[\"other\"],\"model-suffix\":\"-2024\",\"first-token\":\"0\","
                        + "\"tokens-per-second\":0}");

        Reply refused = client.chat("k", "");
        Reply known = client.post("k", "/v1/chat/completions", chatBody("").replace("gpt-4o", "other"));

        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.json().path("error").path("code").asText()).isEqualTo("model_not_found");
        assertThat(known.json().path("model").asText()).isEqualTo("other-2024");
    }

    @Test
    void acceptsOnlyListedCredentialsWhenTheScriptSaysSo(Vertx vertx) throws Exception {
        SimulatorScript script = new SimulatorScript(true, Map.of("known", CredentialScript.DEFAULT));
        SimulatorClient strict = new SimulatorClient(
                vertx,
                await(Simulator.start(vertx, SimulatorOptions.onPort(0).withScript(script)))
                        .port());

        Reply reply = strict.chat("sk-stranger-1234", "");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.json().path("error").path("code").asText()).isEqualTo("invalid_api_key");
        assertThat(reply.body()).contains("sk-st***234").doesNotContain("stranger");
    }

    @Test
    void speaksAzure() throws Exception {
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":2";

        JsonNode whole = await(client.send(HttpMethod.POST, AZURE, apiKey("k"), body + "}"))
                .json();
        List<String> events = await(client.send(HttpMethod.POST, AZURE, apiKey("k"), body + ",\"stream\":true}"))
                .events();
        Reply v1 = await(client.send(
                HttpMethod.POST,
                "/openai/v1/chat/completions",
                bearer("k"),
                chatBody("").replace("gpt-4o", "mine")));

        assertThat(whole.path("model").asText()).isEqualTo("gpt-4o-2024-08-06");
        assertThat(whole.path("prompt_filter_results").path(0).has("content_filter_results"))
                .isTrue();
        assertThat(whole.path("choices").path(0).has("content_filter_results")).isTrue();
        assertThat(json(events.get(0)).path("choices").isEmpty()).isTrue();
        assertThat(json(events.get(0)).path("id").asText()).isEmpty();
        assertThat(json(events.get(0)).has("prompt_filter_results")).isTrue();
        assertThat(events).hasSize(1 + 1 + 2 + 1 + 1).last().isEqualTo("[DONE]");
        assertThat(v1.json().path("model").asText()).isEqualTo("gpt-4o-2024-08-06");
    }

    @Test
    void refusesAsAzureDoes() throws Exception {
        client.script("k", "{\"deployments\":{\"mine\":\"gpt-4o-2024-08-06\"}}");
        String elsewhere = AZURE.replace("mine", "theirs");

        Reply noVersion =
                await(client.send(HttpMethod.POST, AZURE.substring(0, AZURE.indexOf('?')), apiKey("k"), chatBody("")));
        Reply noDeployment = await(client.send(HttpMethod.POST, elsewhere, apiKey("k"), chatBody("")));
        Reply noKey = await(client.send(HttpMethod.POST, AZURE, bearer("k"), chatBody("")));
        Reply tooOld = await(client.send(
                HttpMethod.POST,
                AZURE.replace("2024-10-21", "2024-06-01"),
                apiKey("k"),
                chatBody(",\"stream\":true,\"stream_options\":{\"include_usage\":true}")));

        assertThat(noVersion.body()).isEqualTo("{\"error\":{\"code\":\"404\",\"message\":\"Resource not found\"}}");
        assertThat(noDeployment.status()).isEqualTo(404);
        assertThat(noDeployment.json().path("error").path("code").asText()).isEqualTo("DeploymentNotFound");
        assertThat(noKey.status()).isEqualTo(401);
        assertThat(noKey.json().path("error").path("code").asText()).isEqualTo("401");
        assertThat(tooOld.body()).contains("Unrecognized request argument");
    }

    @Test
    void capturesRequestsOnDemand() throws Exception {
        client.chat("k", "");
        client.control(HttpMethod.PUT, "/sim/capture", "{\"enabled\":true}");
        client.chat("k", ",\"n\":1");
        client.chat("other", ",\"seed\":17");

        JsonNode captures = client.control(HttpMethod.GET, "/sim/captures?credential=other", "");

        assertThat(captures.size()).isEqualTo(1);
        assertThat(captures.path(0).path("uri").asText()).isEqualTo("/v1/chat/completions");
        assertThat(captures.path(0).path("body").asText()).isEqualTo(chatBody(",\"seed\":17"));
        assertThat(captures.path(0).path("headers").toString()).contains("[\"authorization\",\"Bearer other\"]");
        assertThat(client.control(HttpMethod.GET, "/sim/captures", "").size()).isEqualTo(2);
    }

    @Test
    void refusesABadScriptAndResetsAGoodOne() throws Exception {
        Reply bad = await(client.send(
                HttpMethod.PUT, "/sim/credentials/k", bearer("x"), "{\"faults\":[{\"kind\":\"cut\",\"tims\":1}]}"));
        client.control(HttpMethod.DELETE, "/sim/credentials/k", "");

        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.body()).contains("faults[0].tims: is not known here");
        JsonNode scripts = client.control(HttpMethod.GET, "/sim/credentials", "");
        assertThat(scripts.path("k").path("tokens-per-second").asInt()).isEqualTo(25);
    }

    private static JsonNode json(String text) throws Exception {
        return Json.read(text.getBytes(StandardCharsets.UTF_8));
    }
}
