package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tools over two turns, thinking with its signature, media, structure, stops and caches in each dialect. */
@ExtendWith(VertxExtension.class)
class DialectBehaviourTest {
    private static final String SCHEMA =
            "{'type':'object','properties':{'city':{'type':'string'}},'required':['city']}";
    private static final String PIXEL = "iVBORw0KGgo=";

    private static SimulatorClient client;

    @BeforeAll
    static void start(Vertx vertx) throws Exception {
        client = new SimulatorClient(
                vertx, await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port());
        client.script("k", "{\"first-token\":\"0\",\"tokens-per-second\":0}");
    }

    private static MultiMap bearer() {
        return DialectSample.head("authorization", "Bearer k");
    }

    private static JsonNode ask(String uri, MultiMap headers, String body) throws Exception {
        Reply reply = await(client.send(HttpMethod.POST, uri, headers, body.replace('\'', '"')));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.json();
    }

    private static String stream(String uri, MultiMap headers, String body) throws Exception {
        Reply reply = await(client.send(HttpMethod.POST, uri, headers, body.replace('\'', '"')));
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return reply.body();
    }

    private static JsonNode anthropic(String more) throws Exception {
        return ask(
                "/anthropic/v1/messages", DialectSample.anthropic(), "{'model':'claude-x','max_tokens':2000," + more);
    }

    @Test
    void anthropicThinksCallsAndAnswersTheResult() throws Exception {
        String tools = "'tools':[{'name':'get_weather','input_schema':" + SCHEMA + "}],"
                + "'thinking':{'type':'enabled','budget_tokens':1024},";
        String question = "{'role':'user','content':'use get_weather please'}";

        JsonNode first = anthropic(tools + "'messages':[" + question + "]}");
        JsonNode call = first.path("content").path(1);
        JsonNode second = anthropic(tools + "'messages':[" + question + ",{'role':'assistant','content':"
                + first.path("content") + "},{'role':'user','content':[{'type':'tool_result','tool_use_id':'"
                + call.path("id").asText() + "','content':'4 degrees'}]}]}");

        assertThat(first.path("stop_reason").asText()).isEqualTo("tool_use");
        assertThat(first.path("content").path(0).path("signature").asText()).isNotEmpty();
        assertThat(call.path("input").path("city").asText()).isEqualTo("example");
        assertThat(second.path("content").path(1).path("text").asText()).isEqualTo("The tool says: 4 degrees");
        assertThat(second.path("stop_reason").asText()).isEqualTo("end_turn");
    }

    @Test
    void anthropicStreamsBlocksOneByOne() throws Exception {
        String body = stream(
                "/v1/messages",
                DialectSample.anthropic(),
                "{'model':'claude-x','max_tokens':2000,'stream':true,'thinking':{'type':'enabled','budget_tokens':1024},"
                        + "'tools':[{'name':'aa','input_schema':" + SCHEMA + "},{'name':'bb','input_schema':" + SCHEMA
                        + "}],'messages':[{'role':'user','content':'aa and bb'}]}");

        int open = -1;
        int next = 0;
        for (String event : body.split("\n\n")) {
            JsonNode data = json(event.substring(event.indexOf("data: ") + 6));
            assertThat(event).startsWith("event: " + data.path("type").asText() + "\n");
            switch (data.path("type").asText()) {
                case "content_block_start" -> {
                    assertThat(open).isEqualTo(-1);
                    open = data.path("index").asInt();
                    assertThat(open).isEqualTo(next++);
                }
                case "content_block_delta" ->
                    assertThat(data.path("index").asInt()).isEqualTo(open);
                case "content_block_stop" -> open = -1;
                case "ping" -> {}
                default -> assertThat(open).as(event).isEqualTo(-1);
            }
        }
        assertThat(next).isEqualTo(3);
        assertThat(body)
                .contains("signature_delta", "\"stop_reason\":\"tool_use\"")
                .endsWith("\"}\n\n");
    }

