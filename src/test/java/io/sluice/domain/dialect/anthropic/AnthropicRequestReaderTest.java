package io.sluice.domain.dialect.anthropic;

import static io.sluice.domain.dialect.anthropic.Chats.CODEC;
import static io.sluice.domain.dialect.anthropic.Chats.json;
import static io.sluice.domain.dialect.anthropic.Chats.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.chat.Reasoning;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnthropicRequestReaderTest {
    private static final String EVERYTHING = """
            {'model':'m','max_tokens':2000,'stream':true,'system':[{'type':'text','text':'Be brief.',
              'cache_control':{'type':'ephemeral'}},{'type':'text','text':'Be kind.'}],
             'messages':[
              {'role':'user','content':[
                {'type':'text','text':'What?'},
                {'type':'image','source':{'type':'base64','media_type':'image/png','data':'iVBORw0KGgo='}},
                {'type':'image','source':{'type':'url','url':'https://x.example/a.png'},'cache_control':{'type':'ephemeral','ttl':'1h'}},
                {'type':'image','source':{'type':'file','file_id':'file_1'}},
                {'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'JVBE'},'title':'T',
                 'context':'c','citations':{'enabled':true}},
                {'type':'document','source':{'type':'text','media_type':'text/plain','data':'plain'}},
                {'type':'document','source':{'type':'url','url':'https://x.example/a.pdf'}},
                {'type':'document','source':{'type':'content','content':[]}},
                {'type':'search_result','source':'s','title':'t','content':[]}]},
              {'role':'assistant','content':[
                {'type':'thinking','thinking':'hm','signature':'sig'},
                {'type':'thinking','thinking':'foreign','signature':''},
                {'type':'redacted_thinking','data':'xyz'},
                {'type':'text','text':'Let me look.','citations':null},
                {'type':'tool_use','id':'toolu_1','name':'look','input':{'a':1.50},'caller':{'type':'direct'}},
                {'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{}}]},
              {'role':'user','content':[
                {'type':'tool_result','tool_use_id':'toolu_1','is_error':true,'content':[
                  {'type':'text','text':'no'},
                  {'type':'image','source':{'type':'base64','media_type':'image/gif','data':'R0lG'}}]},
                {'type':'tool_result','tool_use_id':'toolu_2','content':'plain'},
                {'type':'tool_result','tool_use_id':'toolu_3'}]},
              {'role':'assistant','content':'So'}],
             'tools':[{'name':'look','description':'d','input_schema':{'type':'object'},'strict':true,
                'cache_control':{'type':'ephemeral'},'eager_input_streaming':true},
               {'type':'custom','name':'bare','input_schema':{'type':'object'}},
               {'type':'web_search_20250305','name':'web_search','max_uses':2}],
             'tool_choice':{'type':'tool','name':'look','disable_parallel_tool_use':true},
             'temperature':0.30,'top_p':0.9,'top_k':5,'stop_sequences':['END','X'],
             'thinking':{'type':'enabled','budget_tokens':1500,'display':'summarized'},
             'output_config':{'effort':'low','format':{'type':'json_schema','schema':{'type':'object'}}},
             'metadata':{'user_id':'u-1'},'service_tier':'auto'}""";

    private static ChatRequest read(String body) {
        return CODEC.decodeRequest(object(body), "m", true);
    }

    private static final ObjectNode EPHEMERAL = object("{'type':'ephemeral'}");

    @Test
    void readsEveryField() {
        ChatRequest request = read(EVERYTHING);

        assertThat(request.model()).isEqualTo("m");
        assertThat(request.stream()).isTrue();
        assertThat(request.messages())
                .containsExactly(
                        ChatMessage.of(
                                Role.SYSTEM,
                                List.of(new Part.Text("Be brief.", EPHEMERAL, null), Part.Text.of("Be kind."))),
                        ChatMessage.of(
                                Role.USER,
                                List.of(
                                        Part.Text.of("What?"),
                                        new Part.Image(new MediaSource.Data("image/png", "iVBORw0KGgo="), null, null),
                                        new Part.Image(
                                                new MediaSource.Url("https://x.example/a.png", null),
                                                null,
                                                json("{'type':'ephemeral','ttl':'1h'}")),
                                        new Part.Image(new MediaSource.Stored("file_1"), null, null),
                                        new Part.Document(
                                                new MediaSource.Data("application/pdf", "JVBE"),
                                                "T",
                                                null,
                                                json("{'context':'c','citations':{'enabled':true}}")),
                                        new Part.Document(new MediaSource.Plain("plain"), null, null, null),
                                        new Part.Document(
                                                new MediaSource.Url("https://x.example/a.pdf", "application/pdf"),
                                                null,
                                                null,
                                                null),
                                        new Part.Foreign(
                                                ChatDialect.ANTHROPIC,
                                                json("{'type':'document','source':{'type':'content','content':[]}}"),
                                                "messages[0].content[7].source.type"),
                                        new Part.Foreign(
                                                ChatDialect.ANTHROPIC,
                                                json("{'type':'search_result','source':'s','title':'t','content':[]}"),
                                                "messages[0].content[8].type"))),
                        ChatMessage.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Part.Thinking("hm", new Proof(Maker.ANTHROPIC, "sig")),
                                        new Part.Thinking("foreign", null),
                                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "xyz")),
                                        Part.Text.of("Let me look."),
                                        Chats.call("toolu_1", "look", "{\"a\":1.50}"),
                                        new Part.Foreign(
                                                ChatDialect.ANTHROPIC,
                                                json(
                                                        "{'type':'server_tool_use','id':'srvtoolu_1','name':'web_search','input':{}}"),
                                                "messages[1].content[5].type"))),
                        ChatMessage.of(
                                Role.USER,
                                List.of(
                                        new Part.ToolResult(
                                                "toolu_1",
                                                null,
                                                List.of(
                                                        Part.Text.of("no"),
                                                        new Part.Image(
                                                                new MediaSource.Data("image/gif", "R0lG"), null, null)),
                                                true,
                                                null),
                                        Chats.result("toolu_2", "plain"),
                                        new Part.ToolResult("toolu_3", null, List.of(), false, null))),
                        ChatMessage.of(Role.ASSISTANT, List.of(Part.Text.of("So"))));
        assertThat(request.tools())
                .containsExactly(
                        new Tool.Function("look", "d", json("{'type':'object'}"), true, EPHEMERAL),
                        new Tool.Function("bare", null, json("{'type':'object'}"), null, null),
                        new Tool.Foreign(
                                ChatDialect.ANTHROPIC,
                                json("{'type':'web_search_20250305','name':'web_search','max_uses':2}"),
                                "tools[2].type"));
        assertThat(request.toolChoice()).isEqualTo(new ToolChoice.Named("look"));
        assertThat(request.parallelToolCalls()).isFalse();
        assertThat(request.sampling().maxOutputTokens()).isEqualTo(2000);
        assertThat(request.sampling().temperature()).isEqualTo(new BigDecimal("0.30"));
        assertThat(request.sampling().topP()).isEqualTo(new BigDecimal("0.9"));
        assertThat(request.sampling().topK()).isEqualTo(5);
        assertThat(request.sampling().stop()).containsExactly("END", "X");
        assertThat(request.reasoning()).isEqualTo(new Reasoning(true, "low", 1500L, true));
        assertThat(request.format()).isEqualTo(new AnswerFormat.Schema("", null, json("{'type':'object'}"), null));
        assertThat(request.user()).isEqualTo("u-1");
        assertThat(request.serviceTier()).isEqualTo("auto");
        assertThat(request.extras()).isEmpty();
    }

    @Test
    void keepsWhatItDoesNotKnowUnderItsPath() {
        ChatRequest request = read("""
                {'container':'c','betas':['x'],'nothing':null,'metadata':{'team':1},'output_config':{'task_budget':{'n':1}},
                 'tools':[{'name':'a','input_schema':{},'input_examples':[{}]}],'thinking':{'type':'adaptive','x':1},
                 'messages':[{'role':'user','content':[{'type':'text','text':'t','new':1}],'extra':2}]}""");

        assertThat(request.extras().keySet())
                .containsExactlyInAnyOrder(
                        "container",
                        "betas",
                        "metadata.team",
                        "output_config.task_budget",
                        "tools[0].input_examples",
                        "thinking.x",
                        "messages[0].content[0].new",
                        "messages[0].extra");
    }

    @Test
    void putsTheRequestsCacheMarkOnItsLastBlock() {
        ChatRequest request = read(
                "{'cache_control':{'type':'ephemeral'},'messages':[{'role':'user','content':'a'},{'role':'user','content':'b'}]}");

        assertThat(request.messages())
                .containsExactly(
                        ChatMessage.of(Role.USER, List.of(Part.Text.of("a"))),
                        ChatMessage.of(Role.USER, List.of(new Part.Text("b", EPHEMERAL, null))));
        assertThat(request.extras()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            nullValues = "-",
            value = {
                "{'type':'auto'} | auto | -",
                "{'type':'auto','disable_parallel_tool_use':false} | auto | true",
                "{'type':'any','disable_parallel_tool_use':true} | any | false",
                "{'type':'none'} | none | -",
            })
    void readsToolChoices(String written, String word, @Nullable Boolean parallel) {
        ChatRequest request = read("{'messages':[],'tool_choice':" + written + "}");

        assertThat(request.toolChoice())
                .isEqualTo(
                        switch (word) {
                            case "auto" -> new ToolChoice.Auto();
                            case "any" -> new ToolChoice.Required();
                            default -> new ToolChoice.None();
                        });
        assertThat(request.parallelToolCalls()).isEqualTo(parallel);
    }

    @Test
    void readsThinkingInEveryForm() {
        assertThat(read("{'messages':[],'thinking':{'type':'disabled'}}").reasoning())
                .isEqualTo(new Reasoning(false, null, null, null));
        assertThat(read("{'messages':[],'thinking':{'type':'adaptive','display':'omitted'}}")
                        .reasoning())
                .isEqualTo(new Reasoning(true, null, -1L, false));
        assertThat(read("{'messages':[],'output_config':{'effort':'max'}}").reasoning())
                .isEqualTo(new Reasoning(null, "max", null, null));
        assertThat(read("{'messages':[],'thinking':null}").reasoning()).isNull();
        assertThat(read("{'messages':[],'output_format':{'type':'json_schema','schema':{'a':1}}}")
                        .format())
                .isEqualTo(new AnswerFormat.Schema("", null, json("{'a':1}"), null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "messages | {}",
                "messages | {'messages':'hi'}",
                "messages[0] | {'messages':['hi']}",
                "messages[0].role | {'messages':[{'content':'a'}]}",
                "messages[0].role | {'messages':[{'role':'tool','content':'a'}]}",
                "messages[0].content | {'messages':[{'role':'user','content':{}}]}",
                "messages[0].content[1] | {'messages':[{'role':'user','content':[{'type':'text','text':'a'},'b']}]}",
                "messages[0].content[0].type | {'messages':[{'role':'user','content':[{'text':'a'}]}]}",
                "messages[0].content[0].text | {'messages':[{'role':'user','content':[{'type':'text','text':1}]}]}",
                "messages[0].content[0].source | {'messages':[{'role':'user','content':[{'type':'image'}]}]}",
                "messages[0].content[0].source.type | {'messages':[{'role':'user','content':[{'type':'image','source':{'type':'x'}}]}]}",
                "messages[0].content[0].source.type | {'messages':[{'role':'user','content':[{'type':'image','source':{'type':'text','data':'x'}}]}]}",
                "messages[0].content[0].input | {'messages':[{'role':'assistant','content':[{'type':'tool_use','id':'a','name':'b','input':'{}'}]}]}",
                "messages[0].content[0].content[0].type | {'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':[{}]}]}]}",
                "system | {'messages':[],'system':1}",
                "max_tokens | {'messages':[],'max_tokens':1.5}",
                "max_tokens | {'messages':[],'max_tokens':1e300}",
                "temperature | {'messages':[],'temperature':'hot'}",
                "stop_sequences | {'messages':[],'stop_sequences':'END'}",
                "stop_sequences | {'messages':[],'stop_sequences':[1]}",
                "tools | {'messages':[],'tools':{}}",
                "tools[0] | {'messages':[],'tools':[1]}",
                "tools[0].name | {'messages':[],'tools':[{'input_schema':{}}]}",
                "tools[0].input_schema | {'messages':[],'tools':[{'name':'a','input_schema':[]}]}",
                "tool_choice.type | {'messages':[],'tool_choice':{'type':'some'}}",
                "tool_choice.name | {'messages':[],'tool_choice':{'type':'tool'}}",
                "thinking.type | {'messages':[],'thinking':{'type':'much'}}",
                "thinking | {'messages':[],'thinking':true}",
                "output_config.format.schema | {'messages':[],'output_config':{'format':{'type':'json_schema'}}}",
                "output_config.format.type | {'messages':[],'output_config':{'format':{'type':'xml'}}}",
                "metadata.user_id | {'messages':[],'metadata':{'user_id':5}}",
            })
    void saysWhichFieldIsMalformed(String sample) {
        String[] parts = sample.split(" \\| ");

        MalformedRequestException thrown = catchThrowableOfType(MalformedRequestException.class, () -> read(parts[1]));

        assertThat(thrown).isNotNull();
        assertThat(thrown.field()).isEqualTo(parts[0]);
        assertThat(thrown.getMessage()).contains(parts[0]);
    }

    /** What is read is written again: nothing is lost between Anthropic and Anthropic. */
    @Test
    void comesBackAsItWas() {
        ObjectNode body = object("""
                {'model':'claude-sonnet-4-5','max_tokens':4000,'system':[{'type':'text','text':'Be brief.','cache_control':{'type':'ephemeral'}}],
                 'messages':[{'role':'user','content':[{'type':'text','text':'a'},{'type':'search_result','source':'s','title':'t','content':[]}]},
                  {'role':'assistant','content':[{'type':'thinking','thinking':'hm','signature':'sig'},{'type':'redacted_thinking','data':'d'},
                    {'type':'tool_use','id':'toolu_1','name':'look','input':{'a':1.50}}]},
                  {'role':'user','content':[{'type':'tool_result','tool_use_id':'toolu_1','content':'no','is_error':true},
                    {'type':'document','source':{'type':'file','file_id':'f'},'title':'T','citations':{'enabled':true}}]}],
                 'tools':[{'name':'look','input_schema':{'type':'object'}},{'type':'bash_20250124','name':'bash'}],
                 'tool_choice':{'type':'auto','disable_parallel_tool_use':true},
                 'thinking':{'type':'enabled','budget_tokens':2000},'stop_sequences':['END'],
                 'output_config':{'format':{'type':'json_schema','schema':{'type':'object','additionalProperties':false}},'task_budget':{'n':1}},
                 'metadata':{'user_id':'u'},'service_tier':'standard_only','container':'c','stream':true}""");
        Losses losses = new Losses(ChatDialect.ANTHROPIC, false);

        ObjectNode written =
                CODEC.encodeRequest(CODEC.decodeRequest(body, "claude-sonnet-4-5", true), "claude-sonnet-4-5", losses);

        assertThat(Json.read(Json.text(written))).isEqualTo(body);
        assertThat(losses.fields()).isEmpty();
    }
}
