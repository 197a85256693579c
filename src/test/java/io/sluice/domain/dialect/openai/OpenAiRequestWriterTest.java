package io.sluice.domain.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.sluice.domain.dialect.openai.OpenAiVariant.Extension;
import io.sluice.domain.dialect.openai.OpenAiVariant.MaxTokens;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a provider of OpenAI's dialect is sent for clients of others. */
class OpenAiRequestWriterTest {
    private static final Part.Image PICTURE = new Part.Image(new MediaSource.Data("image/png", "AAAA"), null, null);
    private static final String PICTURE_JSON =
            "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}";

    private List<ChatMessage> messages = new ArrayList<>();
    private List<Tool> tools = List.of();
    private @Nullable ToolChoice choice;
    private Sampling sampling = Sampling.DEFAULT;
    private @Nullable Reasoning reasoning;
    private AnswerFormat format = new AnswerFormat.Text();
    private @Nullable String tier;
    private Map<String, JsonNode> extras = new LinkedHashMap<>();
    private OpenAiVariant variant = OpenAiVariant.DEFAULT;
    private ChatDialect client = ChatDialect.ANTHROPIC;
    private boolean stream;
    private String user = "u";

    private JsonNode written(Losses losses) {
        ChatRequest request = new ChatRequest(
                "m", stream, messages, tools, choice, false, sampling, reasoning, format, user, tier, extras);
        return json(Json.text(new OpenAiCodec(variant).encodeRequest(request, "up", losses)));
    }

    private JsonNode written() {
        return written(new Losses(client, false));
    }

    /** What a lenient channel loses. */
    private List<String> lost() {
        Losses losses = new Losses(client, true);
        written(losses);
        return losses.fields();
    }