    @Test
    void anthropicSeesImagesStopsCachesAndCounts() throws Exception {
        String image = "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'" + PIXEL + "'}}";
        String cached = "'system':[{'type':'text','text':'" + "long ".repeat(50)
                + "','cache_control':{'type':'ephemeral'}}],'messages':[{'role':'user','content':'hi'}]}";

        JsonNode seen = anthropic("'messages':[{'role':'user','content':[" + image + "]}]}");
        JsonNode stopped = anthropic("'stop_sequences':['simulated'],'messages':[{'role':'user','content':'hi'}]}");
        JsonNode written = anthropic(cached);
        JsonNode read = anthropic(cached);
        JsonNode counted = ask(
                "/anthropic/v1/messages/count_tokens",
                DialectSample.anthropic(),
                "{'model':'claude-x','messages':[{'role':'user','content':'hi you'}]}");
        JsonNode shaped = anthropic("'output_config':{'format':{'type':'json_schema','schema':" + SCHEMA
                + "}},'messages':[{'role':'user','content':'hi'}]}");

        assertThat(seen.path("content").path(0).path("text").asText()).startsWith("I see 1 image. Hello");
        assertThat(stopped.path("stop_sequence").asText()).isEqualTo("simulated");
        assertThat(stopped.path("content").path(0).path("text").asText()).isEqualTo("Hello from the ");
        assertThat(written.path("usage").path("cache_creation_input_tokens").asInt())
                .isEqualTo(63);
        assertThat(read.path("usage").path("cache_read_input_tokens").asInt()).isEqualTo(63);
        assertThat(read.path("usage").path("input_tokens").asInt()).isEqualTo(5);
        assertThat(counted.path("input_tokens").asInt()).isEqualTo(6);
        assertThat(json(shaped.path("content").path(0).path("text").asText())
                        .path("city")
                        .asText())
                .isEqualTo("example");
    }

    @Test
    void geminiCallsAndAnswersTheResult() throws Exception {
        String uri = "/v1beta/models/gemini-3-pro-preview:generateContent";
        String tools = "'tools':[{'functionDeclarations':[{'name':'get_weather','parameters':" + SCHEMA + "}]}],"
                + "'toolConfig':{'functionCallingConfig':{'mode':'AUTO'}},"
                + "'generationConfig':{'thinkingConfig':{'includeThoughts':true}},";
        String question = "{'role':'user','parts':[{'text':'get_weather'}]}";

        JsonNode first = ask(uri, DialectSample.gemini(), "{" + tools + "'contents':[" + question + "]}");
        JsonNode content = first.path("candidates").path(0).path("content");
        JsonNode call = content.path("parts").path(1);
        JsonNode second = ask(
                uri,
                DialectSample.gemini(),
                "{" + tools + "'contents':[" + question + ",{'role':'model','parts':[" + call
                        + "]},{'role':'user','parts':[{'functionResponse':{'id':'"
                        + call.path("functionCall").path("id").asText()
                        + "','name':'get_weather','response':{'output':'4C'}}}]}]}");

        assertThat(content.path("parts").path(0).path("thought").asBoolean()).isTrue();
        assertThat(call.path("functionCall").path("args").path("city").asText()).isEqualTo("example");
        assertThat(call.path("thoughtSignature").asText()).isNotEmpty();
        assertThat(first.path("candidates").path(0).path("finishReason").asText())
                .isEqualTo("STOP");
        JsonNode usage = second.path("usageMetadata");
        assertThat(usage.path("totalTokenCount").asInt())
                .isEqualTo(usage.path("promptTokenCount").asInt()
                        + usage.path("candidatesTokenCount").asInt()
                        + usage.path("thoughtsTokenCount").asInt());
        assertThat(second.toString()).contains("The tool says: 4C");
    }

