package io.sluice.domain.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the canonical model gets of a client's request. */
class OpenAiRequestReaderTest {
    private static ChatRequest read(String body) {
        ObjectNode json = (ObjectNode) Objects.requireNonNull(Json.read(body.replace('\'', '"')));
        return new OpenAiCodec().decodeRequest(json, "m", false);
    }

    private static List<Part> parts(String message) {
        return read("{'messages':[" + message + "]}").messages().getFirst().parts();
    }

    @Test
    void callsAndResultsOfOldGetIds() {
        ChatRequest request = read("""
                {'messages':[{'role':'assistant','content':null,'function_call':{'name':'f','arguments':''}},
                 {'role':'function','name':'f','content':'1'}]}""");

        assertThat(request.messages().get(0).parts())
                .containsExactly(new Part.ToolCall("legacy_call_0", "f", "{}", null, null));
        assertThat(request.messages().get(1).role()).isEqualTo(Role.TOOL);
        assertThat(request.messages().get(1).parts())
                .containsExactly(new Part.ToolResult("legacy_call_0", "f", List.of(Part.Text.of("1")), false, null));
    }

    @Test
    void mediaAreReadByKind() {
        assertThat(parts("""
                {'role':'user','content':[
                 {'type':'image_url','image_url':{'url':'data:image/JPEG;charset=x;base64,AA=='}},
                 {'type':'input_audio','input_audio':{'data':'AA==','format':'mp3'}},
                 {'type':'file','file':{'file_id':'file-1'}},
                 {'type':'something_new'}]}"""))
                .containsExactly(
                        new Part.Image(new MediaSource.Data("image/JPEG", "AA=="), null, null),
                        new Part.Audio(new MediaSource.Data("audio/mpeg", "AA==")),
                        new Part.Document(new MediaSource.Stored("file-1"), null, null, null),
                        new Part.Foreign(
                                ChatDialect.OPENAI,
                                Objects.requireNonNull(Json.read("{\"type\":\"something_new\"}")),
                                "messages[0].content[3].type"));
    }

    @Test
    void unknownMemberOfAKnownPartGoesToTheExtrasAndThePartStays() {
        ChatRequest request = read(
                "{'messages':[{'role':'user','content':[{'type':'text','text':'a','tone':'low','prompt_cache_breakpoint':{}}]}]}");

        assertThat(request.messages().getFirst().parts()).containsExactly(Part.Text.of("a"));
        assertThat(request.extras()).containsOnlyKeys("messages[0].content[0].tone");
    }

    /** Details as clients gather them from streams that other gateways write: one item for each piece. */
    @Test
    void piecesOfThinkingAreJoined() {
        assertThat(parts("""
                {'role':'assistant','content':'x','reasoning':'abcd','reasoning_details':[
                 {'type':'reasoning.text','text':'a','index':0},{'type':'reasoning.text','text':'b','index':0},
                 {'type':'reasoning.text','signature':'s0','index':0},
                 {'type':'reasoning.encrypted','data':'e','index':1},
                 {'type':'reasoning.text','text':'c'},{'type':'reasoning.text','text':'d','signature':'s1'}]}"""))
                .containsExactly(
                        new Part.Thinking("ab", new Proof(Maker.OPENROUTER, "s0")),
                        new Part.HiddenThinking(new Proof(Maker.OPENROUTER, "e")),
                        new Part.Thinking("cd", new Proof(Maker.OPENROUTER, "s1")),
                        Part.Text.of("x"));
    }

    @Test
    void proofOfACallIsReadWhereClientsPutIt() {
        for (String call : List.of(
                "'function':{'name':'f','arguments':'{}'},'extra_content':{'google':{'thought_signature':'s'}}",
                "'function':{'name':'f','arguments':'{}','extra_content':{'google':{'thought_signature':'s'}}}")) {
            assertThat(parts("{'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function'," + call
                            + "}]}"))
                    .containsExactly(new Part.ToolCall("c", "f", "{}", new Proof(Maker.GEMINI, "s"), null));
        }
    }

    @Test
    void proofWithoutItsTextTakesTheTextBesideIt() {
        assertThat(parts("""
                {'role':'assistant','content':null,'reasoning_content':'abc',
                 'reasoning_details':[{'type':'reasoning.text','signature':'s','index':0}]}""")).containsExactly(new Part.Thinking("abc", new Proof(Maker.OPENROUTER, "s")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'messages':3} | messages",
                "{'messages':[3]} | messages[0]",
                "{'messages':[{}]} | messages[0].role",
                "{'messages':[{'role':'robot'}]} | messages[0].role",
                "{'messages':[{'role':'user','content':3}]} | messages[0].content",
                "{'messages':[{'role':'user','content':[{'type':'text'}]}]} | messages[0].content[0].text",
                "{'messages':[{'role':'user','content':[{'type':'file','file':{}}]}]} | messages[0].content[0].file",
                "{'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:x'}}]}]}"
                        + " | messages[0].content[0].image_url.url",
                "{'messages':[{'role':'tool','content':'x'}]} | messages[0].tool_call_id",
                "{'messages':[{'role':'assistant','tool_calls':[{'function':{'name':'f'}}]}]} | messages[0].tool_calls[0].id",
                "{'tools':{}} | tools",
                "{'tools':[{'type':'function','function':{}}]} | tools[0].function.name",
                "{'tool_choice':'maybe'} | tool_choice",
                "{'temperature':'hot'} | temperature",
                "{'n':1.5} | n",
                "{'n':1e999999999} | n",
                "{'n':1e10} | n",
                "{'seed':1e-999999999} | seed",
                "{'stop':[1]} | stop[0]",
                "{'response_format':{'type':'json_schema'}} | response_format.json_schema",
                "{'stream_options':1} | stream_options"
            })
    void wrongFormIsNamed(String body, String field) {
        assertThatThrownBy(() -> read(body))
                .isInstanceOfSatisfying(MalformedRequestException.class, e -> assertThat(e.field())
                        .isEqualTo(field));
    }
}
