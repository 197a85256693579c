package io.sluice.domain.dialect.bedrock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
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
import io.sluice.testkit.ChatRequests;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes requests for Converse. */
class BedrockRequestTest {
    private static final String CLAUDE_3 = "anthropic.claude-3-haiku-20240307-v1:0";
    private static final String CLAUDE_4 = "eu.anthropic.claude-sonnet-4-20250514-v1:0";
    private static final String CLAUDE_45 = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    private static final String CLAUDE_46 = "global.anthropic.claude-opus-4-6-v1";
    private static final String NOVA = "amazon.nova-lite-v1:0";
    private static final String LLAMA = "meta.llama3-1-70b-instruct-v1:0";
    private static final JsonNode MARK = json("{\"type\":\"ephemeral\"}");

    private static JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text));
    }

    private static ObjectNode write(ChatRequests request, String model) {
        return new BedrockCodec().encodeRequest(request.build(), model, new Losses(ChatDialect.OPENAI, false));
    }

    private static List<String> lost(ChatRequest request, String model) {
        Losses losses = new Losses(ChatDialect.OPENAI, true);
        new BedrockCodec().encodeRequest(request, model, losses);
        if (!losses.fields().isEmpty()) {
            assertThatExceptionOfType(InexpressibleException.class)
                    .isThrownBy(() ->
                            new BedrockCodec().encodeRequest(request, model, new Losses(ChatDialect.OPENAI, false)))
                    .satisfies(
                            e -> assertThat(e.field()).isEqualTo(losses.fields().getFirst()));
        }
        return losses.fields();
    }

    private static ChatRequests chat() {
        return new ChatRequests();
    }

    private static Part.Text text(String text) {
        return Part.Text.of(text);
    }

    private static Part.ToolCall call(String id, String name, String arguments) {
        return new Part.ToolCall(id, name, arguments, null, null);
    }

    private static Part.ToolResult result(String id, boolean isError, Part... content) {
        return new Part.ToolResult(id, null, List.of(content), isError, null);
    }

    private static Tool.Function function(@Nullable String description, @Nullable JsonNode schema) {
        return new Tool.Function("f", description, schema, null, null);
    }

    @Test
    void writesAChat() {
        ObjectNode body = write(
                chat().say(Role.SYSTEM, text("Be brief."))
                        .say(Role.USER, text("Hi"), text("there"))
                        .say(Role.ASSISTANT, text("Hello."))
                        .say(Role.DEVELOPER, text("Be briefer."))
                        .say(Role.USER, text("Go on."))
                        .sampling(new Sampling(
                                512L,
                                new BigDecimal("0.50"),
                                new BigDecimal("0.9"),
                                40L,
                                List.of("END", ""),
                                null,
                                1,
                                new BigDecimal("0.0"),
                                BigDecimal.ZERO,
                                false,
                                0,
                                null)),
                CLAUDE_4);

        assertThat(Json.text(body)).isEqualToIgnoringWhitespace("""
                        {"system":[{"text":"Be brief."},{"text":"Be briefer."}],
                         "messages":[
                          {"role":"user","content":[{"text":"Hi"},{"text":"there"}]},
                          {"role":"assistant","content":[{"text":"Hello."}]},
                          {"role":"user","content":[{"text":"Go on."}]}],
                         "inferenceConfig":{"maxTokens":512,"temperature":0.50,"topP":0.9,"stopSequences":["END"]},
                         "additionalModelRequestFields":{"top_k":40}}
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                CLAUDE_45 + "|1.0|0.9|{\"topP\":0.9}",
                CLAUDE_45 + "|0.3|1|{\"temperature\":0.3}",
                CLAUDE_45 + "|1|1|{\"topP\":1}",
                CLAUDE_45 + "|0.3|0.9|{\"temperature\":0.3,\"topP\":0.9}",
                LLAMA + "|1|1|{\"temperature\":1,\"topP\":1}"
            })
    void whatSaysNothingIsNotSaidTwice(String model, String temperature, String topP, String config) {
        Sampling sampling = new Sampling(
                null,
                new BigDecimal(temperature),
                new BigDecimal(topP),
                null,
                List.of(),
                null,
                null,
                null,
                null,
                null,
                null,
                null);

        assertThat(Json.text(write(chat().say(Role.USER, text("x")).sampling(sampling), model)
                        .path("inferenceConfig")))
                .isEqualTo(config);
    }

    /** Trap: all results of one turn go into one user turn, in front. */
    @Test
    void resultsOfOneTurnAreOneUserTurn() {
        ObjectNode body = write(
                chat().say(Role.USER, text("Weather?"))
                        .say(Role.ASSISTANT, text("  "), call("c1", "f", "{\"x\":1.50}"), call("c2", "f", ""))
                        .say(Role.TOOL, result("c1", false, text("sunny")))
                        .say(Role.TOOL, result("c2", true, text("no such place")))
                        .say(Role.USER, text("And?"), result("c3", false))
                        .tools(function("  ", null)),
                CLAUDE_4);

        assertThat(Json.text(body)).isEqualTo(Json.text(json("""
                        {"messages":[
                          {"role":"user","content":[{"text":"Weather?"}]},
                          {"role":"assistant","content":[
                            {"toolUse":{"toolUseId":"c1","name":"f","input":{"x":1.50}}},
                            {"toolUse":{"toolUseId":"c2","name":"f","input":{}}}]},
                          {"role":"user","content":[
                            {"toolResult":{"toolUseId":"c1","content":[{"text":"sunny"}]}},
                            {"toolResult":{"toolUseId":"c2","content":[{"text":"no such place"}],"status":"error"}},
                            {"toolResult":{"toolUseId":"c3","content":[{"text":"(no output)"}]}},
                            {"text":"And?"}]}],
                         "toolConfig":{"tools":[
                           {"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}}]}}
                        """)));
    }

    @Test
    void modelsThatTakeNoStatusAreToldOfErrorsInWords() {
        ObjectNode body =
                write(chat().say(Role.TOOL, result("c1", true, text("bad"))).tools(function("d", null)), LLAMA);

        assertThat(body.at("/messages/0/content/0/toolResult"))
                .isEqualTo(json("{\"toolUseId\":\"c1\",\"content\":[{\"text\":\"Error: bad\"}]}"));
    }

    @Test
    void turnsAlternateAndBeginWithTheUser() {
        ObjectNode body = write(
                chat().say(Role.ASSISTANT, text("Welcome."))
                        .say(Role.ASSISTANT, text("Ask me."))
                        .say(Role.USER, text("   "))
                        .say(Role.ASSISTANT, text("Well?"))
                        .say(Role.USER, text("a"))
                        .say(Role.USER, text("b")),
                CLAUDE_4);

        assertThat(body.path("messages")).isEqualTo(json("""
                        [{"role":"user","content":[{"text":"."}]},
                         {"role":"assistant","content":[{"text":"Welcome."},{"text":"Ask me."},{"text":"Well?"}]},
                         {"role":"user","content":[{"text":"a"},{"text":"b"}]}]
                        """));
        assertThat(write(chat().say(Role.SYSTEM, text("x")), CLAUDE_4).path("messages"))
                .isEqualTo(json("[{\"role\":\"user\",\"content\":[{\"text\":\".\"}]}]"));
    }

    @Test
    void idsOfAnotherFormAreReplacedAlikeEverywhere() {
        String id = "call|" + "x".repeat(80);
        ObjectNode body = write(
                chat().say(Role.USER, text("x"))
                        .say(Role.ASSISTANT, call(id, "f", "{}"))
                        .say(Role.TOOL, result(id, false, text("y"))),
                CLAUDE_4);

        String written = body.at("/messages/1/content/0/toolUse/toolUseId").asText();
        assertThat(written).matches("[a-zA-Z0-9_.:-]{1,64}");
        assertThat(body.at("/messages/2/content/0/toolResult/toolUseId").asText())
                .isEqualTo(written);
        assertThat(BedrockMessages.id("call|y")).isNotEqualTo(BedrockMessages.id("call|z"));
        assertThat(BedrockMessages.id("tooluse_a.b:c-1")).isEqualTo("tooluse_a.b:c-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"x\":", "[1]", "7", "null"})
    void argumentsThatAreNoObjectStandInOne(String arguments) {
        ObjectNode body = write(chat().say(Role.ASSISTANT, call("c", "f", arguments)), CLAUDE_4);

        assertThat(body.at("/messages/1/content/0/toolUse/input"))
                .isEqualTo(Json.object().put("arguments", arguments));
    }

    @Test
    void thinkingGoesBackWithItsProofToClaudeAlone() {
        ChatRequests request = chat().say(Role.USER, text("x"))
                .say(
                        Role.ASSISTANT,
                        new Part.Thinking("Hm", new Proof(Maker.ANTHROPIC, "c2ln")),
                        new Part.Thinking("unproved", null),
                        new Part.HiddenThinking(new Proof(Maker.BEDROCK, "aGlkZGVu")),
                        new Part.HiddenThinking(new Proof(Maker.BEDROCK, "not base64!")),
                        text("y"));

        assertThat(write(request, CLAUDE_4).at("/messages/1/content")).isEqualTo(json("""
                        [{"reasoningContent":{"reasoningText":{"text":"Hm","signature":"c2ln"}}},
                         {"reasoningContent":{"redactedContent":"aGlkZGVu"}},
                         {"text":"y"}]
                        """));
        assertThat(write(request, LLAMA).at("/messages/1/content")).isEqualTo(json("[{\"text\":\"y\"}]"));
    }

    @Test
    void writesPicturesAndDocuments() {
        ObjectNode body = write(
                chat().say(
                                Role.USER,
                                new Part.Image(new MediaSource.Data("image/jpg", "aW1n"), "high", null),
                                new Part.Image(new MediaSource.Url("s3://bucket/a.png", null), null, null),
                                new Part.Document(
                                        new MediaSource.Data("application/pdf", "cGRm"),
                                        "Report_2026 (v1.2).pdf",
                                        null,
                                        null),
                                new Part.Document(
                                        new MediaSource.Data("application/octet-stream", "eGxz"), "a.xlsx", null, null),
                                new Part.Document(new MediaSource.Plain("Hi"), "a.txt", null, null),
                                new Part.Document(
                                        new MediaSource.Plain("Ho"),
                                        null,
                                        null,
                                        json("{\"citations\":{\"enabled\":true},\"context\":\"c\"}")),
                                new Part.Document(new MediaSource.Plain("Hu"), "文件.md", null, null)),
                CLAUDE_4);

        assertThat(body.at("/messages/0/content")).isEqualTo(json("""
                        [{"image":{"format":"jpeg","source":{"bytes":"aW1n"}}},
                         {"image":{"format":"png","source":{"s3Location":{"uri":"s3://bucket/a.png"}}}},
                         {"document":{"format":"pdf","source":{"bytes":"cGRm"},"name":"Report-2026 (v1-2)"}},
                         {"document":{"format":"xlsx","source":{"bytes":"eGxz"},"name":"a"}},
                         {"document":{"format":"txt","source":{"bytes":"SGk="},"name":"a 2"}},
                         {"document":{"format":"txt","source":{"bytes":"SG8="},"name":"document",
                            "citations":{"enabled":true},"context":"c"}},
                         {"document":{"format":"txt","source":{"bytes":"SHU="},"name":"document 2"}},
                         {"text":"."}]
                        """));
    }

    @Test
    void mediaThatBedrockDoesNotFetchIsLost() {
        ChatRequest request = chat().say(
                        Role.USER,
                        text("x"),
                        new Part.Image(new MediaSource.Url("https://example.com/a.png", null), null, null),
                        new Part.Image(new MediaSource.Data("image/tiff", "eA=="), null, null),
                        new Part.Image(new MediaSource.Stored("file-1"), null, null),
                        new Part.Document(new MediaSource.Url("https://example.com/a.pdf", null), null, null, null),
                        new Part.Audio(new MediaSource.Data("audio/wav", "eA==")))
                .build();

        assertThat(lost(request, CLAUDE_4))
                .containsExactly(
                        "messages.content.image_url.url",
                        "messages.content.image_url",
                        "messages.content.file.file_id",
                        "messages.content.file",
                        "messages.content.input_audio");
    }

    @ParameterizedTest
    @CsvSource({CLAUDE_4 + ", true", CLAUDE_3 + ", false", NOVA + ", true", LLAMA + ", false"})
    void cacheMarksGoToModelsThatTakeThem(String model, boolean marked) {
        ObjectNode body = write(
                chat().say(Role.SYSTEM, new Part.Text("a", MARK, null))
                        .say(Role.USER, new Part.Text("b", MARK, null), text("c")),
                model);

        String point = marked ? ",{\"cachePoint\":{\"type\":\"default\"}}" : "";
        assertThat(body.path("system")).isEqualTo(json("[{\"text\":\"a\"}" + point + "]"));
        assertThat(body.at("/messages/0/content")).isEqualTo(json("[{\"text\":\"b\"}" + point + ",{\"text\":\"c\"}]"));
    }

    @Test
    void writesTools() {
        JsonNode schema = json("{\"properties\":{\"x\":{}}}");
        ObjectNode body = write(
                chat().say(Role.USER, text("x"))
                        .tools(
                                function("does", schema),
                                new Tool.Function("g", null, json("{\"type\":\"object\"}"), true, MARK),
                                new Tool.Foreign(
                                        ChatDialect.BEDROCK, json("{\"systemTool\":{\"name\":\"s\"}}"), "tools.type"))
                        .choice(new ToolChoice.Named("g")),
                CLAUDE_45);

        assertThat(body.path("toolConfig")).isEqualTo(json("""
                        {"tools":[
                          {"toolSpec":{"name":"f","description":"does",
                             "inputSchema":{"json":{"properties":{"x":{}},"type":"object"}}}},
                          {"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object"}},"strict":true}},
                          {"cachePoint":{"type":"default"}},
                          {"systemTool":{"name":"s"}}],
                         "toolChoice":{"tool":{"name":"g"}}}
                        """));
        assertThat(schema.has("type")).isFalse();
    }

    @Test
    void writesChoices() {
        ChatRequests request = chat().say(Role.USER, text("x")).tools(function(null, null));

        assertThat(write(request.choice(new ToolChoice.Auto()), CLAUDE_4).at("/toolConfig/toolChoice"))
                .isEqualTo(json("{\"auto\":{}}"));
        assertThat(write(request.choice(new ToolChoice.Required()), CLAUDE_4).at("/toolConfig/toolChoice"))
                .isEqualTo(json("{\"any\":{}}"));
        assertThat(write(request.choice(new ToolChoice.None()), CLAUDE_4).has("toolConfig"))
                .isFalse();
    }

    @Test
    void behindCallsToolsAreNamed() {
        ChatRequests request = chat().say(Role.ASSISTANT, call("c", "f", "{}")).say(Role.TOOL, result("c", false));

        assertThat(write(request, CLAUDE_4).path("toolConfig"))
                .isEqualTo(
                        json(
                                "{\"tools\":[{\"toolSpec\":{\"name\":\"f\",\"inputSchema\":{\"json\":{\"type\":\"object\"}}}}]}"));
        assertThat(lost(
                        request.tools(function(null, null))
                                .choice(new ToolChoice.None())
                                .build(),
                        CLAUDE_4))
                .containsExactly("tool_choice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                CLAUDE_4 + "|low|-|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4096}}",
                CLAUDE_4 + "|-|500|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}",
                CLAUDE_4 + "|-|9000|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":8191}}",
                CLAUDE_46 + "|high|-|{\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"high\"}}",
                CLAUDE_46 + "|-|2000|{\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"low\"}}",
                "openai.gpt-oss-120b-1:0|minimal|-|{\"reasoning_effort\":\"low\"}",
                "us.amazon.nova-2-lite-v1:0|medium|-|{\"reasoningConfig\":{\"type\":\"enabled\",\"maxReasoningEffort\":\"medium\"}}",
                CLAUDE_4 + "|none|-|null",
                CLAUDE_4 + "|-|0|null"
            })
    void writesThinkingInTheWordsOfTheFamily(String model, String effort, String budget, String fields) {
        ObjectNode body = write(
                chat().say(Role.USER, text("x"))
                        .sampling(ChatRequests.most(8_192))
                        .reasoning(new Reasoning(
                                null,
                                effort.equals("-") ? null : effort,
                                budget.equals("-") ? null : Long.valueOf(budget),
                                null)),
                model);

        assertThat(String.valueOf(body.get("additionalModelRequestFields"))).isEqualTo(fields);
    }

    @Test
    void thinkingThatCannotBeIsLost() {
        Reasoning high = new Reasoning(true, "high", null, null);

        assertThat(lost(chat().say(Role.USER, text("x")).reasoning(high).build(), LLAMA))
                .containsExactly("reasoning_effort");
        assertThat(lost(chat().say(Role.USER, text("x")).reasoning(high).build(), NOVA))
                .containsExactly("reasoning_effort");
        assertThat(lost(
                        chat().say(Role.USER, text("x"))
                                .reasoning(high)
                                .sampling(ChatRequests.most(1_024))
                                .build(),
                        CLAUDE_4))
                .containsExactly("reasoning_effort");
    }

    @Test
    void aThinkingClaudeIsBoundInOtherFields() {
        Sampling sampling = new Sampling(
                null, new BigDecimal("0.2"), null, 5L, List.of(), null, null, null, null, null, null, null);

        assertThat(lost(
                        chat().say(Role.USER, text("x"))
                                .reasoning(new Reasoning(true, null, null, null))
                                .sampling(sampling)
                                .tools(function(null, null))
                                .choice(new ToolChoice.Required())
                                .build(),
                        CLAUDE_4))
                .containsExactly("temperature", "top_k", "tool_choice");
    }

    @Test
    void withoutProofsTheTurnGoesOnWithoutThinking() {
        ChatRequests unproved = chat().say(Role.USER, text("x"))
                .say(Role.ASSISTANT, call("c", "f", "{}"))
                .say(Role.TOOL, result("c", false, text("y")))
                .tools(function(null, null))
                .reasoning(new Reasoning(true, "high", null, null));
        ChatRequests proved = chat().say(Role.USER, text("x"))
                .say(Role.ASSISTANT, new Part.Thinking("Hm", new Proof(Maker.ANTHROPIC, "c2ln")), call("c", "f", "{}"))
                .say(Role.TOOL, result("c", false, text("y")))
                .tools(function(null, null))
                .reasoning(new Reasoning(true, "high", null, null));

        assertThat(write(unproved, CLAUDE_4).has("additionalModelRequestFields"))
                .isFalse();
        assertThat(write(proved, CLAUDE_4)
                        .at("/additionalModelRequestFields/thinking/budget_tokens")
                        .asLong())
                .isEqualTo(16_384);
        assertThat(write(unproved.say(Role.ASSISTANT, text("z")).say(Role.USER, text("More.")), CLAUDE_4)
                        .has("additionalModelRequestFields"))
                .isTrue();
    }

    @Test
    void schemasGoToModelsThatAreHeldToThem() {
        AnswerFormat schema = new AnswerFormat.Schema("person", "Who", json("{\"type\":\"object\"}"), true);
        ChatRequests request = chat().say(Role.USER, text("x")).format(schema);

        assertThat(write(request, CLAUDE_45).path("outputConfig")).isEqualTo(json("""
                        {"textFormat":{"type":"json_schema","structure":{"jsonSchema":
                          {"schema":"{\\"type\\":\\"object\\"}","name":"person","description":"Who"}}}}
                        """));
        assertThat(write(request, CLAUDE_4).has("outputConfig")).isFalse();
        assertThat(write(request, CLAUDE_4).at("/system/0/text").asText())
                .contains("JSON Schema", "{\"type\":\"object\"}");
        assertThat(write(request.format(new AnswerFormat.Json()), CLAUDE_45)
                        .at("/system/0/text")
                        .asText())
                .contains("JSON object");
    }

    @Test
    void whatConverseHasNotIsLost() {
        Sampling sampling = new Sampling(
                null,
                new BigDecimal("1.5"),
                null,
                7L,
                List.of(),
                1L,
                2,
                BigDecimal.ONE,
                BigDecimal.ONE,
                true,
                null,
                json("{\"50\":1}"));
        ChatRequest request = chat().say(Role.USER, text("x"))
                .name(Role.USER, "bob", text("y"))
                .sampling(sampling)
                .tools(
                        new Tool.Foreign(ChatDialect.OPENAI, json("{\"type\":\"web_search\"}"), "tools.type"),
                        function(null, null))
                .parallel(false)
                .tier("turbo")
                .extras(Map.of("verbosity", json("\"low\"")))
                .build();

        assertThat(lost(request, LLAMA))
                .containsExactly(
                        "messages.name",
                        "temperature",
                        "top_k",
                        "seed",
                        "n",
                        "presence_penalty",
                        "frequency_penalty",
                        "logprobs",
                        "logit_bias",
                        "tools.type",
                        "parallel_tool_calls",
                        "service_tier",
                        "verbosity");
    }

    @Test
    void carriesConversesOwnFields() {
        ObjectNode body = write(
                chat().say(Role.USER, text("x"))
                        .tier("flex")
                        .extras(Map.of(
                                "guardrailConfig", json("{\"guardrailIdentifier\":\"g\"}"),
                                "additionalModelRequestFields", json("{\"k\":1}"),
                                "store", json("false"),
                                "modalities", json("[\"text\"]"))),
                LLAMA);

        assertThat(body.path("guardrailConfig")).isEqualTo(json("{\"guardrailIdentifier\":\"g\"}"));
        assertThat(body.path("additionalModelRequestFields")).isEqualTo(json("{\"k\":1}"));
        assertThat(body.path("serviceTier")).isEqualTo(json("{\"type\":\"flex\"}"));
        assertThat(body.has("store")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        CLAUDE_3 + ", ANTHROPIC, false, false, false",
        "anthropic.claude-3-5-sonnet-20241022-v2:0, ANTHROPIC, false, true, false",
        CLAUDE_4 + ", ANTHROPIC, false, true, false",
        "us.anthropic.claude-opus-4-1-20250805-v1:0, ANTHROPIC, false, true, false",
        CLAUDE_45 + ", ANTHROPIC, false, true, true",
        CLAUDE_46 + ", ANTHROPIC, true, true, true",
        "anthropic.claude-opus-5, ANTHROPIC, true, true, true",
        "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0, ANTHROPIC, false, true, true",
        "arn:aws:bedrock:eu-west-1:1:application-inference-profile/abc, UNKNOWN, false, false, false",
        NOVA + ", NOVA, false, true, false",
        "us.amazon.nova-2-lite-v1:0, NOVA, true, true, false",
        "openai.gpt-oss-20b-1:0, GPT_OSS, true, false, true",
        "qwen.qwen3-32b-v1:0, OTHER, false, false, true",
        LLAMA + ", OTHER, false, false, false"
    })
    void knowsModelsByTheirNames(
            String id, BedrockModel.Family family, boolean effort, boolean caches, boolean schemas) {
        assertThat(BedrockModel.of(id)).isEqualTo(new BedrockModel(family, effort, caches, schemas));
    }
}