    @Test
    void geminiStreamsEmbedsCountsAndLists() throws Exception {
        String model = "/v1beta/models/gemini-2.5-flash";
        String events =
                stream(model + ":streamGenerateContent?alt=sse", DialectSample.gemini(), DialectSample.CONTENTS);
        JsonNode array = json(stream(model + ":streamGenerateContent", DialectSample.gemini(), DialectSample.CONTENTS));
        JsonNode one = ask(
                "/v1beta/models/e:embedContent",
                DialectSample.gemini(),
                "{'content':{'parts':[{'text':'hi'}]},'outputDimensionality':8}");
        JsonNode many = ask(
                "/v1beta/models/e:batchEmbedContents",
                DialectSample.gemini(),
                "{'requests':[{'model':'models/e','content':{'parts':[{'text':'hi'}]},'outputDimensionality':8}]}");
        JsonNode count = ask(model + ":countTokens", DialectSample.gemini(), DialectSample.CONTENTS);
        JsonNode models = await(client.send(HttpMethod.GET, "/v1beta/models", DialectSample.gemini(), ""))
                .json();

        assertThat(events).contains("\r\n\r\n").doesNotContain("[DONE]");
        assertThat(array.isArray()).isTrue();
        assertThat(array.size()).isEqualTo(40 + 1);
        assertThat(one.path("embedding").path("values").size()).isEqualTo(8);
        assertThat(many.path("embeddings").path(0)).isEqualTo(one.path("embedding"));
        assertThat(count.path("totalTokens").asInt()).isEqualTo(7);
        assertThat(models.path("models").path(0).path("name").asText()).startsWith("models/gemini");
    }

    @Test
    void bedrockCallsAndAnswersTheResult() throws Exception {
        String config = "'toolConfig':{'tools':[{'toolSpec':{'name':'get_weather','inputSchema':{'json':" + SCHEMA
                + "}}}]},'inferenceConfig':{'maxTokens':2000},'additionalModelRequestFields':{'thinking':"
                + "{'type':'enabled','budget_tokens':1024}},";
        String question = "{'role':'user','content':[{'text':'get_weather'}]}";
        String uri = "/bedrock/model/m/converse";

        JsonNode first = ask(uri, bearer(), "{" + config + "'messages':[" + question + "]}");
        JsonNode message = first.path("output").path("message");
        JsonNode call = message.path("content").path(1).path("toolUse");
        JsonNode second = ask(
                uri,
                bearer(),
                "{" + config + "'messages':[" + question + "," + message
                        + ",{'role':'user','content':[{'toolResult':{'toolUseId':'"
                        + call.path("toolUseId").asText() + "','content':[{'json':{'t':4}}]}}]}]}");

        assertThat(first.path("stopReason").asText()).isEqualTo("tool_use");
        assertThat(call.path("input").path("city").asText()).isEqualTo("example");
        assertThat(second.toString()).contains("The tool says: {\\\"t\\\":4}");
    }

    @Test
    void bedrockAnswersInTheFormItIsGiven() throws Exception {
        JsonNode shaped = ask(
                "/bedrock/model/m/converse",
                bearer(),
                "{'messages':[{'role':'user','content':[{'text':'hi'}]}],'outputConfig':{'textFormat':{'type':"
                        + "'json_schema','structure':{'jsonSchema':{'schema':'"
                        + SCHEMA.replace("'", "\\'") + "'}}}}}");

        assertThat(shaped.at("/output/message/content/0/text").asText()).isEqualTo("{\"city\":\"example\"}");
    }

    /** A stream ends with an empty text; clients that keep the turns send it back. */
    @Test
    void geminiTakesTheEmptyTextOfItsOwnTurnsBack() throws Exception {
        JsonNode answer = ask(
                "/v1beta/models/gemini-2.5-flash:generateContent",
                DialectSample.gemini(),
                "{'contents':[{'role':'user','parts':[{'text':'hi'}]},{'role':'model','parts':[{'text':'so'},"
                        + "{'text':''}]},{'role':'user','parts':[{'text':'hi'}]}]}");

        assertThat(answer.at("/candidates/0/content/parts/0/text").asText()).isNotEmpty();
    }

    @Test
    void dashScopeRepeatsTheWholeTextUnlessAskedForIncrements() throws Exception {
        MultiMap sse = bearer().add("x-dashscope-sse", "enable");
        String uri = "/api/v1/services/aigc/text-generation/generation";
        String body = "{'model':'qwen-plus','input':{'messages':[{'role':'user','content':'hi'}]},"
                + "'parameters':{'result_format':'message','max_tokens':3";

        String whole = stream(uri, sse, body + "}}");
        String pieces = stream(uri, sse, body + ",'incremental_output':true}}");

        assertThat(whole).contains("\"content\":\"Hello from the\"", "\"finish_reason\":\"null\"");
        assertThat(whole).startsWith("id:1\nevent:result\n:HTTP_STATUS/200\ndata:{");
        assertThat(pieces).contains("\"content\":\" the\"").doesNotContain("Hello from");
        assertThat(pieces).contains("\"finish_reason\":\"length\"", "\"output_tokens\":3");
    }

