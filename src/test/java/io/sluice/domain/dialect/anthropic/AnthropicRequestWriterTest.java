package io.sluice.domain.dialect.anthropic;

import static io.sluice.domain.dialect.anthropic.Chats.CODEC;
import static io.sluice.domain.dialect.anthropic.Chats.call;
import static io.sluice.domain.dialect.anthropic.Chats.effort;
import static io.sluice.domain.dialect.anthropic.Chats.function;
import static io.sluice.domain.dialect.anthropic.Chats.json;
import static io.sluice.domain.dialect.anthropic.Chats.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
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
import io.sluice.domain.dialect.anthropic.Chats.Asked;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AnthropicRequestWriterTest {
    private static final String MODEL = "claude-sonnet-4-5";

    private Losses losses = new Losses(ChatDialect.OPENAI, false);

    private JsonNode write(String model, Asked asked) {
        return Objects.requireNonNull(Json.read(Json.text(CODEC.encodeRequest(asked.request(), model, losses))));
    }

    private JsonNode write(Asked asked) {
        return write(MODEL, asked);
    }

    private JsonNode lenient(String model, Asked asked) {
        losses = new Losses(ChatDialect.OPENAI, true);
        return write(model, asked);
    }

    private static Asked hi() {
        return new Asked().say(Role.USER, "hi");
    }

    private static Sampling sampling(
            @Nullable Long max, @Nullable String temperature, @Nullable String topP, @Nullable Long topK) {
        return new Sampling(
                max, decimal(temperature), decimal(topP), topK, List.of(), null, null, null, null, null, null, null);
    }

    private static @Nullable BigDecimal decimal(@Nullable String text) {
        return text == null ? null : new BigDecimal(text);
    }

    @Test
    void writesTheLeast() {
        assertThat(write(hi()))
                .isEqualTo(
                        json(
                                "{'model':'claude-sonnet-4-5','max_tokens':16384,'messages':[{'role':'user','content':[{'type':'text','text':'hi'}]}]}"));
    }

    /** Trap 8: all system messages, in order, wherever they stand. */
    @Test
    void keepsEverySystemMessage() {
        JsonNode body = write(new Asked()
                .say(Role.SYSTEM, "one")
                .say(Role.DEVELOPER, "two")
                .say(Role.USER, "hi")
                .say(Role.SYSTEM, Part.Text.of("three"), Part.Text.of(""), Part.Text.of("four"))
                .say(Role.USER, "there"));

        assertThat(body.get("system").findValuesAsText("text")).containsExactly("one", "two", "three", "four");
        assertThat(body.get("messages"))
                .isEqualTo(json(
                        "[{'role':'user','content':[{'type':'text','text':'hi'},{'type':'text','text':'there'}]}]"));
    }

    /** Trap 7: the results of a turn stand in one turn, first, in the order of the calls. */
    @Test
    void putsResultsFirstInOneTurn() {
        Asked asked = hi().say(Role.ASSISTANT, Part.Text.of("wait"), call("a", "f", "{\"x\":1}"), call("b", "g", ""))
                .say(Role.TOOL, result("b", "B"))
                .say(Role.USER, "and?")
                .say(Role.TOOL, result("a", "A"));
        asked.tools = List.of(function("f"), function("g"));

        assertThat(write(asked).get("messages")).isEqualTo(json("""
                                [{'role':'user','content':[{'type':'text','text':'hi'}]},
                                 {'role':'assistant','content':[{'type':'text','text':'wait'},
                                   {'type':'tool_use','id':'a','name':'f','input':{'x':1}},{'type':'tool_use','id':'b','name':'g','input':{}}]},
                                 {'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'A'},
                                   {'type':'tool_result','tool_use_id':'b','content':'B'},{'type':'text','text':'and?'}]}]"""));
    }

    @Test
    void answersCallsThatNobodyAnsweredAndTellsResultsThatNobodyAskedFor() {
        Asked asked = hi().say(Role.ASSISTANT, call("a", "f", "{}"))
                .say(Role.TOOL, result("x", "X"))
                .say(Role.ASSISTANT, call("b", "f", "{}"));
        asked.tools = List.of(function("f"));

        assertThat(write(asked).get("messages").toString()).isEqualTo(json("""
                                        [{'role':'user','content':[{'type':'text','text':'hi'}]},
                                         {'role':'assistant','content':[{'type':'tool_use','id':'a','name':'f','input':{}}]},
                                         {'role':'user','content':[{'type':'tool_result','tool_use_id':'a','content':'No result was given.','is_error':true},
                                           {'type':'text','text':'Result of the tool call x:'},{'type':'text','text':'X'}]},
                                         {'role':'assistant','content':[{'type':'tool_use','id':'b','name':'f','input':{}}]},
                                         {'role':'user','content':[{'type':'tool_result','tool_use_id':'b','content':'No result was given.','is_error':true}]}]""").toString());
    }

    @Test
    void rewritesIdsThatAnthropicRefuses() {
        Asked asked = hi().say(Role.ASSISTANT, call("call.1|x", "f", "{}"), call("same", "f", "{}"))
                .say(Role.TOOL, result("same", "1"))
                .say(Role.TOOL, result("call.1|x", "2"))
                .say(Role.ASSISTANT, call("same", "f", "{}"))
                .say(Role.TOOL, result("same", "3"));
        asked.tools = List.of(function("f"));

        JsonNode messages = write(asked).get("messages");

        List<String> calls = messages.findValuesAsText("id");
        assertThat(calls).hasSize(3).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-zA-Z0-9_-]+"));
        assertThat(messages.findValuesAsText("tool_use_id")).isEqualTo(calls);
        assertThat(calls.get(1)).isEqualTo("same");
        assertThat(write(asked).get("messages")).isEqualTo(messages);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[1] | {\"_raw\":\"[1]\"}", "{\"a\": | {\"_raw\":\"{\\\"a\\\":\"}", "' ' | {}"})
    void keepsArgumentsThatAreNoObject(String arguments, String input) {
        Asked asked = hi().say(Role.ASSISTANT, call("a", "f", arguments)).say(Role.TOOL, result("a", "A"));

        JsonNode block = write(asked).at("/messages/1/content/0/input");

        assertThat(block.toString()).isEqualTo(input);
    }

    /** The API refuses chats with calls when no functions are named. */
    @Test
    void namesTheFunctionsOfOldCalls() {
        Asked asked = hi().say(Role.ASSISTANT, call("a", "f", "{}")).say(Role.TOOL, result("a", "A"));

        JsonNode body = write(asked);

        assertThat(body.get("tools")).isEqualTo(json("[{'name':'f','input_schema':{'type':'object'}}]"));
        assertThat(body.get("tool_choice")).isEqualTo(json("{'type':'none'}"));
    }

    @Test
    void leavesOutEmptyBlocksAndMakesTheFirstTurnTheUsers() {
        JsonNode body = write(new Asked()
                .say(Role.ASSISTANT, "before")
                .say(Role.USER, " \n")
                .say(Role.ASSISTANT, "")
                .say(Role.USER, Part.Text.of(""), Part.Text.of("x"))
                .say(Role.ASSISTANT, "It is \n"));

        assertThat(body.get("messages")).isEqualTo(json("""
                                [{'role':'user','content':[{'type':'text','text':'(empty)'}]},
                                 {'role':'assistant','content':[{'type':'text','text':'before'}]},
                                 {'role':'user','content':[{'type':'text','text':'(empty)'},{'type':'text','text':'x'}]},
                                 {'role':'assistant','content':[{'type':'text','text':'It is'}]}]"""));
        assertThat(write(new Asked().say(Role.SYSTEM, "s"))
                        .at("/messages/0/content/0/text")
                        .asText())
                .isEqualTo("(empty)");
    }

    @Test
    void keepsThinkingWithItsProofOnly() {
        JsonNode body = write(hi().say(
                        Role.ASSISTANT,
                        new Part.Thinking("hm", new Proof(Maker.ANTHROPIC, "sig")),
                        new Part.Thinking("no proof", null),
                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "xyz")),
                        new Part.Refusal("no"))
                .say(Role.USER, "why"));

        assertThat(body.at("/messages/1/content"))
                .isEqualTo(
                        json(
                                "[{'type':'thinking','thinking':'hm','signature':'sig'},{'type':'redacted_thinking','data':'xyz'},{'type':'text','text':'no'}]"));
    }

    @Test
    void writesPicturesAndDocuments() {
        JsonNode body = write(new Asked()
                .say(
                        Role.USER,
                        new Part.Image(new MediaSource.Data("image/jpg", "AAAA"), "auto", null),
                        new Part.Image(new MediaSource.Data("image/png", "/9j/AAAA"), null, null),
                        new Part.Image(new MediaSource.Url("https://x.example/a", null), null, json("{'type':'e'}")),
                        new Part.Document(new MediaSource.Data("application/pdf", "JVBE"), "a.pdf", null, null),
                        new Part.Document(new MediaSource.Data("text/csv; charset=utf-8", "YSxi"), null, null, null),
                        new Part.Document(new MediaSource.Plain("p"), null, null, null),
                        new Part.Document(new MediaSource.Url("https://x.example/b", null), null, null, null)));

        assertThat(body.at("/messages/0/content")).isEqualTo(json("""
                                [{'type':'image','source':{'type':'base64','media_type':'image/jpeg','data':'AAAA'}},
                                 {'type':'image','source':{'type':'base64','media_type':'image/jpeg','data':'/9j/AAAA'}},
                                 {'type':'image','source':{'type':'url','url':'https://x.example/a'},'cache_control':{'type':'e'}},
                                 {'type':'document','source':{'type':'base64','media_type':'application/pdf','data':'JVBE'},'title':'a.pdf'},
                                 {'type':'document','source':{'type':'text','media_type':'text/plain','data':'a,b'}},
                                 {'type':'document','source':{'type':'text','media_type':'text/plain','data':'p'}},
                                 {'type':'document','source':{'type':'url','url':'https://x.example/b'}}]"""));
    }

    @Test
    void writesResultsWithPicturesAndErrors() {
        Asked asked = hi().say(Role.ASSISTANT, call("a", "f", "{}"), call("b", "f", "{}"))
                .say(
                        Role.TOOL,
                        new Part.ToolResult(
                                "a",
                                "f",
                                List.of(
                                        Part.Text.of("see"),
                                        new Part.Image(new MediaSource.Data("image/gif", "R0lGOD"), null, null)),
                                true,
                                json("{'type':'ephemeral'}")),
                        new Part.ToolResult("b", "f", List.of(), false, null));
        asked.tools = List.of(function("f"));

        assertThat(write(asked).at("/messages/2/content")).isEqualTo(json("""
                                [{'type':'tool_result','tool_use_id':'a','content':[{'type':'text','text':'see'},
                                   {'type':'image','source':{'type':'base64','media_type':'image/gif','data':'R0lGOD'}}],
                                  'is_error':true,'cache_control':{'type':'ephemeral'}},
                                 {'type':'tool_result','tool_use_id':'b'}]"""));
    }

    @Test
    void writesTools() {
        Asked asked = hi();
        asked.tools = List.of(
                new Tool.Function("f", "d", json("{'properties':{}}"), true, json("{'type':'ephemeral'}")),
                function("g"));
        asked.parallel = false;

        JsonNode body = write(asked);

        assertThat(body.get("tools")).isEqualTo(json("""
                                [{'name':'f','description':'d','input_schema':{'properties':{},'type':'object'},'strict':true,
                                  'cache_control':{'type':'ephemeral'}},{'name':'g','input_schema':{'type':'object'}}]"""));
        assertThat(body.get("tool_choice")).isEqualTo(json("{'type':'auto','disable_parallel_tool_use':true}"));
    }

    static List<Object[]> choices() {
        return List.of(
                new Object[] {new ToolChoice.Auto(), "{'type':'auto'}"},
                new Object[] {new ToolChoice.None(), "{'type':'none'}"},
                new Object[] {new ToolChoice.Required(), "{'type':'any'}"},
                new Object[] {new ToolChoice.Named("f"), "{'type':'tool','name':'f'}"});
    }

    @ParameterizedTest
    @MethodSource("choices")
    void writesToolChoices(ToolChoice choice, String expected) {
        Asked asked = hi();
        asked.tools = List.of(function("f"));
        asked.choice = choice;

        assertThat(write(asked).get("tool_choice")).isEqualTo(json(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "claude-3-haiku-20240307, 4096",
        "claude-3-5-sonnet-20241022, 8192",
        "claude-3-7-sonnet-latest, 16384",
        "claude-opus-4-20250514, 16384",
        "claude-sonnet-4-5@20250929, 16384",
        "anthropic/claude-opus-4.6, 16384",
        "deepseek-chat, 8192",
    })
    void namesAsManyTokensAsTheModelCan(String model, long tokens) {
        assertThat(write(model, hi()).get("max_tokens").asLong()).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // model, max_tokens, effort, thinking, budget, effort written, max_tokens written
                "claude-sonnet-4-5, -, minimal, enabled, 1024, -, 17408",
                "claude-sonnet-4-5, -, low, enabled, 4096, -, 20480",
                "claude-sonnet-4-5, -, medium, enabled, 8192, -, 24576",
                "claude-sonnet-4-5, -, high, enabled, 16384, -, 32768",
                "claude-opus-4-1, -, xhigh, enabled, 24000, -, 32000",
                "claude-sonnet-4-5, 4000, high, enabled, 3000, -, 4000",
                "claude-sonnet-4-5, 1100, high, enabled, 1024, -, 1100",
                "claude-sonnet-4-5, -, none, disabled, -, -, 16384",
                "claude-3-5-haiku-latest, -, none, -, -, -, 8192",
                "claude-opus-4-6, 500, minimal, adaptive, -, low, 500",
                "claude-opus-4-6, 500, xhigh, adaptive, -, high, 500",
                "claude-opus-4-7, 500, xhigh, adaptive, -, xhigh, 500",
                "claude-opus-4-6, 500, max, adaptive, -, max, 500",
                "other, -, medium, enabled, 8192, -, 16384",
            })
    void thinksAsAsked(
            String model,
            @Nullable Long limit,
            String word,
            @Nullable String thinking,
            @Nullable Long budget,
            @Nullable String effort,
            long maxTokens) {
        Asked asked = hi();
        asked.sampling = sampling(limit, null, null, null);
        asked.reasoning = effort(word);

        JsonNode body = write(model, asked);

        assertThat(body.at("/thinking/type").asText(null)).isEqualTo(thinking);
        assertThat(body.at("/thinking/budget_tokens").asLong()).isEqualTo(budget == null ? 0 : budget);
        assertThat(body.at("/output_config/effort").asText(null)).isEqualTo(effort);
        assertThat(body.get("max_tokens").asLong()).isEqualTo(maxTokens);
    }

    @ParameterizedTest
    @CsvSource({
        "claude-sonnet-4-5, 1024, low",
        "claude-3-5-sonnet-latest, 5000, low",
        "claude-sonnet-4-5, 5000, extreme",
    })
    void saysThatItCannotThink(String model, long limit, String word) {
        Asked asked = hi();
        asked.sampling = sampling(limit, null, null, null);
        asked.reasoning = effort(word);

        assertThat(lenient(model, asked).has("thinking")).isFalse();
        assertThat(losses.fields()).containsExactly("reasoning_effort");
    }

    @Test
    void thinksWithABudget() {
        Asked asked = hi();
        asked.reasoning = new Reasoning(true, null, 100L, null);
        assertThat(write(asked).at("/thinking/budget_tokens").asLong()).isEqualTo(1024);
        asked.reasoning = new Reasoning(null, null, -1L, null);
        assertThat(write(asked).at("/thinking/budget_tokens").asLong()).isEqualTo(8192);
        asked.reasoning = new Reasoning(null, null, 0L, null);
        assertThat(write(asked).at("/thinking/type").asText()).isEqualTo("disabled");
        asked.reasoning = new Reasoning(true, null, 20_000L, true);
        assertThat(write("claude-opus-4-6", asked).get("thinking"))
                .isEqualTo(json("{'type':'adaptive','display':'summarized'}"));
        assertThat(write("claude-opus-4-6", asked).at("/output_config/effort").asText())
                .isEqualTo("high");
        asked.reasoning = new Reasoning(null, null, null, null);
        assertThat(write(asked).has("thinking")).isFalse();
    }

    @Test
    void losesThinkingWhereACallIsForced() {
        Asked asked = hi();
        asked.reasoning = effort("low");
        asked.tools = List.of(function("f"));
        asked.choice = new ToolChoice.Required();

        JsonNode body = lenient(MODEL, asked);

        assertThat(body.has("thinking")).isFalse();
        assertThat(body.at("/tool_choice/type").asText()).isEqualTo("any");
        assertThat(losses.fields()).containsExactly("reasoning_effort");
    }

    /** The API refuses a budget for the rest of a turn whose thinking it is not shown; an OpenAI client cannot keep it. */
    @Test
    void goesOnWithoutThinkingWhereThatCannotBeShown() {
        Asked asked = hi().say(Role.ASSISTANT, call("a", "f", "{}")).say(Role.TOOL, result("a", "A"));
        asked.tools = List.of(function("f"));
        asked.reasoning = effort("low");

        assertThat(write(asked).has("thinking")).isFalse();
        assertThat(losses.fields()).containsExactly("reasoning_effort");
        assertThat(write("claude-opus-4-6", asked).has("thinking")).isTrue();

        Asked shown = hi().say(
                        Role.ASSISTANT, new Part.Thinking("t", new Proof(Maker.ANTHROPIC, "sig")), call("a", "f", "{}"))
                .say(Role.TOOL, result("a", "A"));
        shown.tools = asked.tools;
        shown.reasoning = asked.reasoning;
        assertThat(write(shown).has("thinking")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // model, effort, temperature, top_p, top_k, what is written, what is lost
                "claude-sonnet-4-5, -, 0.70, -, -, temperature=0.70, -",
                "claude-sonnet-4-5, -, 1, 1, -, -, -",
                "claude-sonnet-4-5, -, 1.5, -, -, temperature=1, temperature",
                "claude-sonnet-4-5, -, 0, 0.9, 4, temperature=0 top_k=4, top_p",
                "claude-3-5-sonnet-latest, -, 0, 0.9, 4, temperature=0 top_k=4 top_p=0.9, -",
                "claude-sonnet-4-5, -, -, 0.9, -, top_p=0.9, -",
                "claude-sonnet-4-5, low, 0.2, 0.5, 4, -, temperature top_k top_p",
                "claude-sonnet-4-5, low, 1, 0.95, -, top_p=0.95, -",
                "claude-opus-4-7, -, 0.2, 0.5, 4, -, temperature top_k top_p",
                "claude-opus-4-7, -, 1, 0.99, -, top_p=0.99, -",
            })
    void drawsAsTheModelLets(
            String model,
            @Nullable String effort,
            @Nullable String temperature,
            @Nullable String topP,
            @Nullable Long topK,
            @Nullable String written,
            @Nullable String lost) {
        Asked asked = hi();
        asked.sampling = sampling(null, temperature, topP, topK);
        asked.reasoning = effort == null ? null : effort(effort);

        JsonNode body = lenient(model, asked);

        StringBuilder found = new StringBuilder();
        for (String name : List.of("temperature", "top_k", "top_p")) {
            found.append(body.has(name) ? " " + name + "=" + body.get(name).asText() : "");
        }
        assertThat(found.toString().strip()).isEqualTo(written == null ? "" : written);
        assertThat(losses.fields().stream().sorted().toList())
                .isEqualTo(lost == null ? List.of() : List.of(lost.split(" ")));
    }

    static List<Object[]> inexpressible() {
        return List.of(
                lost("seed", a -> a.sampling = with(1L, null, null, null, null, null, null)),
                lost("n", a -> a.sampling = with(null, 2, null, null, null, null, null)),
                lost("presence_penalty", a -> a.sampling = with(null, null, "0.5", null, null, null, null)),
                lost("frequency_penalty", a -> a.sampling = with(null, null, null, "-1", null, null, null)),
                lost("logprobs", a -> a.sampling = with(null, null, null, null, true, null, null)),
                lost("logit_bias", a -> a.sampling = with(null, null, null, null, null, null, json("{'1':2}"))),
                lost("stop", a -> a.sampling = stop("\n", "END")),
                lost("service_tier", a -> a.tier = "flex"),
                lost("verbosity", a -> a.extras.put("verbosity", json("'low'"))),
                lost("tools", a -> a.tools = List.of(function("bad name"))),
                lost(
                        "tools.type",
                        a -> a.tools = List.of(new Tool.Foreign(ChatDialect.GEMINI, json("{}"), "tools.type"))),
                lost(
                        "messages.content.input_audio",
                        a -> a.say(Role.USER, new Part.Audio(new MediaSource.Data("audio/wav", "AAAA")))),
                lost(
                        "messages.content.video_url",
                        a -> a.say(Role.USER, new Part.Video(new MediaSource.Url("https://x.example/v", null)))),
                lost(
                        "messages.content.image_url",
                        a -> a.say(Role.USER, new Part.Image(new MediaSource.Data("image/bmp", "Qk0="), null, null))),
                lost(
                        "messages.content.file",
                        a -> a.say(
                                Role.USER,
                                new Part.Document(new MediaSource.Data("application/zip", "UEsD"), null, null, null))),
                lost(
                        "messages.content.file",
                        a -> a.say(
                                Role.USER,
                                new Part.Document(new MediaSource.Data("text/plain", "%"), null, null, null))),
                lost(
                        "messages.content.file.file_id",
                        a -> a.say(Role.USER, new Part.Document(new MediaSource.Stored("file-1"), null, null, null))),
                lost(
                        "messages.content.type",
                        a -> a.say(
                                Role.USER, new Part.Foreign(ChatDialect.OPENAI, json("{}"), "messages.content.type"))),
                lost(
                        "messages.name",
                        a -> a.messages.add(new ChatMessage(Role.USER, "Ann", List.of(Part.Text.of("hi"))))));
    }

    private static Object[] lost(String field, Consumer<Asked> change) {
        return new Object[] {field, change};
    }

    private static Sampling with(
            @Nullable Long seed,
            @Nullable Integer choices,
            @Nullable String presence,
            @Nullable String frequency,
            @Nullable Boolean logprobs,
            @Nullable Integer top,
            @Nullable JsonNode bias) {
        return new Sampling(
                null,
                null,
                null,
                null,
                List.of(),
                seed,
                choices,
                decimal(presence),
                decimal(frequency),
                logprobs,
                top,
                bias);
    }

    private static Sampling stop(String... texts) {
        return new Sampling(null, null, null, null, List.of(texts), null, null, null, null, null, null, null);
    }

    @ParameterizedTest
    @MethodSource("inexpressible")
    void refusesOrListsWhatItCannotCarry(String field, Consumer<Asked> change) {
        Asked asked = hi();
        change.accept(asked);

        assertThatThrownBy(() -> write(asked))
                .isInstanceOf(InexpressibleException.class)
                .hasMessage(field);
        lenient(MODEL, asked);
        assertThat(losses.fields()).containsExactly(field);
    }

    @Test
    void letsGoWhatNeverChangesAnAnswer() {
        Asked asked = hi();
        asked.extras.put("store", json("false"));
        asked.extras.put("prompt_cache_key", json("'k'"));
        asked.extras.put("safety_identifier", json("'s'"));
        asked.sampling = with(null, 1, "0", "0.0", false, null, json("{}"));
        asked.tier = "default";

        JsonNode body = write(asked);

        assertThat(body.at("/metadata/user_id").asText()).isEqualTo("s");
        assertThat(body.get("service_tier").asText()).isEqualTo("standard_only");
        assertThat(losses.fields()).isEmpty();
        asked.user = "u";
        assertThat(write(asked).at("/metadata/user_id").asText()).isEqualTo("u");
    }

    @Test
    void asksForASchemaWhereTheModelEnforcesIt() {
        Asked asked = hi();
        asked.format = new AnswerFormat.Schema(
                "s",
                null,
                json(
                        "{'type':'object','properties':{'a':{'type':'object'},'b':{'type':'array','items':{'properties':{}}},"
                                + "'c':{'type':'object','additionalProperties':true}}}"),
                true);

        assertThat(write(asked).get("output_config")).isEqualTo(json("""
                                {'format':{'type':'json_schema','schema':{'type':'object','properties':{
                                  'a':{'type':'object','additionalProperties':false},
                                  'b':{'type':'array','items':{'properties':{},'additionalProperties':false}},
                                  'c':{'type':'object','additionalProperties':true}},'additionalProperties':false}}}"""));
        assertThat(write(asked).has("tools")).isFalse();
    }

    @Test
    void asksForASchemaByAFunctionWhereTheModelDoesNot() {
        Asked asked = hi();
        asked.format = new AnswerFormat.Schema("s", "what", json("{'type':'object'}"), null);

        JsonNode body = write("claude-3-7-sonnet-latest", asked);

        assertThat(body.has("output_config")).isFalse();
        assertThat(body.at("/tools/0/name").asText()).isEqualTo("sluice_json_answer");
        assertThat(body.at("/tools/0/input_schema")).isEqualTo(json("{'type':'object'}"));
        assertThat(body.get("tool_choice"))
                .isEqualTo(json("{'type':'tool','name':'sluice_json_answer','disable_parallel_tool_use':true}"));
        asked.tools = List.of(function("f"));
        body = write("claude-3-7-sonnet-latest", asked);
        assertThat(body.get("tools")).hasSize(2);
        assertThat(body.get("tool_choice")).isEqualTo(json("{'type':'any'}"));
    }

    @Test
    void asksForJsonInWords() {
        Asked asked = hi();
        asked.format = new AnswerFormat.Json();

        assertThat(write(asked).at("/system/0/text").asText()).contains("JSON");
    }
}