    private static JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text));
    }

    private void say(Role role, Part... parts) {
        messages.add(ChatMessage.of(role, List.of(parts)));
    }

    private static Part.ToolResult result(String id, boolean isError, Part... content) {
        return new Part.ToolResult(id, "f", List.of(content), isError, null);
    }

    private static Part.ToolCall call(String id) {
        return new Part.ToolCall(id, "f", "{}", new Proof(Maker.GEMINI, "proof"), null);
    }

    @Test
    void everySystemMessageIsKeptInItsPlace() {
        say(Role.SYSTEM, Part.Text.of("one"), Part.Text.of("two"));
        say(Role.USER, Part.Text.of("hi"));
        say(Role.DEVELOPER, Part.Text.of("three"));

        assertThat(written().path("messages")).isEqualTo(json("""
                [{"role":"system","content":"one\\n\\ntwo"},{"role":"user","content":"hi"},
                 {"role":"system","content":"three"}]"""));
    }

    @Test
    void resultsOfATurnComeFirstAndApartAndTheirPicturesAfterThem() {
        say(Role.ASSISTANT, Part.Text.of("I look."), call("a"), call("b"), Part.Text.of("Wait."));
        say(
                Role.USER,
                Part.Text.of("Go on."),
                result("a", false, Part.Text.of("A")),
                result("b", true, Part.Text.of("no file"), PICTURE));

        assertThat(written().path("messages")).isEqualTo(json("""
                [{"role":"assistant","content":"I look.Wait.","tool_calls":[
                   {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
                   {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
                 {"role":"tool","tool_call_id":"a","content":"A"},
                 {"role":"tool","tool_call_id":"b","content":"Error: no file"},
                 {"role":"user","content":[{"type":"text","text":"From the result of tool call b:"},%s,
                   {"type":"text","text":"Go on."}]}]""".formatted(PICTURE_JSON)));
    }

    /** The messages with results must follow the calls without another between them. */
    @Test
    void picturesOfResultsWaitForTheLastResult() {
        say(Role.ASSISTANT, call("a"), call("b"));
        say(Role.TOOL, result("a", false, PICTURE));
        say(Role.TOOL, result("b", false));
        say(Role.ASSISTANT, Part.Text.of("done"));

        assertThat(written().path("messages")).isEqualTo(json("""
                [{"role":"assistant","content":null,"tool_calls":[
                   {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
                   {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
                 {"role":"tool","tool_call_id":"a","content":"The result follows in the next message of the user."},
                 {"role":"tool","tool_call_id":"b","content":""},
                 {"role":"user","content":[{"type":"text","text":"From the result of tool call a:"},%s]},
                 {"role":"assistant","content":"done"}]""".formatted(PICTURE_JSON)));
    }

    @Test
    void thinkingGoesBackToWhomItCameFromAlone() {
        say(Role.ASSISTANT, new Part.Thinking("plain", null), Part.Text.of("a"));
        say(Role.ASSISTANT, new Part.Thinking("plain", null), call("a"));
        say(
                Role.ASSISTANT,
                new Part.Thinking("signed", new Proof(Maker.OPENROUTER, "s")),
                new Part.HiddenThinking(new Proof(Maker.OPENROUTER, "h")),
                call("a"));

        JsonNode written = written();
        assertThat(written.at("/messages/0").has("reasoning_content")).isFalse();
        assertThat(written.at("/messages/1/reasoning_content").textValue()).isEqualTo("plain");
        assertThat(Json.text(written.at("/messages/2"))).doesNotContain("reasoning", "signed");

        variant = new OpenAiVariant(MaxTokens.OLDER, Set.of(Extension.REASONING_DETAILS));
        assertThat(written().at("/messages/2/reasoning_details")).isEqualTo(json("""
                        [{"type":"reasoning.text","text":"signed","signature":"s","index":0},
                         {"type":"reasoning.encrypted","data":"h","index":1}]"""));
    }

    @Test
    void messageOfThinkingAloneIsLeftOut() {
        say(Role.USER, Part.Text.of("a"));
        say(Role.ASSISTANT, new Part.Thinking("signed", new Proof(Maker.OPENROUTER, "s")));

        assertThat(written().path("messages")).hasSize(1);
    }

    @Test
    void pictureOfTheAssistantIsLostAloud() {
        say(Role.ASSISTANT, Part.Text.of("a"), PICTURE);

        assertThat(lost()).containsExactly("messages.content.type");
        assertThat(written(new Losses(client, true)).at("/messages/0/content").textValue())
                .isEqualTo("a");
    }

    @Test
    void messageThatLosesAllIsEmptyText() {
        say(Role.USER, new Part.Foreign(ChatDialect.GEMINI, json("{}"), "messages.content.type"));

        assertThat(written(new Losses(client, true)).at("/messages/0/content").textValue())
                .isEmpty();
    }

    @Test
    void namesLongerThanOpenAiTakesAreHashedAlike() {
        String id = "toolu_" + "x".repeat(50);
        say(Role.ASSISTANT, call(id));
        say(Role.USER, result(id, false, Part.Text.of("1")));
        user = "user_" + "y".repeat(150);

        JsonNode written = written();
        assertThat(written.path("user").textValue()).matches("[0-9a-f]{64}");
        assertThat(written.at("/messages/1/tool_call_id").textValue())
                .matches("[0-9a-f]{40}")
                .isEqualTo(written.at("/messages/0/tool_calls/0/id").textValue());
    }

    @Test
    void documentsOfTextBecomeText() {
        say(
                Role.USER,
                new Part.Document(new MediaSource.Plain("body"), "Title", null, null),
                new Part.Document(new MediaSource.Data("text/csv", "YSxi"), null, null, null),
                new Part.Document(new MediaSource.Data("application/pdf", "AAAA"), null, null, null));

        assertThat(written().at("/messages/0/content")).isEqualTo(json("""
                [{"type":"text","text":"Title\\n\\nbody"},{"type":"text","text":"a,b"},
                 {"type":"file","file":{"file_data":"data:application/pdf;base64,AAAA","filename":"document.pdf"}}]"""));
    }

    @Test
    void fieldsOfAStreamAreWritten() {
        say(Role.USER, Part.Text.of("x"));
        stream = true;
        tools = List.of(new Tool.Function("f", null, json("{\"type\":\"object\"}"), null, json("{}")));
        choice = new ToolChoice.Required();
        tier = "standard_only";
        sampling = new Sampling(9L, null, null, null, List.of("a", "b"), null, null, null, null, null, 3, null);

        assertThat(written()).isEqualTo(json("""
                {"model":"up","messages":[{"role":"user","content":"x"}],"stream":true,
                 "stream_options":{"include_usage":true},
                 "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],
                 "tool_choice":"required","parallel_tool_calls":false,"max_tokens":9,"stop":["a","b"],
                 "logprobs":true,"top_logprobs":3,"user":"u","service_tier":"default"}"""));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o, max_tokens",
        "gpt-5-mini, max_completion_tokens",
        "gpt-5.1, max_completion_tokens",
        "openai/gpt-5, max_completion_tokens",
        "ft:gpt-5:org, max_completion_tokens",
        "o1, max_completion_tokens",
        "o4-mini, max_completion_tokens",
        "gpt-oss-120b, max_tokens",
        "olmo-2, max_tokens",
        "qwen3-max, max_tokens"
    })
    void boundOfTheAnswerHasTheNameThatTheModelTakes(String model, String field) {
        assertThat(OpenAiVariant.DEFAULT.maxTokensField(model)).isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource({"1024, low", "4096, medium", "16384, high", "0,", "-1,"})
    void amountOfThinkingBecomesAnEffort(long budget, String effort) {
        reasoning = new Reasoning(true, null, budget, null);

        assertThat(written().path("reasoning_effort").textValue()).isEqualTo(effort);
        assertThat(written().has("reasoning")).isFalse();
    }

    @Test
    void wishForNoThinkingIsTheDefault() {
        reasoning = new Reasoning(false, null, null, null);

        assertThat(written().has("reasoning_effort")).isFalse();
    }

    /** OpenAI refuses the format of a request in which the word does not stand. */
    @Test
    void answerInJsonIsAskedForInWords() {
        format = new AnswerFormat.Json();
        say(Role.USER, Part.Text.of("hi"));

        assertThat(written().at("/messages/0"))
                .isEqualTo(json("{\"role\":\"system\",\"content\":\"Answer in JSON.\"}"));

        messages = new ArrayList<>();
        say(Role.USER, Part.Text.of("hi in json"));
        assertThat(written().path("messages")).hasSize(1);
    }

    @Test
    void whatCannotBeCarriedIsLostAloud() {
        say(
                Role.USER,
                new Part.Document(new MediaSource.Url("https://e.com/a.pdf", null), null, null, null),
                new Part.Image(new MediaSource.Stored("file_1"), null, null),
                new Part.Video(new MediaSource.Url("https://e.com/a.mp4", null)),
                new Part.Foreign(ChatDialect.ANTHROPIC, json("{\"type\":\"search_result\"}"), "messages.content.type"),
                new Part.Document(new MediaSource.Plain("x"), null, null, json("{\"citations\":{\"enabled\":true}}")));
        tools = List.of(new Tool.Foreign(ChatDialect.ANTHROPIC, json("{\"type\":\"web_search\"}"), "tools.type"));
        sampling = new Sampling(
                null, null, null, 5L, List.of("a", "b", "c", "d", "e"), null, null, null, null, null, null, null);
        tier = "batch";
        extras = Map.of("container", json("{\"id\":1}"));

        assertThat(lost())
                .containsExactly(
                        "messages.content.document.source.url",
                        "messages.content.source.file_id",
                        "messages.content.video",
                        "messages.content.type",
                        "messages.content.citations",
                        "tools.type",
                        "top_k",
                        "stop_sequences",
                        "service_tier",
                        "container");
        assertThatThrownBy(this::written).isInstanceOf(InexpressibleException.class);
    }

    @Test
    void cacheMarksAreLeftOutWithoutAWordOrGoToServersThatTakeThem() {
        say(Role.USER, new Part.Text("a", json("{\"type\":\"ephemeral\"}"), null));

        assertThat(written().at("/messages/0/content").textValue()).isEqualTo("a");

        variant = new OpenAiVariant(MaxTokens.OLDER, Set.of(Extension.CACHE_MARKS));
        assertThat(written().at("/messages/0/content/0/cache_control/type").textValue())
                .isEqualTo("ephemeral");
    }

    @Test
    void fieldsThatResponsesShareAreCarried() {
        client = ChatDialect.RESPONSES;
        extras.put("metadata", json("{\"a\":\"b\"}"));
        extras.put("store", json("false"));
        extras.put("truncation", json("\"auto\""));

        assertThat(lost()).containsExactly("truncation");
        assertThat(written(new Losses(client, true)).path("metadata")).isEqualTo(json("{\"a\":\"b\"}"));
    }
}
