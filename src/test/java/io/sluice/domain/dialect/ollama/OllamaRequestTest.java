package io.sluice.domain.dialect.ollama;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Writes requests for {@code /api/chat}. */
class OllamaRequestTest {
    private static JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text));
    }

    private static ObjectNode write(ChatRequests request) {
        return new OllamaCodec().encodeRequest(request.build(), "llama3.2", new Losses(ChatDialect.OPENAI, false));
    }

    private static List<String> lost(ChatRequest request) {
        Losses losses = new Losses(ChatDialect.OPENAI, true);
        new OllamaCodec().encodeRequest(request, "llama3.2", losses);
        assertThatExceptionOfType(InexpressibleException.class)
                .isThrownBy(() ->
                        new OllamaCodec().encodeRequest(request, "llama3.2", new Losses(ChatDialect.OPENAI, false)))
                .satisfies(e -> assertThat(e.field()).isEqualTo(losses.fields().getFirst()));
        return losses.fields();
    }

    private static ChatRequests chat() {
        return new ChatRequests();
    }

    private static Part.Text text(String text) {
        return Part.Text.of(text);
    }

    private static Part.ToolResult result(String id, boolean isError, Part... content) {
        return new Part.ToolResult(id, null, List.of(content), isError, null);
    }

    @Test
    void writesAChat() {
        ObjectNode body = write(chat().stream()
                .say(Role.SYSTEM, text("Be brief."))
                .say(Role.DEVELOPER, text("Be briefer."))
                .say(
                        Role.USER,
                        text("What is"),
                        new Part.Image(new MediaSource.Data("image/png", "aW1n"), null, null),
                        text("this?"),
                        new Part.Document(new MediaSource.Plain("Notes."), "notes.txt", null, null))
                .say(
                        Role.ASSISTANT,
                        new Part.Thinking("Hm", new Proof(Maker.ANTHROPIC, "proof")),
                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "x")),
                        text("A cat."))
                .sampling(new Sampling(
                        128L,
                        new BigDecimal("0.70"),
                        new BigDecimal("0.9"),
                        40L,
                        List.of("x"),
                        1L,
                        1,
                        new BigDecimal("0.5"),
                        new BigDecimal("-0.5"),
                        false,
                        null,
                        null))
                .extras(Map.of(
                        "keep_alive",
                        json("\"5m\""),
                        "options",
                        json("{\"num_ctx\":8192,\"seed\":7}"),
                        "store",
                        json("false"))));

        assertThat(Json.text(body)).isEqualTo(Json.text(json("""
                        {"model":"llama3.2",
                         "messages":[
                          {"role":"system","content":"Be brief."},
                          {"role":"system","content":"Be briefer."},
                          {"role":"user","content":"What is\\nthis?\\nnotes.txt\\n\\nNotes.","images":["aW1n"]},
                          {"role":"assistant","content":"A cat.","thinking":"Hm"}],
                         "stream":true,
                         "keep_alive":"5m",
                         "options":{"num_predict":128,"temperature":0.70,"top_p":0.9,"top_k":40,"seed":1,"stop":["x"],
                           "presence_penalty":0.5,"frequency_penalty":-0.5,"num_ctx":8192}}
                        """)));
    }

    /** Trap: all results of one turn, in front of what the user says; found by name, for there are no ids. */
    @Test
    void resultsAreMessagesWithTheNameOfTheirTool() {
        ObjectNode body = write(chat().say(Role.USER, text("Weather?"))
                .say(
                        Role.ASSISTANT,
                        new Part.ToolCall("c1", "weather", "{\"x\":1.50}", new Proof(Maker.ANTHROPIC, "proof"), null),
                        new Part.ToolCall("c2", "now", "", null, null),
                        new Part.ToolCall("c3", "now", "[broken", null, null))
                .say(
                        Role.USER,
                        text("And?"),
                        result("c1", false, text("sunny"), text("warm")),
                        result("c2", true, text("no")))
                .say(Role.TOOL, result("unknown", false))
                .tools(
                        new Tool.Function("weather", "d", json("{\"type\":\"object\"}"), true, null),
                        new Tool.Function("now", null, null, null, null))
                .choice(new ToolChoice.Auto()));

        assertThat(Json.text(body)).isEqualTo(Json.text(json("""
                        {"model":"llama3.2",
                         "messages":[
                          {"role":"user","content":"Weather?"},
                          {"role":"assistant","content":"","tool_calls":[
                            {"function":{"name":"weather","arguments":{"x":1.50}}},
                            {"function":{"name":"now","arguments":{}}},
                            {"function":{"name":"now","arguments":{"arguments":"[broken"}}}]},
                          {"role":"tool","tool_name":"weather","content":"sunny\\nwarm"},
                          {"role":"tool","tool_name":"now","content":"Error: no"},
                          {"role":"user","content":"And?"},
                          {"role":"tool","content":""}],
                         "stream":false,
                         "tools":[
                           {"type":"function","function":
                             {"name":"weather","description":"d","parameters":{"type":"object"}}},
                           {"type":"function","function":
                             {"name":"now","parameters":{"type":"object","properties":{}}}}]}
                        """)));
    }

    @Test
    void callNothingLeavesTheToolsOut() {
        assertThat(write(chat().say(Role.USER, text("x"))
                                .tools(new Tool.Function("f", null, null, null, null))
                                .choice(new ToolChoice.None()))
                        .has("tools"))
                .isFalse();
    }

    @Test
    void writesFormats() {
        ChatRequests request = chat().say(Role.USER, text("x"));

        assertThat(write(request).has("format")).isFalse();
        assertThat(write(request.format(new AnswerFormat.Json())).path("format").asText())
                .isEqualTo("json");
        assertThat(write(request.format(new AnswerFormat.Schema("n", null, json("{\"type\":\"object\"}"), true)))
                        .path("format"))
                .isEqualTo(json("{\"type\":\"object\"}"));
    }

    @ParameterizedTest
    @CsvSource({
        "true, -, -, true",
        "false, high, -, false",
        "-, none, -, false",
        "-, minimal, -, \"\"\"low\"\"\"",
        "-, medium, -, medium",
        "-, xhigh, -, max",
        "true, -, 1024, low",
        "true, -, 4096, medium",
        "-, -, 16384, high",
        "-, -, -1, true",
        "-, -, 0, false",
        "-, -, -, null"
    })
    void writesThinking(String enabled, String effort, String budget, String think) {
        Reasoning reasoning = new Reasoning(
                enabled.equals("-") ? null : Boolean.valueOf(enabled),
                effort.equals("-") ? null : effort,
                budget.equals("-") ? null : Long.valueOf(budget),
                null);

        assertThat(String.valueOf(write(chat().say(Role.USER, text("x")).reasoning(reasoning))
                                .get("think"))
                        .replace("\"", ""))
                .isEqualTo(think.replace("\"", ""));
    }

    @Test
    void whatOllamaHasNotIsLost() {
        ChatRequest request = chat().name(
                        Role.USER,
                        "bob",
                        new Part.Image(new MediaSource.Url("https://example.com/a.png", null), null, null),
                        new Part.Image(new MediaSource.Stored("f"), null, null),
                        new Part.Document(new MediaSource.Data("application/pdf", "eA=="), null, null, null),
                        new Part.Audio(new MediaSource.Data("audio/wav", "eA==")),
                        new Part.Video(new MediaSource.Data("video/mp4", "eA==")),
                        result("c", false, new Part.Image(new MediaSource.Data("image/png", "eA=="), null, null)),
                        new Part.Foreign(ChatDialect.ANTHROPIC, json("{}"), "messages.content.type"))
                .tools(
                        new Tool.Foreign(ChatDialect.OPENAI, json("{}"), "tools.type"),
                        new Tool.Function("f", null, null, null, null))
                .choice(new ToolChoice.Required())
                .parallel(false)
                .tier("flex")
                .sampling(new Sampling(
                        null, null, null, null, List.of(), null, 2, null, null, true, 3, json("{\"50\":1}")))
                .extras(Map.of("verbosity", json("\"low\"")))
                .build();

        assertThat(lost(request))
                .containsExactly(
                        "messages.name",
                        "messages.content",
                        "messages.content.image_url.url",
                        "messages.content.file.file_id",
                        "messages.content.file",
                        "messages.content.input_audio",
                        "messages.content.video_url",
                        "messages.content.type",
                        "tool_choice",
                        "tools.type",
                        "parallel_tool_calls",
                        "n",
                        "logprobs",
                        "logit_bias",
                        "verbosity",
                        "service_tier");
    }
}