    @Test
    void dashScopeCallsSeesEmbedsAndRanks() throws Exception {
        String base = "/api/v1/services/";
        String tools = "'parameters':{'result_format':'message','tools':[{'type':'function','function':"
                + "{'name':'get_weather','parameters':" + SCHEMA + "}}]}}";
        String question = "{'role':'user','content':'get_weather'}";
        String text = base + "aigc/text-generation/generation";

        JsonNode first = ask(text, bearer(), "{'model':'qwen-plus','input':{'messages':[" + question + "]}," + tools);
        JsonNode message = first.path("output").path("choices").path(0).path("message");
        JsonNode second = ask(
                text,
                bearer(),
                "{'model':'qwen-plus','input':{'messages':[" + question + ","
                        + message.toString().replace("'", "")
                        + ",{'role':'tool','tool_call_id':'"
                        + message.path("tool_calls").path(0).path("id").asText() + "','content':'4C'}]}," + tools);
        JsonNode seen = ask(
                base + "aigc/multimodal-generation/generation",
                bearer(),
                "{'model':'qwen-vl-plus','input':{'messages':[{'role':'user','content':[{'text':'what?'},"
                        + "{'image':'https://x.invalid/a.png'}]}]}}");
        JsonNode vectors = ask(
                base + "embeddings/text-embedding/text-embedding",
                bearer(),
                "{'model':'text-embedding-v4','input':{'texts':['a','b']},'parameters':{'dimension':64}}");
        JsonNode ranked = ask(
                base + "rerank/text-rerank/text-rerank",
                bearer(),
                "{'model':'gte-rerank','input':{'query':'cold','documents':['hot','so cold']},'parameters':{'top_n':1}}");

        assertThat(first.toString()).contains("\"finish_reason\":\"tool_calls\"");
        assertThat(second.toString()).contains("The tool says: 4C");
        assertThat(seen.path("output")
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .path(0)
                        .path("text")
                        .asText())
                .startsWith("I see 1 image.");
        assertThat(vectors.path("output")
                        .path("embeddings")
                        .path(1)
                        .path("embedding")
                        .size())
                .isEqualTo(64);
        assertThat(ranked.path("output").path("results").path(0).path("index").asInt())
                .isEqualTo(1);
    }

    @Test
    void ollamaThinksCallsEmbedsAndLists() throws Exception {
        String tools = "'tools':[{'type':'function','function':{'name':'get_weather','parameters':" + SCHEMA + "}}],";
        String question = "{'role':'user','content':'get_weather'}";

        String first =
                stream("/api/chat", bearer(), "{'model':'m','think':true," + tools + "'messages':[" + question + "]}");
        JsonNode second = ask(
                "/api/chat",
                bearer(),
                "{'model':'m','stream':false," + tools + "'messages':[" + question
                        + ",{'role':'assistant','content':'','tool_calls':[{'function':{'name':'get_weather','arguments':{}}}]},"
                        + "{'role':'tool','tool_name':'get_weather','content':'4C'}]}");
        JsonNode vectors = ask("/api/embed", bearer(), "{'model':'m','input':['a','b']}");
        JsonNode shaped = ask(
                "/api/chat",
                DialectSample.head(),
                "{'model':'m','stream':false,'format':" + SCHEMA + ",'messages':[" + question + "]}");
        JsonNode tags = await(client.send(HttpMethod.GET, "/api/tags", MultiMap.caseInsensitiveMultiMap(), ""))
                .json();

        for (String line : first.split("\n")) {
            assertThat(json(line).path("message").path("role").asText()).isEqualTo("assistant");
        }
        assertThat(first).contains("\"thinking\":\"The\"", "\"arguments\":{\"city\":\"example\"}");
        assertThat(second.path("message").path("content").asText()).isEqualTo("The tool says: 4C");
        assertThat(vectors.path("embeddings").size()).isEqualTo(2);
        assertThat(shaped.path("message").path("content").asText()).isEqualTo("{\"city\":\"example\"}");
        assertThat(tags.path("models").path(0).path("name").asText()).isEqualTo("llama3.2:latest");
    }

