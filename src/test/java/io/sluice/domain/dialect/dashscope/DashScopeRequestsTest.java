package io.sluice.domain.dialect.dashscope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DashScopeRequestsTest {
    private static final DashScopeCodec CODEC = new DashScopeCodec(ErrorTable.NONE);
    private static final Tool.Function WEATHER =
            new Tool.Function("weather", "Says it", Json.object().put("type", "object"), null, null);
    private static final Tool.Function TIME = new Tool.Function("time", null, null, null, null);

    /** A request under construction. */
    private static final class Asking {
        private boolean stream;
        private List<ChatMessage> messages = List.of(said(Role.USER, "Hi"));
        private List<Tool> tools = List.of();
        private @Nullable ToolChoice choice;
        private Sampling sampling = Sampling.DEFAULT;
        private @Nullable Reasoning reasoning;
        private AnswerFormat format = new AnswerFormat.Text();
        private Map<String, JsonNode> extras = Map.of();

        private ChatRequest build() {
            return new ChatRequest(
                    "m", stream, messages, tools, choice, null, sampling, reasoning, format, "u", "auto", extras);
        }
    }

    private static ChatMessage said(Role role, String text) {
        return ChatMessage.of(role, List.of(Part.Text.of(text)));
    }

    private static String written(Asking asking) {
        return written(asking, "qwen-plus");
    }

    private static String written(Asking asking, String model) {
        return Json.text(CODEC.encodeRequest(asking.build(), model, new Losses(ChatDialect.OPENAI, false)))
                .replace('"', '\'');
    }

    private static List<String> lost(Asking asking) {
        Losses losses = new Losses(ChatDialect.OPENAI, true);
        CODEC.encodeRequest(asking.build(), "qwen-plus", losses);
        return losses.fields();
    }

    private static JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text.replace('\'', '"')));
    }

    @Test
    void leastRequest() {
        assertThat(written(new Asking()))
                .isEqualTo("{'model':'qwen-plus','input':{'messages':[{'role':'user','content':'Hi'}]},"
                        + "'parameters':{'result_format':'message'}}");
    }

    @Test
    void everythingThatCanBeSaid() {
        Asking asking = new Asking();
        asking.stream = true;
        asking.tools = List.of(WEATHER, TIME);
        asking.choice = new ToolChoice.Named("time");
        asking.sampling = new Sampling(
                512L,
                new BigDecimal("0.70"),
                new BigDecimal("0.8"),
                20L,
                List.of("x", "y"),
                1L,
                2,
                new BigDecimal("0.5"),
                BigDecimal.ZERO,
                true,
                3,
                null);
        asking.reasoning = new Reasoning(true, null, 100L, null);
        asking.extras = Map.of("repetition_penalty", json("1.05"));

        assertThat(written(asking))
                .isEqualTo("{'model':'qwen-plus','input':{'messages':[{'role':'user','content':'Hi'}]},"
                        + "'parameters':{'result_format':'message','max_tokens':512,'temperature':0.70,'top_p':0.8,"
                        + "'top_k':20,'stop':['x','y'],'seed':1,'n':2,'presence_penalty':0.5,'logprobs':true,"
                        + "'top_logprobs':3,'tools':[{'type':'function','function':{'name':'weather',"
                        + "'description':'Says it','parameters':{'type':'object'}}},{'type':'function','function':"
                        + "{'name':'time'}}],'tool_choice':{'type':'function','function':{'name':'time'}},"
                        + "'enable_thinking':true,'thinking_budget':100,'repetition_penalty':1.05,"
                        + "'incremental_output':true}}");
    }

    @Test
    void systemMessagesAtTheBeginningAreOneAndNoneIsLost() {
        Asking asking = new Asking();
        asking.messages = List.of(
                said(Role.SYSTEM, "One."),
                ChatMessage.of(Role.DEVELOPER, List.of(Part.Text.of("Two."), Part.Text.of("Three."))),
                said(Role.USER, "Hi"),
                said(Role.SYSTEM, "Late."));

        assertThat(written(asking))
                .contains("'messages':[{'role':'system','content':'One.\\n\\nTwo.\\n\\nThree.'},"
                        + "{'role':'user','content':'Hi'},{'role':'system','content':'Late.'}]");
    }

    @Test
    void twoTurnsWithTools() {
        Asking asking = new Asking();
        asking.messages = List.of(
                said(Role.USER, "Weather?"),
                ChatMessage.of(
                        Role.ASSISTANT,
                        List.of(
                                new Part.Thinking("I look.", new Proof(Maker.ANTHROPIC, "sig")),
                                new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "x")),
                                Part.Text.of("Let me "),
                                Part.Text.of("see."),
                                new Part.ToolCall("c1", "weather", "{\"a\":1}", null, null),
                                new Part.ToolCall("c2", "time", "{}", null, null))),
                ChatMessage.of(
                        Role.USER,
                        List.of(
                                Part.Text.of("Here:"),
                                new Part.ToolResult("c1", "weather", List.of(Part.Text.of("sunny")), false, null),
                                new Part.ToolResult("c2", null, List.of(Part.Text.of("no clock")), true, null))),
                ChatMessage.of(Role.ASSISTANT, List.of(new Part.Thinking("Well.", null), Part.Text.of("Sunny."))));

        assertThat(written(asking))
                .contains("[{'role':'user','content':'Weather?'},"
                        + "{'role':'assistant','content':'Let me see.','reasoning_content':'I look.','tool_calls':["
                        + "{'index':0,'id':'c1','type':'function','function':{'name':'weather','arguments':'{\\'a\\':1}'}},"
                        + "{'index':1,'id':'c2','type':'function','function':{'name':'time','arguments':'{}'}}]},"
                        + "{'role':'tool','content':'sunny','tool_call_id':'c1','name':'weather'},"
                        + "{'role':'tool','content':'Error: no clock','tool_call_id':'c2'},"
                        + "{'role':'user','content':'Here:'},"
                        + "{'role':'assistant','content':'Sunny.'}]");
    }

    @Test
    void picturesMakeListsOfAllContents() {
        Asking asking = new Asking();
        asking.messages = List.of(
                said(Role.SYSTEM, "Look."),
                ChatMessage.of(
                        Role.USER,
                        List.of(
                                Part.Text.of("What?"),
                                new Part.Image(new MediaSource.Data("image/png", "AAAA"), "high", null),
                                new Part.Image(new MediaSource.Url("https://example.com/a.png", null), null, null),
                                new Part.Audio(new MediaSource.Data("audio/wav", "BBBB")),
                                new Part.Video(new MediaSource.Url("https://example.com/a.mp4", null)))));

        String body = written(asking);

        assertThat(body)
                .contains("[{'role':'system','content':[{'text':'Look.'}]},{'role':'user','content':["
                        + "{'text':'What?'},{'image':'data:image/png;base64,AAAA'},"
                        + "{'image':'https://example.com/a.png'},{'audio':'data:audio/wav;base64,BBBB'},"
                        + "{'video':'https://example.com/a.mp4'}]}]")
                .contains("'vl_high_resolution_images':true");
        assertThat(DashScopeCodec.isMultimodal((ObjectNode) json(body))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "qwen-plus, false, false",
        "qwen3-vl-plus, true, false",
        "qwen-vl-ocr, true, false",
        "qvq-max, true, true",
        "qwq-plus, false, true",
        "qwen3-omni-flash, true, true",
        "qwen3-235b-a22b-thinking-2507, false, true",
        "qwen2-audio-instruct, true, false"
    })
    void nameOfTheModelSaysWhereItIsAndHowItAnswers(String model, boolean multimodal, boolean stream) {
        ObjectNode body = (ObjectNode) json(written(new Asking(), model));

        assertThat(DashScopeCodec.isMultimodal(body)).isEqualTo(multimodal);
        assertThat(DashScopeCodec.isStream(body)).isEqualTo(stream);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            delimiter = '|',
            value = {
                "true|-|-|'enable_thinking':true,'incremental_output':true",
                "false|-|-|'enable_thinking':false",
                "-|none|-|'enable_thinking':false",
                "-|minimal|-|'enable_thinking':false",
                "-|low|-|'enable_thinking':true,'thinking_budget':1024,'incremental_output':true",
                "-|medium|-|'enable_thinking':true,'thinking_budget':8192,'incremental_output':true",
                "-|high|-|'enable_thinking':true,'incremental_output':true",
                "true|low|77|'enable_thinking':true,'thinking_budget':77,'incremental_output':true",
                "-|-|-1|'enable_thinking':true,'incremental_output':true",
                "-|-|0|'enable_thinking':false",
            })
    void thinkingIsSwitchedAndAnsweredInAStream(
            @Nullable Boolean enabled, @Nullable String effort, @Nullable Long budget, String expected) {
        Asking asking = new Asking();
        asking.reasoning = new Reasoning(enabled, effort, budget, null);

        assertThat(written(asking)).endsWith("'result_format':'message'," + expected.replace("''", "'") + "}}");
    }

    @Test
    void toHaveToCallTheOnlyFunctionIsToHaveToCallThatOne() {
        Asking asking = new Asking();
        asking.tools = List.of(WEATHER);
        asking.choice = new ToolChoice.Required();

        assertThat(written(asking)).contains("'tool_choice':{'type':'function','function':{'name':'weather'}}");

        asking.tools = List.of(WEATHER, TIME);
        assertThat(lost(asking)).containsExactly("tool_choice");
    }

    @Test
    void jsonNeedsTheWordInAMessage() {
        Asking asking = new Asking();
        asking.format = new AnswerFormat.Json();

        assertThat(written(asking))
                .contains("{'role':'system','content':'Answer in JSON.'}")
                .contains("'response_format':{'type':'json_object'}");

        asking.messages = List.of(said(Role.USER, "Give me Json"));
        assertThat(written(asking)).doesNotContain("system");
    }

    @Test
    void schemaIsToldInTheSystemMessage() {
        Asking asking = new Asking();
        asking.messages = List.of(said(Role.SYSTEM, "Be brief."), said(Role.USER, "json"));
        asking.format = new AnswerFormat.Schema("s", null, json("{'type':'object'}"), true);

        assertThat(written(asking))
                .contains("'content':'Be brief.\\n\\nAnswer in JSON that follows this JSON Schema, and with nothing "
                        + "else:\\n{\\'type\\':\\'object\\'}'");
    }

    @Test
    void whatCannotBeSaidIsLostAloud() {
        Asking asking = new Asking();
        asking.messages = List.of(ChatMessage.of(
                Role.USER,
                List.of(
                        Part.Text.of("x"),
                        new Part.Document(new MediaSource.Data("application/pdf", "AA"), "a.pdf", null, null),
                        new Part.Image(new MediaSource.Stored("file-1"), null, null),
                        new Part.Foreign(ChatDialect.OPENAI, json("{'type':'odd'}"), "messages.content.type"),
                        new Part.ToolResult(
                                "c",
                                null,
                                List.of(new Part.Image(new MediaSource.Url("https://example.com", null), null, null)),
                                false,
                                null))));
        asking.tools = List.of(new Tool.Foreign(ChatDialect.OPENAI, json("{'type':'web_search'}"), "tools.type"));
        asking.sampling = new Sampling(
                null, null, null, null, List.of(), null, null, null, BigDecimal.ONE, null, null, json("{'5':1}"));
        asking.extras = Map.of("mystery", json("1"));

        assertThat(lost(asking))
                .containsExactlyInAnyOrder(
                        "messages.content.file",
                        "messages.content.file.file_id",
                        "messages.content.type",
                        "messages.content",
                        "tools.type",
                        "frequency_penalty",
                        "logit_bias",
                        "mystery");
    }

    @Test
    void strictChannelRefusesAtTheFirstLoss() {
        Asking asking = new Asking();
        asking.extras = Map.of("mystery", json("1"));

        assertThatThrownBy(() -> written(asking))
                .isInstanceOfSatisfying(
                        InexpressibleException.class, e -> assertThat(e.field()).isEqualTo("mystery"));
    }

    @Test
    void harmlessFieldsAndNothingGoWithoutAWord() {
        Asking asking = new Asking();
        asking.extras = Map.of("metadata", json("{'a':'b'}"), "store", json("false"), "mystery", json("null"));

        assertThat(lost(asking)).isEmpty();
    }

    @Test
    void plainDocumentsAreText() {
        Asking asking = new Asking();
        asking.messages = List.of(ChatMessage.of(
                Role.USER,
                List.of(new Part.Document(new MediaSource.Plain("Body"), "Title", null, null), Part.Text.of("What?"))));

        assertThat(written(asking)).contains("'content':'Title\\n\\nBody\\nWhat?'");
    }

    @Test
    void beginningOfTheAnswerIsGoneOnWith() {
        Asking asking = new Asking();
        asking.messages = List.of(said(Role.USER, "Hi"), said(Role.ASSISTANT, "Once"));

        assertThat(Json.text(CODEC.encodeRequest(asking.build(), "m", new Losses(ChatDialect.ANTHROPIC, false))))
                .contains("\"content\":\"Once\",\"partial\":true");
        assertThat(written(asking)).doesNotContain("partial");
    }
}
