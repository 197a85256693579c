package io.sluice.domain.dialect.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.ObjectMappers;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponsesAnswerTest {
    private static final AnswerTarget TARGET = new AnswerTarget("0198-ab", "pub", true, 1_760_000_000L);
    private static final ChatEvent START = new ChatEvent.Start("up-1", "upstream-model", 1);
    private static final ChatEvent USAGE = new ChatEvent.Usage(new TokenUsage(11, 4, 0, 70, 64));
    private static final ChatEvent END = new ChatEvent.End();

    private static ChatEvent text(String text) {
        return new ChatEvent.Text(0, text);
    }

    private static ChatEvent finish(FinishReason reason) {
        return new ChatEvent.Finish(0, reason, null);
    }

    private static ChatRequest request(boolean stream, String json) {
        return new ResponsesCodec().decodeRequest((ObjectNode) Json.read(json), "pub", stream);
    }

    private static String written(ChatRequest request, ChatEvent... events) {
        AnswerEncoder encoder = new ResponsesCodec().answerEncoder(request, TARGET);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ChatEvent event : events) {
            assertThat(encoder.last()).isEmpty();
            encoder.encode(event, out::writeBytes);
        }
        assertThat(encoder.last()).isNotEmpty();
        out.writeBytes(encoder.last());
        return out.toString(UTF_8);
    }

    private static List<JsonNode> stream(String body, ChatEvent... events) {
        List<JsonNode> read = new ArrayList<>();
        String text = written(request(true, body), events);
        assertThat(text).endsWith("\n\n");
        for (String event : text.split("\n\n")) {
            if (event.startsWith(":")) {
                continue;
            }
            String[] lines = event.split("\n");
            assertThat(lines).hasSize(2);
            JsonNode json = Json.read(lines[1].substring("data: ".length()));
            assertThat(json).isNotNull();
            assertThat(lines[0]).isEqualTo("event: " + json.path("type").asText());
            assertThat(json.path("sequence_number").asInt()).isEqualTo(read.size());
            read.add(json);
        }
        return read;
    }

    private static List<JsonNode> stream(ChatEvent... events) {
        return stream("{\"input\":\"hi\"}", events);
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.path("type").asText().replace("response.", ""))
                .collect(Collectors.toList());
    }

    /** As the official client reads a stream: it believes nothing that does not validate. */
    private static Response accepted(List<JsonNode> events) throws Exception {
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        for (JsonNode event : events) {
            ResponseStreamEvent read =
                    ObjectMappers.jsonMapper().readValue(Json.text(event), ResponseStreamEvent.class);
            read.validate();
            accumulator.accumulate(read);
        }
        return accumulator.response();
    }

    private static Response whole(String body, ChatEvent... events) throws Exception {
        Response response = ObjectMappers.jsonMapper().readValue(written(request(false, body), events), Response.class);
        return response.validate();
    }

    @Test
    void streamsTextWithTheWholeGrammar() throws Exception {
        List<JsonNode> events =
                stream(START, text("Hel"), text("lo \ud83d"), text("\ude00\n"), USAGE, finish(FinishReason.STOP), END);

        assertThat(types(events))
                .containsExactly(
                        "created",
                        "in_progress",
                        "output_item.added",
                        "content_part.added",
                        "output_text.delta",
                        "output_text.delta",
                        "output_text.delta",
                        "output_text.done",
                        "content_part.done",
                        "output_item.done",
                        "completed");
        assertThat(Json.text(events.get(4))).isEqualTo("""
                {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_0198-ab-0","output_index":0,\
                "content_index":0,"delta":"Hel","logprobs":[]}""");
        assertThat(events.get(7).path("text").asText()).isEqualTo("Hello \ud83d\ude00\n");
        Response response = accepted(events);
        assertThat(response.id()).isEqualTo("resp_0198-ab");
        assertThat(response.model().asString()).isEqualTo("pub");
        assertThat(response.status()).contains(ResponseStatus.COMPLETED);
        assertThat(response.usage().orElseThrow().totalTokens()).isEqualTo(81);
        assertThat(response.usage().orElseThrow().inputTokensDetails().cachedTokens())
                .isEqualTo(4);
        assertThat(response.output()
                        .getFirst()
                        .asMessage()
                        .content()
                        .getFirst()
                        .asOutputText()
                        .text())
                .isEqualTo("Hello \ud83d\ude00\n");
    }

    @Test
    void streamsThinkingAndMixedCalls() throws Exception {
        List<JsonNode> events = stream(
                START,
                new ChatEvent.Thinking(0, "I "),
                new ChatEvent.Thinking(0, "see"),
                new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "SIG")),
                new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "DATA")),
                text("Look:"),
                new ChatEvent.ToolCall(0, 0, "call_a", "f", null),
                new ChatEvent.ToolArguments(0, 0, "{\"a\""),
                new ChatEvent.ToolCall(0, 1, "call_b", "g", new Proof(Maker.GEMINI, "CALLSIG")),
                new ChatEvent.ToolArguments(0, 0, ":1}"),
                new ChatEvent.Ping(),
                finish(FinishReason.TOOL_CALLS),
                USAGE,
                END);

        assertThat(types(events))
                .containsExactly(
                        "created",
                        "in_progress",
                        "output_item.added",
                        "reasoning_summary_part.added",
                        "reasoning_summary_text.delta",
                        "reasoning_summary_text.delta",
                        "reasoning_summary_text.done",
                        "reasoning_summary_part.done",
                        "output_item.done",
                        "output_item.added",
                        "output_item.done",
                        "output_item.added",
                        "content_part.added",
                        "output_text.delta",
                        "output_text.done",
                        "content_part.done",
                        "output_item.done",
                        "output_item.added",
                        "function_call_arguments.delta",
                        "output_item.added",
                        "output_item.done",
                        "output_item.added",
                        "function_call_arguments.delta",
                        "function_call_arguments.done",
                        "output_item.done",
                        "function_call_arguments.delta",
                        "function_call_arguments.done",
                        "output_item.done",
                        "completed");
        Response response = accepted(events);
        assertThat(response.output()).hasSize(6);
        assertThat(response.output().get(0).asReasoning().encryptedContent()).contains("sluice.anthropic.SIG");
        assertThat(response.output().get(0).asReasoning().summary().getFirst().text())
                .isEqualTo("I see");
        assertThat(response.output().get(1).asReasoning().encryptedContent()).contains("sluice.anthropic-hidden.DATA");
        assertThat(response.output().get(3).asFunctionCall().arguments()).isEqualTo("{\"a\":1}");
        assertThat(response.output().get(4).asReasoning().encryptedContent()).contains("sluice.gemini-call.CALLSIG");
        assertThat(response.output().get(5).asFunctionCall().callId()).isEqualTo("call_b");
        assertThat(response.output().get(5).asFunctionCall().arguments()).isEqualTo("{}");
    }

    @Test
    void takesBackWhatItAnswered() throws Exception {
        JsonNode answer = Json.read(written(
                request(false, "{\"input\":\"hi\"}"),
                START,
                new ChatEvent.Thinking(0, "see"),
                new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "SIG")),
                new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "DATA")),
                text("Look"),
                new ChatEvent.ToolCall(0, 0, "call_a", "f", new Proof(Maker.GEMINI, "CALLSIG")),
                new ChatEvent.ToolArguments(0, 0, "{}"),
                finish(FinishReason.TOOL_CALLS),
                END));
        ObjectNode next = Json.object();
        next.set("input", answer.path("output"));

        ChatRequest request = new ResponsesCodec().decodeRequest(next, "pub", false);

        assertThat(request.messages())
                .singleElement()
                .hasToString(
                        "ChatMessage[role=ASSISTANT, name=null, parts=[Thinking[text=see, proof=Proof[maker=ANTHROPIC, value=SIG]], "
                                + "HiddenThinking[proof=Proof[maker=ANTHROPIC, value=DATA]], Text[text=Look, cacheControl=null, citations=null], "
                                + "ToolCall[id=call_a, name=f, arguments={}, proof=Proof[maker=GEMINI, value=CALLSIG], "
                                + "cacheControl=null]]]");
    }

    @Test
    void streamsRefusalBehindText() throws Exception {
        List<JsonNode> events = stream(
                START,
                text("Well"),
                new ChatEvent.Refusal(0, "I must "),
                new ChatEvent.Refusal(0, "not."),
                finish(FinishReason.REFUSAL),
                END);

        assertThat(types(events))
                .containsSubsequence(
                        "content_part.done",
                        "content_part.added",
                        "refusal.delta",
                        "refusal.delta",
                        "refusal.done",
                        "content_part.done",
                        "output_item.done",
                        "completed");
        Response response = accepted(events);
        assertThat(response.output()
                        .getFirst()
                        .asMessage()
                        .content()
                        .get(1)
                        .asRefusal()
                        .refusal())
                .isEqualTo("I must not.");
        assertThat(response.usage()).isEmpty();
    }

    @Test
    void tellsSourcesAsAnnotations() throws Exception {
        List<JsonNode> events = stream(
                START,
                text("It rains"),
                new ChatEvent.Citation(0, ChatDialect.OPENAI, Json.read("""
                        {"type":"url_citation","url_citation":{"start_index":0,"end_index":8,"url":"https://e.org",\
                        "title":"E"}}""")),
                new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, Json.read("""
                        {"type":"web_search_result_location","url":"https://f.org","cited_text":"x"}""")),
                new ChatEvent.Citation(0, ChatDialect.GEMINI, Json.read("{\"web\":{\"uri\":\"https://g.org\"}}")),
                new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, Json.read("{\"type\":\"char_location\"}")),
                finish(FinishReason.STOP),
                END);

        List<JsonNode> told = events.stream()
                .filter(event -> event.path("type").asText().endsWith("annotation.added"))
                .toList();
        assertThat(told).hasSize(3);
        assertThat(Json.text(told.get(1).path("annotation"))).isEqualTo("""
                {"type":"url_citation","url":"https://f.org","title":"","start_index":8,"end_index":8}""");
        assertThat(told.get(2).path("annotation_index").asInt()).isEqualTo(2);
        assertThat(accepted(events)
                        .output()
                        .getFirst()
                        .asMessage()
                        .content()
                        .getFirst()
                        .asOutputText()
                        .annotations())
                .hasSize(3);
    }

    @Test
    void putsProbabilitiesBesideTheirText() throws Exception {
        String one = "{\"content\":[{\"token\":\"a\",\"logprob\":-0.5,\"bytes\":[97],\"top_logprobs\":[]}]}";
        String two = "{\"content\":[{\"token\":\"b\",\"logprob\":-1,\"bytes\":[98],\"top_logprobs\":[]}]}";
        List<JsonNode> events = stream(
                "{\"input\":\"hi\",\"include\":[\"message.output_text.logprobs\"]}",
                START,
                text("a"),
                new ChatEvent.Logprobs(0, Json.read(one)),
                text("b"),
                new ChatEvent.Logprobs(0, Json.read(two)),
                text("c"),
                finish(FinishReason.STOP),
                END);

        assertThat(events.get(4).path("delta").asText()).isEqualTo("a");
        assertThat(events.get(4).path("logprobs").get(0).path("token").asText()).isEqualTo("a");
        assertThat(events.get(6).path("logprobs")).isEmpty();
        assertThat(events.get(7).path("logprobs")).hasSize(2);
        accepted(events);
    }

    @ParameterizedTest
    @CsvSource({
        "STOP,completed,",
        "STOP_TEXT,completed,",
        "TOOL_CALLS,completed,",
        "PAUSE,completed,",
        "OTHER,completed,",
        "LENGTH,incomplete,max_output_tokens",
        "CONTENT_FILTER,incomplete,content_filter",
        "REFUSAL,incomplete,content_filter"
    })
    void endsAsTheReasonSays(FinishReason reason, String status, String why) throws Exception {
        List<JsonNode> events = stream(START, text("a"), finish(reason), text("late"), END);
        JsonNode last = events.getLast();

        assertThat(last.path("type").asText()).isEqualTo("response." + status);
        assertThat(last.path("response").path("status").asText()).isEqualTo(status);
        assertThat(last.path("response").path("output").get(0).path("status").asText())
                .isEqualTo(status);
        if (why == null) {
            assertThat(last.path("response").path("incomplete_details").isNull())
                    .isTrue();
        } else {
            assertThat(last.path("response")
                            .path("incomplete_details")
                            .path("reason")
                            .asText())
                    .isEqualTo(why);
        }
        assertThat(Json.text(last)).doesNotContain("late");
        accepted(events);
    }

    @Test
    void repeatsTheRequest() throws Exception {
        Response response = whole("""
                {"instructions":"Be brief.","input":"hi","max_output_tokens":50,"temperature":0.2,"top_p":0.5,
                 "tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true}],
                 "tool_choice":"required","parallel_tool_calls":false,"metadata":{"k":"v"},"user":"u",
                 "reasoning":{"effort":"high","summary":"auto"},"service_tier":"flex",
                 "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"}},"verbosity":"low"}}""", START, text("{}"), finish(FinishReason.STOP), USAGE, END);

        assertThat(response.instructions().orElseThrow().asString()).isEqualTo("Be brief.");
        assertThat(response.maxOutputTokens()).contains(50L);
        assertThat(response.temperature()).contains(0.2);
        assertThat(response.topP()).contains(0.5);
        assertThat(response.tools().getFirst().asFunction().name()).isEqualTo("f");
        assertThat(response.toolChoice().asOptions()).hasToString("required");
        assertThat(response.parallelToolCalls()).isFalse();
        assertThat(response.metadata().orElseThrow()._additionalProperties()).containsKey("k");
        assertThat(response.user()).contains("u");
        assertThat(response.reasoning().orElseThrow().effort().orElseThrow()).hasToString("high");
        assertThat(response.text().orElseThrow().format().orElseThrow().isJsonSchema())
                .isTrue();
        assertThat(response.usage().orElseThrow().outputTokensDetails().reasoningTokens())
                .isEqualTo(64);
        assertThat(response.createdAt()).isEqualTo(1_760_000_000.0);
    }

    @Test
    void answersWhole() throws Exception {
        Response response = whole(
                "{\"input\":\"hi\"}",
                START,
                new ChatEvent.Thinking(0, "hm"),
                text("a"),
                text("b"),
                new ChatEvent.Text(1, "of another answer"),
                new ChatEvent.ToolCall(0, 0, "c", "f", null),
                new ChatEvent.Ping(),
                finish(FinishReason.TOOL_CALLS),
                END);

        assertThat(response.output()).hasSize(3);
        assertThat(response.output().get(0).asReasoning().encryptedContent()).isEmpty();
        assertThat(response.output()
                        .get(1)
                        .asMessage()
                        .content()
                        .getFirst()
                        .asOutputText()
                        .text())
                .isEqualTo("ab");
        assertThat(response.output().get(2).asFunctionCall().name()).isEqualTo("f");
        assertThat(response.toolChoice().asOptions()).hasToString("auto");
    }

    @Test
    void beginsWithoutAStart() throws Exception {
        assertThat(types(stream(END))).containsExactly("created", "in_progress", "completed");
        assertThat(types(stream(text(""), END))).containsExactly("created", "in_progress", "completed");
        assertThat(whole("{\"input\":\"hi\"}", END).output()).isEmpty();
    }

    @Test
    void saysThatALongAnswerIsIncomplete() throws Exception {
        String piece = "x".repeat(1 << 20);
        AnswerEncoder encoder = new ResponsesCodec().answerEncoder(request(false, "{\"input\":\"hi\"}"), TARGET);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < 40; i++) {
            encoder.encode(text(piece), out::writeBytes);
        }
        encoder.encode(finish(FinishReason.STOP), out::writeBytes);
        encoder.encode(END, out::writeBytes);
        out.writeBytes(encoder.last());

        assertThat(out.size()).isLessThan(ResponseEvents.MOST_GATHERED + (3 << 20));
        JsonNode json = Json.read(out.toByteArray(), 0, out.size());
        assertThat(json.path("status").asText()).isEqualTo("incomplete");
    }
}