    @Test
    void openAiCallsTwoToolsAndAnswersTheResults() throws Exception {
        String tools = "'tools':[{'type':'function','function':{'name':'aa','parameters':" + SCHEMA
                + "}},{'type':'function','function':{'name':'bb','parameters':" + SCHEMA + "}}],";
        String question = "{'role':'user','content':'aa and bb'}";
        String chat = "/v1/chat/completions";

        JsonNode first = ask(chat, bearer(), "{'model':'m'," + tools + "'messages':[" + question + "]}");
        JsonNode message = first.path("choices").path(0).path("message");
        String second = stream(
                chat,
                bearer(),
                "{'model':'m','stream':true," + tools + "'messages':[" + question + ","
                        + message.toString().replace(",\"refusal\":null,\"annotations\":[]", "")
                        + ",{'role':'tool','tool_call_id':'"
                        + message.path("tool_calls").path(0).path("id").asText()
                        + "','content':'1'},{'role':'tool','tool_call_id':'"
                        + message.path("tool_calls").path(1).path("id").asText() + "','content':'2'}]}");
        String streamed =
                stream(chat, bearer(), "{'model':'m','stream':true," + tools + "'messages':[" + question + "]}");
        JsonNode reasoned = ask(
                chat, bearer(), "{'model':'m','reasoning_effort':'low','messages':[{'role':'user','content':'hi'}]}");

        assertThat(message.path("tool_calls").size()).isEqualTo(2);
        assertThat(second).contains("\" 1;\"", "\" 2\"").endsWith("data: [DONE]\n\n");
        assertThat(streamed).contains("\"tool_calls\":[{\"index\":1,\"id\":\"call_");
        assertThat(reasoned.path("usage")
                        .path("completion_tokens_details")
                        .path("reasoning_tokens")
                        .asInt())
                .isEqualTo(9);
    }

    @Test
    void responsesAreStoredForTheirKeyOnly() throws Exception {
        JsonNode first = ask(
                "/v1/responses",
                bearer(),
                "{'model':'m','input':'call get_weather','tools':["
                        + "{'type':'function','name':'get_weather','parameters':" + SCHEMA
                        + "}],'reasoning':{'effort':'low',"
                        + "'summary':'auto'},'include':['reasoning.encrypted_content']}");
        String id = first.path("id").asText();
        JsonNode call = first.path("output").path(1);

        JsonNode second = ask(
                "/v1/responses",
                bearer(),
                "{'model':'m','previous_response_id':'" + id
                        + "','input':[{'type':'function_call_output','call_id':'"
                        + call.path("call_id").asText()
                        + "','output':'4C'}]}");
        Reply known = await(client.send(HttpMethod.GET, "/v1/responses/" + id, bearer(), ""));
        Reply stranger = await(client.send(
                HttpMethod.GET, "/v1/responses/" + id, DialectSample.head("authorization", "Bearer other"), ""));
        Reply deleted = await(client.send(HttpMethod.DELETE, "/v1/responses/" + id, bearer(), ""));
        Reply gone = await(client.send(HttpMethod.GET, "/v1/responses/" + id, bearer(), ""));

        assertThat(first.path("output").path(0).path("type").asText()).isEqualTo("reasoning");
        assertThat(call.path("arguments").asText()).isEqualTo("{\"city\":\"example\"}");
        assertThat(second.path("output")
                        .path(0)
                        .path("content")
                        .path(0)
                        .path("text")
                        .asText())
                .isEqualTo("The tool says: 4C");
        assertThat(known.json()).isEqualTo(first);
        assertThat(stranger.status()).isEqualTo(404);
        assertThat(deleted.json().path("deleted").asBoolean()).isTrue();
        assertThat(gone.status()).isEqualTo(404);
    }

    private Reply stored(HttpMethod method, String path) throws Exception {
        return await(client.send(method, "/v1/responses/" + path, bearer(), ""));
    }

