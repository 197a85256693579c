package io.sluice.domain.dialect.gemini;

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
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiRequestTest {
    private static final GeminiCodec CODEC = new GeminiCodec();
    private static final String FULL = """
            {"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be kind."}]},
             "contents":[
              {"role":"user","parts":[{"text":"Weather?"},{"inlineData":{"mimeType":"image/png","data":"iVBO"}},
                {"fileData":{"mimeType":"application/pdf","fileUri":"https://example.com/a.pdf"}}]},
              {"role":"model","parts":[{"functionCall":{"id":"fc1","name":"weather","args":{"city":"Oslo"}},"thoughtSignature":"Cq0="},
                {"functionCall":{"id":"fc2","name":"weather","args":{"city":"Rome"}}}]},
              {"role":"user","parts":[{"functionResponse":{"id":"fc1","name":"weather","response":{"output":"4C"}}},
                {"functionResponse":{"id":"fc2","name":"weather","response":{"error":"no such city"}}}]},
              {"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"1"}}]},
              {"role":"user","parts":[{"text":"Thanks"}]}],
             "tools":[{"functionDeclarations":[{"name":"weather","description":"Says it","parametersJsonSchema":
                {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]},{"googleSearch":{}}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather"]}},
             "generationConfig":{"temperature":1.0,"topP":0.95,"topK":64,"candidateCount":2,"maxOutputTokens":1024,
               "stopSequences":["END"],"presencePenalty":0.5,"frequencyPenalty":-0.5,"seed":7,"responseLogprobs":true,"logprobs":3,
               "thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024},"mediaResolution":"MEDIA_RESOLUTION_LOW"},
             "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],
             "cachedContent":"cachedContents/abc","labels":{"team":"x"}}""";

    private static ObjectNode json(String text) {
        return (ObjectNode) Objects.requireNonNull(Json.read(text));
    }

    private static ChatRequest read(String text) {
        return CODEC.decodeRequest(json(text), "m", false);
    }

    private static ObjectNode write(ChatRequest request, String model) {
        return CODEC.encodeRequest(request, model, new Losses(ChatDialect.OPENAI, false));
    }

    private static ChatRequest chat(ChatMessage... messages) {
        return request(List.of(messages), List.of(), null, Sampling.DEFAULT, null, new AnswerFormat.Text());
    }

    private static ChatRequest request(
            List<ChatMessage> messages,
            List<Tool> tools,
            @Nullable ToolChoice choice,
            Sampling sampling,
            @Nullable Reasoning reasoning,
            AnswerFormat format) {
        return new ChatRequest(
                "m", false, messages, tools, choice, null, sampling, reasoning, format, null, null, Map.of());
    }

    private static ChatMessage says(Role role, String text) {
        return ChatMessage.of(role, List.of(Part.Text.of(text)));
    }

    @Test
    void readsAndWritesAllThatTheModelCarries() {
        ChatRequest request = read(FULL);

        JsonNode written = CODEC.encodeRequest(request, "gemini-2.5-flash", new Losses(ChatDialect.GEMINI, false));

        assertThat(Json.read(Json.text(written))).isEqualTo(json(FULL));
    }

    @Test
    void snakeCaseIsTheSame() {
        String snake = FULL.replace("systemInstruction", "system_instruction")
                .replace("inlineData", "inline_data")
                .replace("mimeType", "mime_type")
                .replace("fileUri", "file_uri")
                .replace("fileData", "file_data")
                .replace("functionCall\"", "function_call\"")
                .replace("functionResponse", "function_response")
                .replace("functionDeclarations", "function_declarations")
                .replace("functionCallingConfig", "function_calling_config")
                .replace("thoughtSignature", "thought_signature")
                .replace("generationConfig", "generation_config")
                .replace("maxOutputTokens", "max_output_tokens")
                .replace("thinkingConfig", "thinking_config")
                .replace("mediaResolution", "media_resolution")
                .replace("safetySettings", "safety_settings");

        assertThat(read(snake).messages().subList(0, 4))
                .isEqualTo(read(FULL).messages().subList(0, 4));
        assertThat(read(snake).sampling()).isEqualTo(read(FULL).sampling());
        assertThat(read(snake).reasoning()).isEqualTo(read(FULL).reasoning());
        assertThat(read(snake).extras()).isEqualTo(read(FULL).extras());
        assertThat(read(snake).tools()).isEqualTo(read(FULL).tools());
    }

    @Test
    void resultsWithoutIdsFindTheirCallsByNameAndOrder() {
        ChatRequest request = read("""
                {"contents":[{"role":"model","parts":[
                  {"functionCall":{"name":"a","args":{}}},{"functionCall":{"name":"b"}},{"functionCall":{"name":"a"}}]},
                 {"role":"user","parts":[{"functionResponse":{"name":"b","response":{"output":"B"}}},
                  {"functionResponse":{"name":"a","response":{"result":"A1"}}},
                  {"functionResponse":{"name":"a","response":{"x":1}}}]}]}""");

        List<String> calls = request.messages().getFirst().parts().stream()
                .map(part -> ((Part.ToolCall) part).id())
                .toList();
        List<Part.ToolResult> results = request.messages().get(1).parts().stream()
                .map(Part.ToolResult.class::cast)
                .toList();

        assertThat(calls).doesNotHaveDuplicates();
        assertThat(request.messages().get(1).role()).isEqualTo(Role.TOOL);
        assertThat(results.stream().map(Part.ToolResult::callId))
                .containsExactly(calls.get(1), calls.get(0), calls.get(2));
        assertThat(results.stream().map(result -> ((Part.Text) result.content().getFirst()).text()))
                .containsExactly("B", "A1", "{\"x\":1}");
        // Ids that were made up are not sent to Gemini.
        assertThat(Json.text(write(request, "gemini-2.5-flash"))).doesNotContain("\"id\"");
    }

    @Test
    void thoughtsAreOneUpToTheirSignature() {
        String foreign = Signatures.write(Kind.THINKING, new Proof(Maker.ANTHROPIC, "c2lnbmF0dXJl"));
        ChatRequest request =
                read(("{'contents':[{'role':'model','parts':[{'text':'a','thought':true},{'text':'b','thought':true},"
                                + "{'text':'','thought':true,'thoughtSignature':'" + foreign
                                + "'},{'text':'','thought':true,'thoughtSignature':'"
                                + Signatures.write(Kind.HIDDEN, new Proof(Maker.ANTHROPIC, "xyz"))
                                + "'},{'text':'said','thoughtSignature':'R2Vt'}]}]}")
                        .replace('\'', '"'));

        assertThat(request.messages().getFirst().parts())
                .containsExactly(
                        new Part.Thinking("ab", new Proof(Maker.ANTHROPIC, "c2lnbmF0dXJl")),
                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "xyz")),
                        Part.Text.of("said"),
                        new Part.Thinking("", new Proof(Maker.GEMINI, "R2Vt")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | contents",
                "{'contents':{}} | contents",
                "{'contents':[{'role':'robot','parts':[]}]} | contents[0].role",
                "{'contents':[{'parts':['x']}]} | contents[0].parts[0]",
                "{'contents':[{'parts':[{'functionCall':{'args':[]}}]}]} | contents[0].parts[0].functionCall.args",
                "{'contents':[{'parts':[{'inlineData':{'data':'x'}}]}]} | contents[0].parts[0].inlineData.mimeType",
                "{'contents':[],'generationConfig':{'temperature':'hot'}} | generationConfig.temperature",
                "{'contents':[],'generationConfig':{'seed':1.5}} | generationConfig.seed",
                "{'contents':[],'generationConfig':{'candidateCount':1e99}} | generationConfig.candidateCount",
                "{'contents':[],'tools':[{'functionDeclarations':[{}]}]} | tools[0].functionDeclarations[0].name",
                "{'contents':[],'toolConfig':{'functionCallingConfig':{'mode':'X'}}} | toolConfig.functionCallingConfig.mode"
            })
    void whatHasNotItsFormIsNamed(String body, String field) {
        assertThatThrownBy(() -> read(body.replace('\'', '"')))
                .isInstanceOfSatisfying(MalformedRequestException.class, e -> assertThat(e.field())
                        .isEqualTo(field));
    }

    @Test
    void geminiSchemasBecomeJsonSchemas() {
        ChatRequest request = read("""
                {"contents":[],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":
                  {"a":{"type":"STRING","nullable":true},"b":{"type":"ARRAY","minItems":"2","items":{"type":"INTEGER"}}}}}]}],
                 "generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"STRING"}}}""");

        assertThat(Json.text(
                        Objects.requireNonNull(((Tool.Function) request.tools().getFirst()).parameters())))
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]},"
                        + "\"b\":{\"type\":\"array\",\"minItems\":2,\"items\":{\"type\":\"integer\"}}}}");
        assertThat(request.format()).isEqualTo(new AnswerFormat.Schema("", null, json("{\"type\":\"string\"}"), null));
    }

    /** Traps 7 and 8. */
    @Test
    void mergesRolesAndKeepsEverySystemMessage() {
        ChatRequest request = chat(
                says(Role.SYSTEM, "one"),
                says(Role.USER, "hi"),
                says(Role.DEVELOPER, "two"),
                says(Role.USER, "there"),
                ChatMessage.of(
                        Role.ASSISTANT,
                        List.of(
                                Part.Text.of(""),
                                new Part.ToolCall("call_1", "f", "{\"a\":1}", null, null),
                                new Part.ToolCall("call_2", "g", "nonsense", null, null))),
                ChatMessage.of(
                        Role.TOOL,
                        List.of(new Part.ToolResult(
                                "call_1",
                                null,
                                List.of(
                                        Part.Text.of("[1]"),
                                        new Part.Image(new MediaSource.Data("image/png", "QQ=="), null, null)),
                                false,
                                null))),
                ChatMessage.of(
                        Role.TOOL,
                        List.of(new Part.ToolResult("call_2", null, List.of(Part.Text.of("bad")), true, null))),
                says(Role.USER, "go on"));

        assertThat(Json.text(write(request, "gemini-2.5-flash"))).isEqualTo("""
                {"systemInstruction":{"parts":[{"text":"one"},{"text":"two"}]},"contents":[\
                {"role":"user","parts":[{"text":"hi"},{"text":"there"}]},\
                {"role":"model","parts":[{"functionCall":{"id":"call_1","name":"f","args":{"a":1}}},\
                {"functionCall":{"id":"call_2","name":"g","args":{"arguments":"nonsense"}}}]},\
                {"role":"user","parts":[{"functionResponse":{"id":"call_1","name":"f","response":{"output":"[1]"}}},\
                {"functionResponse":{"id":"call_2","name":"g","response":{"error":"bad"}}},\
                {"inlineData":{"mimeType":"image/png","data":"QQ=="}},{"text":"go on"}]}]}""");
    }

    @Test
    void callsOfOtherVendorsGetThePlaceholderOnNewModelsOnce() {
        ChatRequest request = chat(
                says(Role.USER, "hi"),
                ChatMessage.of(
                        Role.ASSISTANT,
                        List.of(
                                new Part.Thinking("hm", new Proof(Maker.ANTHROPIC, "foreign")),
                                new Part.ToolCall("1", "f", "{}", null, null),
                                new Part.ToolCall("2", "f", "{}", null, null))));

        JsonNode old = write(request, "gemini-2.5-pro").at("/contents/1/parts");
        JsonNode parts = write(request, "gemini-3-pro-preview").at("/contents/1/parts");

        assertThat(old.findValues("thoughtSignature")).isEmpty();
        assertThat(parts.path(0).path("thoughtSignature").asText()).isEqualTo(Signatures.PLACEHOLDER);
        assertThat(parts.path(1).has("thoughtSignature")).isFalse();
    }

    @Test
    void ownSignaturesComeBackWhereTheyWere() {
        ChatRequest request = chat(
                ChatMessage.of(
                        Role.ASSISTANT,
                        List.of(
                                new Part.Thinking("hm", new Proof(Maker.GEMINI, "AA==")),
                                new Part.ToolCall("1", "f", "{}", null, null))),
                says(Role.USER, "x"),
                ChatMessage.of(
                        Role.ASSISTANT,
                        List.of(Part.Text.of("t"), new Part.Thinking("", new Proof(Maker.GEMINI, "BB==")))));

        JsonNode contents = write(request, "gemini-3-flash").path("contents");

        assertThat(contents.at("/0/parts/0/thoughtSignature").asText()).isEqualTo("AA==");
        assertThat(Json.text(contents.at("/2/parts"))).isEqualTo("[{\"text\":\"t\",\"thoughtSignature\":\"BB==\"}]");
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-flash, none, , '{\"thinkingBudget\":0}'",
        "gemini-2.5-flash, low, , '{\"thinkingBudget\":1024}'",
        "gemini-2.5-flash, high, , '{\"thinkingBudget\":24576}'",
        "gemini-2.5-flash, , 999999, '{\"thinkingBudget\":24576}'",
        "gemini-2.5-pro, , 5, '{\"thinkingBudget\":128}'",
        "gemini-2.5-pro, , -1, '{\"thinkingBudget\":-1}'",
        "gemini-3-flash, medium, , '{\"thinkingLevel\":\"MEDIUM\"}'",
        "gemini-3-pro-preview, medium, , '{\"thinkingLevel\":\"HIGH\"}'",
        "gemini-3.1-pro, minimal, , '{\"thinkingLevel\":\"LOW\"}'",
        "gemini-3-flash, , 1024, '{\"thinkingLevel\":\"LOW\"}'"
    })
    void thinkingIsABudgetOrALevelNeverBoth(
            String model, @Nullable String effort, @Nullable Long budget, String config) {
        ChatRequest request = request(
                List.of(says(Role.USER, "x")),
                List.of(),
                null,
                Sampling.DEFAULT,
                new Reasoning(null, effort, budget, null),
                new AnswerFormat.Text());

        assertThat(Json.text(write(request, model).at("/generationConfig/thinkingConfig")))
                .isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-2.5-pro", "gemini-3-flash"})
    void thinkingThatCannotBeSwitchedOffIsALoss(String model) {
        ChatRequest request = request(
                List.of(says(Role.USER, "x")),
                List.of(),
                null,
                Sampling.DEFAULT,
                new Reasoning(false, null, null, null),
                new AnswerFormat.Text());

        assertThatThrownBy(() -> write(request, model)).isInstanceOf(InexpressibleException.class);
    }

    private static final String SCHEMA =
            "{\"type\":\"object\",\"additionalProperties\":false,\"$defs\":{\"c\":{\"enum\":[\"x\",\"y\"],"
                    + "\"type\":\"string\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/c\"},\"b\":{\"type\":[\"integer\",\"null\"]},"
                    + "\"d\":{\"oneOf\":[{\"type\":\"string\"},{\"const\":\"k\"}]}}}";

    private static ChatRequest withTool(@Nullable Boolean strict, @Nullable ToolChoice choice, AnswerFormat format) {
        return request(
                List.of(says(Role.USER, "x")),
                List.of(new Tool.Function("f", null, json(SCHEMA), strict, null)),
                choice,
                Sampling.DEFAULT,
                null,
                format);
    }

    @Test
    void schemasGoAsTheyAreToNewModelsAndReducedToOldOnes() {
        ChatRequest request = withTool(null, null, new AnswerFormat.Text());

        assertThat(write(request, "gemini-2.5-flash").at("/tools/0/functionDeclarations/0/parametersJsonSchema"))
                .isEqualTo(json(SCHEMA));
        assertThat(Json.text(write(request, "gemini-2.0-flash").at("/tools/0/functionDeclarations/0/parameters")))
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[\"x\",\"y\"],\"type\":\"string\"},"
                                + "\"b\":{\"nullable\":true,\"type\":\"integer\"},\"d\":{\"anyOf\":[{\"type\":\"string\"},{\"enum\":[\"k\"]}]}}}");
    }

    @Test
    void recursiveSchemaEnds() {
        Schemas.Subset subset = Schemas.toGemini(
                json("{\"$defs\":{\"n\":{\"properties\":{\"n\":{\"$ref\":\"#/$defs/n\"}}}},\"$ref\":\"#/$defs/n\"}"));

        assertThat(Json.text(subset.schema()).length()).isBetween(100, 10_000);
    }

    @Test
    void strictFunctionsAreValidated() {
        assertThat(write(withTool(true, null, new AnswerFormat.Text()), "gemini-2.5-flash")
                        .at("/toolConfig/functionCallingConfig/mode")
                        .asText())
                .isEqualTo("VALIDATED");
        assertThat(write(withTool(true, new ToolChoice.Named("f"), new AnswerFormat.Text()), "gemini-2.5-flash")
                        .path("toolConfig")
                        .toString())
                .isEqualTo("{\"functionCallingConfig\":{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"f\"]}}");
    }

    @Test
    void functionsAndAFormatGoTogetherOnNewModelsOnly() {
        ChatRequest request = withTool(null, null, new AnswerFormat.Schema("s", null, json(SCHEMA), true));

        assertThat(write(request, "gemini-3-flash").at("/generationConfig/responseJsonSchema"))
                .isEqualTo(json(SCHEMA));
        assertThatThrownBy(() -> write(request, "gemini-2.5-flash"))
                .isInstanceOfSatisfying(
                        InexpressibleException.class, e -> assertThat(e.field()).isEqualTo("response_format"));
    }

    @Test
    void lenientTargetListsWhatItDrops() {
        ChatRequest base = chat(says(Role.USER, "x"));
        Sampling sampling = new Sampling(
                null,
                null,
                null,
                null,
                List.of("1", "2", "3", "4", "5", "6"),
                1L << 40,
                9,
                null,
                null,
                null,
                null,
                json("{\"1\":2}"));
        ChatRequest request = new ChatRequest(
                "m",
                false,
                base.messages(),
                List.of(),
                null,
                null,
                sampling,
                null,
                base.format(),
                "somebody",
                "priority",
                Map.of("metadata", json("{\"x\":1}"), "verbosity", Json.NODES.textNode("low")));
        Losses losses = new Losses(ChatDialect.OPENAI, true);

        ObjectNode written = CODEC.encodeRequest(request, "gemini-2.5-flash", losses);

        assertThat(losses.fields())
                .containsExactlyInAnyOrder("stop", "seed", "n", "logit_bias", "verbosity", "service_tier");
        assertThat(Json.text(written.path("generationConfig")))
                .isEqualTo("{\"stopSequences\":[\"1\",\"2\",\"3\",\"4\",\"5\"]}");
    }

    @Test
    void addressesAreGivenToGeminiWhichFetchesThem() {
        ChatRequest request = chat(ChatMessage.of(
                Role.USER,
                List.of(
                        new Part.Image(new MediaSource.Url("https://example.com/a.webp?x=1", null), "high", null),
                        new Part.Video(new MediaSource.Url("https://youtu.be/abc", null)),
                        new Part.Document(new MediaSource.Plain("all of it"), "a.txt", null, null))));

        ObjectNode written = write(request, "gemini-2.5-flash");

        assertThat(Json.text(written)).isEqualTo("""
                {"contents":[{"role":"user","parts":[\
                {"fileData":{"mimeType":"image/webp","fileUri":"https://example.com/a.webp?x=1"}},\
                {"fileData":{"fileUri":"https://youtu.be/abc"}},{"text":"a.txt\\n\\nall of it"}]}],\
                "generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_HIGH"}}""");
    }

    @Test
    void chatOfInstructionsAloneAsksByThem() {
        assertThat(Json.text(write(chat(says(Role.SYSTEM, "x")), "m")))
                .isEqualTo("{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]}]}");
    }
}
