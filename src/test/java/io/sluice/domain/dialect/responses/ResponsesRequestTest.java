package io.sluice.domain.dialect.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponsesRequestTest {
    private static final String RICH = """
            {"model":"m","instructions":"Be brief.","input":[
              {"type":"message","role":"developer","content":[{"type":"input_text","text":"Be kind."}]},
              {"type":"message","role":"user","content":[{"type":"input_text","text":"look"},
                {"type":"input_image","detail":"low","image_url":"data:image/png;base64,AAAA"},
                {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,BB"},
                {"type":"input_file","file_url":"https://e.org/a"},{"type":"input_file","file_id":"file-1"}]},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I ","annotations":[]},
                {"type":"refusal","refusal":"no"}]},
              {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
              {"type":"function_call_output","call_id":"c1","output":"42"},
              {"type":"function_call_output","call_id":"c2","output":[{"type":"input_image","detail":"auto",
                "image_url":"https://e.org/b"}]},
              {"type":"message","role":"user","content":[{"type":"input_text","text":"and?"}]}],
             "max_output_tokens":100,"temperature":0.50,"top_p":0.9,"top_logprobs":2,
             "reasoning":{"effort":"medium","summary":"auto"},
             "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true},
               "verbosity":"low"},
             "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},
               {"type":"web_search"}],
             "tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,
             "user":"u","service_tier":"default","metadata":{"a":"b"},
             "include":["message.output_text.logprobs","reasoning.encrypted_content"]}""";

    private static ChatRequest read(String json) {
        return new ResponsesCodec().decodeRequest((ObjectNode) Json.read(json), "m", false);
    }

    private static List<ChatMessage> input(String items) {
        return read("{\"model\":\"m\",\"input\":" + items + "}").messages();
    }

    private static Part.Text text(String text) {
        return Part.Text.of(text);
    }

    @Test
    void readsTextInputBehindInstructions() {
        ChatRequest request = read("""
                {"model":"m","instructions":"Be brief.","input":"hi"}""");

        assertThat(request.messages())
                .containsExactly(
                        ChatMessage.of(Role.SYSTEM, List.of(text("Be brief."))),
                        ChatMessage.of(Role.USER, List.of(text("hi"))));
        assertThat(request.extras()).isEmpty();
        assertThat(request.format()).isEqualTo(new AnswerFormat.Text());
        assertThat(request.reasoning()).isNull();
    }

    @Test
    void readsEveryKindOfPart() {
        List<ChatMessage> messages = input("""
                [{"role":"user","content":[
                  {"type":"input_text","text":"look"},
                  {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},
                  {"type":"input_image","image_url":"https://e.org/a.png"},
                  {"type":"input_image","file_id":"file-1"},
                  {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,BBBB"},
                  {"type":"input_file","filename":"a.txt","file_data":"CCCC"},
                  {"type":"input_file","file_url":"https://e.org/a.pdf"},
                  {"type":"input_file","file_id":"file-2"},
                  {"type":"input_audio","input_audio":{"data":"DDDD","format":"wav"}},
                  {"type":"input_smell","smell":"rose"}]}]""");

        assertThat(messages).singleElement().satisfies(message -> assertThat(message.parts())
                .containsExactly(
                        text("look"),
                        new Part.Image(new MediaSource.Data("image/png", "AAAA"), "low", null),
                        new Part.Image(new MediaSource.Url("https://e.org/a.png", null), null, null),
                        new Part.Image(new MediaSource.Stored("file-1"), null, null),
                        new Part.Document(new MediaSource.Data("application/pdf", "BBBB"), "a.pdf", null, null),
                        new Part.Document(new MediaSource.Data("text/plain", "CCCC"), "a.txt", null, null),
                        new Part.Document(new MediaSource.Url("https://e.org/a.pdf", null), null, null, null),
                        new Part.Document(new MediaSource.Stored("file-2"), null, null, null),
                        new Part.Audio(new MediaSource.Data("audio/wav", "DDDD")),
                        new Part.Foreign(
                                ChatDialect.RESPONSES,
                                Json.read("{\"type\":\"input_smell\",\"smell\":\"rose\"}"),
                                "input[0].content[9].type")));
    }

    @Test
    void joinsTheItemsOfOneTurnOfTheModel() {
        List<ChatMessage> messages = input("""
                [{"role":"user","content":"go"},
                 {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],
                  "encrypted_content":"sluice.anthropic.SIG"},
                 {"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"sluice.anthropic-hidden.DATA"},
                 {"type":"message","role":"assistant","content":[
                   {"type":"output_text","text":"I look","annotations":[]},{"type":"refusal","refusal":"no"}]},
                 {"type":"reasoning","id":"rs_3","summary":[],"encrypted_content":"sluice.gemini-call.CALLSIG"},
                 {"type":"function_call","call_id":"c1","name":"f","arguments":"{\\"a\\":1}"},
                 {"type":"function_call","call_id":"c2","name":"g","arguments":""},
                 {"type":"function_call_output","call_id":"c1","output":"42"},
                 {"type":"function_call_output","call_id":"c2","output":[
                   {"type":"input_text","text":"see"},{"type":"input_image","image_url":"https://e.org/b.png"}]},
                 {"role":"user","content":"and?"},{"role":"user","content":"well?"}]""");

        assertThat(messages)
                .containsExactly(
                        ChatMessage.of(Role.USER, List.of(text("go"))),
                        ChatMessage.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Part.Thinking("hm", new Proof(Maker.ANTHROPIC, "SIG")),
                                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "DATA")),
                                        text("I look"),
                                        new Part.Refusal("no"),
                                        new Part.ToolCall(
                                                "c1", "f", "{\"a\":1}", new Proof(Maker.GEMINI, "CALLSIG"), null),
                                        new Part.ToolCall("c2", "g", "{}", null, null))),
                        ChatMessage.of(
                                Role.TOOL,
                                List.of(
                                        new Part.ToolResult("c1", null, List.of(text("42")), false, null),
                                        new Part.ToolResult(
                                                "c2",
                                                null,
                                                List.of(
                                                        text("see"),
                                                        new Part.Image(
                                                                new MediaSource.Url("https://e.org/b.png", null),
                                                                null,
                                                                null)),
                                                false,
                                                null))),
                        ChatMessage.of(Role.USER, List.of(text("and?"))),
                        ChatMessage.of(Role.USER, List.of(text("well?"))));
    }

    @Test
    void whatOnlyOpenAiCanReadIsItsProof() {
        List<ChatMessage> messages = input("""
                [{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},
                 {"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"a"},
                   {"type":"summary_text","text":"b"}],"encrypted_content":"gBBB"},
                 {"type":"reasoning","id":"rs_3","summary":[]},
                 {"type":"web_search_call","id":"ws_1","status":"completed"}]""");

        assertThat(messages).singleElement().satisfies(message -> {
            assertThat(message.role()).isEqualTo(Role.ASSISTANT);
            assertThat(message.parts()).hasSize(3);
            assertThat(message.parts().get(0)).isEqualTo(new Part.HiddenThinking(new Proof(Maker.OPENAI, "rs_1.gAAA")));
            assertThat(message.parts().get(1))
                    .isEqualTo(new Part.Thinking("a\n\nb", new Proof(Maker.OPENAI, "rs_2.gBBB")));
            assertThat(message.parts().get(2)).isInstanceOf(Part.Foreign.class);
        });
    }

    @Test
    void readsTools() {
        ChatRequest request = read("""
                {"input":"hi","tools":[
                  {"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},
                  {"type":"function","name":"g","parameters":null},
                  {"type":"web_search"}],"parallel_tool_calls":false,
                 "tool_choice":{"type":"function","name":"f"}}""");

        assertThat(request.tools())
                .containsExactly(
                        new Tool.Function("f", "d", Json.read("{\"type\":\"object\"}"), true, null),
                        new Tool.Function("g", null, null, null, null),
                        new Tool.Foreign(
                                ChatDialect.RESPONSES, Json.read("{\"type\":\"web_search\"}"), "tools[2].type"));
        assertThat(request.toolChoice()).isEqualTo(new ToolChoice.Named("f"));
        assertThat(request.parallelToolCalls()).isFalse();
    }

    @Test
    void leavesOutToolsThatMayNotBeCalled() {
        ChatRequest request = read("""
                {"input":"hi","tools":[{"type":"function","name":"f"},{"type":"function","name":"g"},
                  {"type":"web_search"},{"type":"image_generation"}],
                 "tool_choice":{"type":"allowed_tools","mode":"required",
                   "tools":[{"type":"function","name":"g"},{"type":"web_search"}]}}""");

        assertThat(request.tools()).hasSize(2);
        assertThat(request.tools().getFirst()).isEqualTo(new Tool.Function("g", null, null, null, null));
        assertThat(request.toolChoice()).isEqualTo(new ToolChoice.Required());
    }

    @Test
    void readsTheRest() {
        ChatRequest request = read("""
                {"input":"hi","max_output_tokens":100,"temperature":0.50,"top_p":0.9,"top_logprobs":3,
                 "include":["reasoning.encrypted_content","message.output_text.logprobs"],
                 "reasoning":{"effort":"low","summary":"auto"},"service_tier":"flex","safety_identifier":"u1",
                 "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true},
                   "verbosity":"low"},
                 "store":false,"background":false,"truncation":"disabled","metadata":{"a":"b"},
                 "stream_options":{"include_obfuscation":false},"prompt":null}""");

        assertThat(request.sampling().maxOutputTokens()).isEqualTo(100);
        assertThat(request.sampling().temperature()).hasToString("0.50");
        assertThat(request.sampling().topP()).hasToString("0.9");
        assertThat(request.sampling().logprobs()).isTrue();
        assertThat(request.sampling().topLogprobs()).isEqualTo(3);
        assertThat(request.reasoning()).isEqualTo(new Reasoning(null, "low", null, true));
        assertThat(request.serviceTier()).isEqualTo("flex");
        assertThat(request.user()).isEqualTo("u1");
        assertThat(request.format())
                .isEqualTo(new AnswerFormat.Schema("n", null, Json.read("{\"type\":\"object\"}"), true));
        assertThat(request.extras())
                .containsOnlyKeys(
                        "verbosity",
                        "metadata",
                        "store",
                        "background",
                        "truncation",
                        "stream_options.include_obfuscation");
    }

    @Test
    void asksForNoThinking() {
        assertThat(read("{\"input\":\"x\",\"reasoning\":{\"effort\":\"none\"}}").reasoning())
                .isEqualTo(new Reasoning(false, "none", null, null));
        assertThat(read("{\"input\":\"x\",\"reasoning\":{}}").reasoning()).isNull();
    }

    @Test
    void keepsWhatNeedsStoredStateByName() {
        ChatRequest request = read("""
                {"input":[{"role":"user","content":"x"},{"type":"item_reference","id":"msg_1"}],
                 "previous_response_id":"resp_1","conversation":"conv_1","background":true,"store":true,
                 "prompt":{"id":"p"},"truncation":"auto","max_tool_calls":3,"context_management":[],
                 "include":["file_search_call.results"],"stream_options":{"x":1},
                 "reasoning":{"effort":"low","context":"all"},"tool_choice":{"type":"web_search"}}""");

        assertThat(request.extras())
                .containsOnlyKeys(
                        "previous_response_id",
                        "conversation",
                        "background",
                        "store",
                        "prompt",
                        "truncation",
                        "max_tool_calls",
                        "context_management",
                        "include",
                        "stream_options.x",
                        "reasoning.context",
                        "tool_choice",
                        "input.item_reference");
        assertThat(request.toolChoice()).isNull();
    }

    @Test
    void losesLabelsWithoutAWord() {
        Losses losses = new Losses(ChatDialect.RESPONSES, false);

        losses.lose("prompt_cache_key", Json.NODES.textNode("k"));
        losses.lose("metadata", Json.object());
        losses.lose("store", Json.NODES.booleanNode(false));

        assertThat(losses.fields()).isEmpty();
        assertThat(catchThrowableOfType(InexpressibleException.class, () -> losses.lose("conversation"))
                        .field())
                .isEqualTo("conversation");
    }

    @Test
    void throwsNothingElse() {
        Random random = new Random(5);
        List<JsonNode> odd = List.of(
                Json.read("null"),
                Json.read("7"),
                Json.read("\"x\""),
                Json.read("[]"),
                Json.read("{}"),
                Json.read("[[]]"),
                Json.read("[{}]"),
                Json.read("1e400"),
                Json.read("true"));
        int good = 0;
        for (int round = 0; round < 3_000; round++) {
            ObjectNode body = (ObjectNode) Json.read(RICH);
            List<JsonNode> inner = new ArrayList<>();
            collect(body, inner);
            JsonNode place = inner.get(random.nextInt(inner.size()));
            JsonNode value = odd.get(random.nextInt(odd.size()));
            if (place instanceof ObjectNode object) {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                object.set(names.get(random.nextInt(names.size())), value);
            } else if (place instanceof ArrayNode array) {
                array.set(random.nextInt(array.size()), value);
            }
            try {
                ChatRequest request = new ResponsesCodec().decodeRequest(body, "m", false);
                new ResponsesCodec().encodeRequest(request, "m", new Losses(ChatDialect.RESPONSES, true));
                new ResponsesCodec().answerEncoder(request, new AnswerTarget("i", "m", true, 1));
                good++;
            } catch (MalformedRequestException e) {
                assertThat(e.field()).isNotEmpty();
            }
        }
        assertThat(good).isBetween(100, 2_900);
    }

    private static void collect(JsonNode node, List<JsonNode> into) {
        if (node.isContainerNode() && !node.isEmpty()) {
            into.add(node);
        }
        node.forEach(child -> collect(child, into));
    }

    @Test
    void readsWhatItWrites() {
        ChatRequest request = read(RICH);
        Losses losses = new Losses(ChatDialect.OPENAI, false);

        ObjectNode written = new ResponsesCodec().encodeRequest(request, "m", losses);
        // Nothing is stored, whatever the client says.
        written.remove("store");
        ChatRequest again = new ResponsesCodec().decodeRequest(written, "m", false);

        assertThat(again).isEqualTo(request);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'input':3} | input",
                "{'input':[3]} | input[0]",
                "{'input':[{'role':'wizard','content':'x'}]} | input[0].role",
                "{'input':[{'content':'x'}]} | input[0].role",
                "{'input':[{'role':'user'}]} | input[0].content",
                "{'input':[{'role':'user','content':7}]} | input[0].content",
                "{'input':[{'role':'user','content':[{'type':'input_text'}]}]} | input[0].content[0].text",
                "{'input':[{'role':'user','content':[{'type':'input_image'}]}]} | input[0].content[0]",
                "{'input':[{'role':'user','content':[{'type':'input_file'}]}]} | input[0].content[0]",
                "{'input':[{'role':'user','content':[{'type':'input_image','image_url':'data:x'}]}]} "
                        + "| input[0].content[0].image_url",
                "{'input':[{'type':'function_call','name':'f'}]} | input[0].call_id",
                "{'input':[{'type':'function_call_output','call_id':'c','output':{}}]} | input[0].output",
                "{'input':[{'type':'reasoning','summary':'x'}]} | input[0].summary",
                "{'input':'x','instructions':[]} | instructions",
                "{'input':'x','tools':{}} | tools",
                "{'input':'x','tools':[{'type':'function'}]} | tools[0].name",
                "{'input':'x','tool_choice':'maybe'} | tool_choice",
                "{'input':'x','temperature':'hot'} | temperature",
                "{'input':'x','max_output_tokens':1.5} | max_output_tokens",
                "{'input':'x','max_output_tokens':99999999999999999999} | max_output_tokens",
                "{'input':'x','top_logprobs':21} | top_logprobs",
                "{'input':'x','text':{'format':{'type':'xml'}}} | text.format.type",
                "{'input':'x','text':{'format':{'type':'json_schema','name':'n'}}} | text.format.schema",
                "{'input':'x','reasoning':{'effort':3}} | reasoning.effort",
                "{'input':'x','include':'all'} | include",
            })
    void refusesUnknownForms(String body, String field) {
        assertThat(catchThrowableOfType(MalformedRequestException.class, () -> read(body.replace('\'', '"')))
                        .field())
                .isEqualTo(field);
    }
}