    @Test
    void responsesInTheBackgroundAreCancelledUntilSomebodyHasLooked() throws Exception {
        String request = "{'model':'m','background':true,'input':'x'}";
        JsonNode first = ask("/v1/responses", bearer(), request);
        JsonNode second = ask("/v1/responses", bearer(), request);
        String done = first.path("id").asText();
        String stopped = second.path("id").asText();

        Reply looked = stored(HttpMethod.GET, done);
        Reply tooLate = stored(HttpMethod.POST, done + "/cancel");
        Reply cancelled = stored(HttpMethod.POST, stopped + "/cancel");
        Reply after = stored(HttpMethod.GET, stopped);

        assertThat(first.path("status").asText()).isEqualTo("queued");
        assertThat(first.path("output")).isEmpty();
        assertThat(looked.json().path("status").asText()).isEqualTo("completed");
        assertThat(tooLate.json()).isEqualTo(looked.json());
        assertThat(cancelled.json().path("status").asText()).isEqualTo("cancelled");
        assertThat(after.json()).isEqualTo(cancelled.json());
        String plain = ask("/v1/responses", bearer(), "{'model':'m','input':'x'}")
                .path("id")
                .asText();
        assertThat(stored(HttpMethod.POST, plain + "/cancel").status()).isEqualTo(400);
        assertThat(stored(HttpMethod.POST, "resp_none/cancel").status()).isEqualTo(404);
        assertThat(stored(HttpMethod.GET, plain + "?stream=true").status()).isEqualTo(400);
    }

    @Test
    void responsesInTheBackgroundAreStreamedAgainFromAnyEvent() throws Exception {
        String whole = stream("/v1/responses", bearer(), "{'model':'m','background':true,'stream':true,'input':'x'}");
        String id = whole.replaceAll("(?s).*?\"id\":\"(resp_[^\"]+)\".*", "$1");

        assertThat(stored(HttpMethod.GET, id + "?stream=true").body()).isEqualTo(whole);
        assertThat(stored(HttpMethod.GET, id + "?stream=true&starting_after=2").body())
                .isEqualTo(whole.substring(whole.indexOf("event: ", whole.indexOf("\"sequence_number\":2,"))));
        assertThat(stored(HttpMethod.GET, id + "?starting_after=2").status()).isEqualTo(400);
    }

    @Test
    void responsesListTheirInput() throws Exception {
        String first = ask("/v1/responses", bearer(), "{'model':'m','input':'one'}")
                .path("id")
                .asText();
        String second = ask(
                        "/v1/responses", bearer(), "{'model':'m','previous_response_id':'" + first + "','input':'two'}")
                .path("id")
                .asText();

        JsonNode all = stored(HttpMethod.GET, second + "/input_items?order=asc").json();
        JsonNode page = stored(HttpMethod.GET, second + "/input_items?limit=1").json();
        JsonNode next = stored(
                        HttpMethod.GET,
                        second + "/input_items?limit=1&after="
                                + page.path("last_id").asText())
                .json();

        assertThat(all.path("data")).hasSize(3);
        assertThat(all.path("has_more").asBoolean()).isFalse();
        assertThat(all.path("data").path(0).path("content").asText()).isEqualTo("one");
        assertThat(page.path("data").path(0)).isEqualTo(all.path("data").path(2));
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(next.path("data").path(0)).isEqualTo(all.path("data").path(1));
        assertThat(stored(HttpMethod.GET, second + "/input_items?limit=101").status())
                .isEqualTo(400);
        assertThat(stored(HttpMethod.GET, second + "/input_items?after=none").status())
                .isEqualTo(400);
    }

    @Test
    void responsesNumberTheirEvents() throws Exception {
        String body = stream(
                "/openai/v1/responses",
                DialectSample.head("api-key", "k"),
                "{'model':'m','input':'hi','stream':true,'max_output_tokens':16}");

        int number = 0;
        for (String event : body.split("\n\n")) {
            JsonNode data = json(event.substring(event.indexOf("data: ") + 6));
            assertThat(event).startsWith("event: " + data.path("type").asText() + "\n");
            assertThat(data.path("sequence_number").asInt()).isEqualTo(number++);
        }
        assertThat(body).contains("event: response.incomplete").contains("\"reason\":\"max_output_tokens\"");
    }

    private static JsonNode json(String text) throws Exception {
        return Json.read(text.getBytes(StandardCharsets.UTF_8));
    }
}
