package io.sluice.domain.dialect.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.ObjectMappers;
import com.openai.models.responses.ResponseCreateParams;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.FinishReason;
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
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesProviderTest {
    private static final ResponsesCodec CODEC = new ResponsesCodec();
    private static final List<ChatEvent> ANSWER = List.of(
            new ChatEvent.Start("resp_id", "pub", 1_760_000_000L),
            new ChatEvent.Thinking(0, "hm "),
            new ChatEvent.Thinking(0, "so"),
            new ChatEvent.Text(0, "H\u00e9l"),
            new ChatEvent.Text(0, "lo \"\ud83d\ude00\"\n"),
            new ChatEvent.Refusal(0, "no"),
            new ChatEvent.ToolCall(0, 0, "call_a", "f", null),
            new ChatEvent.ToolCall(0, 1, "call_b", "g", null),
            new ChatEvent.ToolArguments(0, 0, "{\"a\":"),
            new ChatEvent.ToolArguments(0, 1, "{}"),
            new ChatEvent.ToolArguments(0, 0, "1}"),
            new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
            new ChatEvent.Usage(new TokenUsage(11, 4, 0, 70, 64)),
            new ChatEvent.End());

    private static byte[] written(boolean stream, List<ChatEvent> events) {
        ChatRequest request = CODEC.decodeRequest((ObjectNode) Json.read("{\"input\":\"hi\"}"), "pub", stream);
        AnswerEncoder encoder = CODEC.answerEncoder(request, new AnswerTarget("id", "pub", true, 1_760_000_000L));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        events.forEach(event -> encoder.encode(event, out::writeBytes));
        out.writeBytes(encoder.last());
        return out.toByteArray();
    }

    private static List<ChatEvent> read(String type, byte[]... pieces) {
        AnswerDecoder decoder = CODEC.answerDecoder(type, true);
        assertThat(decoder).isNotNull();
        List<ChatEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            decoder.feed(piece, events::add);
        }
        decoder.end(events::add);
        return events;
    }

    private static List<ChatEvent> stream(String... events) {
        StringBuilder text = new StringBuilder();
        for (String event : events) {
            text.append("data: ").append(event).append("\n\n");
        }
        return read("text/event-stream", text.toString().getBytes(UTF_8));
    }

    private static ChatRequest request(List<ChatMessage> messages, Sampling sampling, Map<String, String> extras) {
        var nodes = new java.util.LinkedHashMap<String, com.fasterxml.jackson.databind.JsonNode>();
        extras.forEach((name, json) -> nodes.put(name, Json.read(json)));
        return new ChatRequest(
                "m", true, messages, List.of(), null, null, sampling, null, new AnswerFormat.Text(), null, null, nodes);
    }

    private static ChatMessage user(Part... parts) {
        return ChatMessage.of(Role.USER, List.of(parts));
    }

    private static ObjectNode encoded(ChatRequest request, Losses losses) {
        return CODEC.encodeRequest(request, "up-1", losses);
    }

    @Test
    void readsStreamsHoweverTheyAreCut() {
        byte[] all = written(true, ANSWER);
        byte[][] single = new byte[all.length][];
        Arrays.setAll(single, i -> new byte[] {all[i]});
        List<ChatEvent> some = List.of(ANSWER.get(0), ANSWER.get(4), ANSWER.get(11), ANSWER.getLast());
        byte[] bytes = written(true, some);
        List<ChatEvent> whole = read("text/event-stream", bytes);

        assertThat(read("text/event-stream", all)).containsExactlyElementsOf(ANSWER);
        assertThat(read("text/event-stream", single)).containsExactlyElementsOf(ANSWER);
        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(read(
                            "text/event-stream; charset=utf-8",
                            Arrays.copyOf(bytes, cut),
                            Arrays.copyOfRange(bytes, cut, bytes.length)))
                    .isEqualTo(whole);
        }
    }

    @Test
    void readsWholeAnswersAlsoWhereAStreamWasAskedFor() {
        List<ChatEvent> events = read("application/json", written(false, ANSWER));

        assertThat(events)
                .containsExactly(
                        new ChatEvent.Start("resp_id", "pub", 1_760_000_000L),
                        new ChatEvent.Thinking(0, "hm so"),
                        new ChatEvent.Text(0, "H\u00e9llo \"\ud83d\ude00\"\n"),
                        new ChatEvent.Refusal(0, "no"),
                        new ChatEvent.ToolCall(0, 0, "call_a", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{\"a\":1}"),
                        new ChatEvent.ToolCall(0, 1, "call_b", "g", null),
                        new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        new ChatEvent.Usage(new TokenUsage(11, 4, 0, 70, 64)),
                        new ChatEvent.End());
    }

    @Test
    void carriesSealedThinkingThereAndBack() {
        List<ChatEvent> events = stream("""
                {"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}""", """
                {"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],\
                "encrypted_content":"gAAA"}}""", """
                {"type":"response.reasoning_summary_text.delta","output_index":1,"summary_index":0,"delta":"a"}""", """
                {"type":"response.reasoning_summary_part.added","output_index":1,"summary_index":1}""", """
                {"type":"response.reasoning_summary_text.delta","output_index":1,"summary_index":1,"delta":"b"}""", """
                {"type":"response.output_item.done","output_index":1,"item":{"id":"rs_2","type":"reasoning",\
                "summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],\
                "encrypted_content":"gBBB"}}""");

        assertThat(events)
                .containsExactly(
                        new ChatEvent.Start("", "", 0),
                        new ChatEvent.HiddenThinking(0, new Proof(Maker.OPENAI, "rs_1.gAAA")),
                        new ChatEvent.Thinking(0, "a"),
                        new ChatEvent.Thinking(0, "\n\n"),
                        new ChatEvent.Thinking(0, "b"),
                        new ChatEvent.ThinkingSignature(0, new Proof(Maker.OPENAI, "rs_2.gBBB")));
        ObjectNode back = encoded(
                request(
                        List.of(ChatMessage.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Part.HiddenThinking(new Proof(Maker.OPENAI, "rs_1.gAAA")),
                                        new Part.Thinking("a\n\nb", new Proof(Maker.OPENAI, "rs_2.gBBB")),
                                        new Part.Thinking("theirs", new Proof(Maker.ANTHROPIC, "EqQBCg")),
                                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "EmwK")),
                                        Part.Text.of("hi")))),
                        Sampling.DEFAULT,
                        Map.of()),
                new Losses(ChatDialect.ANTHROPIC, false));
        assertThat(Json.text(back.path("input"))).isEqualTo("""
                [{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"},\
                {"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"a\\n\\nb"}],\
                "encrypted_content":"gBBB"},\
                {"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi","annotations":[]}]}]""");
    }

    @Test
    void readsServersThatSendNothingButTheEnd() {
        List<ChatEvent> events = stream("""
                {"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f",\
                "arguments":"{}"}}""", """
                {"type":"response.incomplete","response":{"id":"r","status":"incomplete",\
                "incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"function_call","call_id":"c",\
                "name":"f","arguments":"{}"},{"type":"web_search_call"},\
                {"type":"message","content":[{"type":"output_text","text":"hi","annotations":[{"type":"url_citation"}],\
                "logprobs":[{"token":"hi"}]}]}]}}""");

        assertThat(events)
                .containsExactly(
                        new ChatEvent.Start("", "", 0),
                        new ChatEvent.ToolCall(0, 0, "c", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{}"),
                        new ChatEvent.Text(0, "hi"),
                        new ChatEvent.Logprobs(0, Json.read("{\"content\":[{\"token\":\"hi\"}]}")),
                        new ChatEvent.Citation(0, ChatDialect.RESPONSES, Json.read("{\"type\":\"url_citation\"}")),
                        new ChatEvent.Finish(0, FinishReason.LENGTH, null),
                        new ChatEvent.End());
    }

    @Test
    void tellsErrorsOfEveryKind() {
        assertFailed(
                stream("{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}"),
                UpstreamFailure.Kind.RATE_LIMITED,
                "slow");
        assertFailed(
                stream(
                        "{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\","
                                + "\"message\":\"boom\"}}}",
                        "{\"type\":\"response.created\"}"),
                UpstreamFailure.Kind.SERVER_ERROR,
                "boom");
        assertFailed(
                stream("{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}"),
                UpstreamFailure.Kind.REQUEST_REJECTED,
                "no");
        assertFailed(stream("<html>"), UpstreamFailure.Kind.BAD_RESPONSE, null);
        assertFailed(
                stream("{\"type\":\"response.output_text.delta\",\"output_index\":99999999,\"delta\":\"x\"}"),
                UpstreamFailure.Kind.BAD_RESPONSE,
                null);
        for (String body :
                List.of("", "[]", "<html>", "{}", "{\"status\":\"queued\",\"output\":[]}", "{\"output\":[")) {
            assertFailed(read("application/json", body.getBytes(UTF_8)), UpstreamFailure.Kind.BAD_RESPONSE, null);
        }
        assertFailed(
                read("application/json", "{\"status\":\"failed\",\"output\":[]}".getBytes(UTF_8)),
                UpstreamFailure.Kind.SERVER_ERROR,
                null);
        assertThat(CODEC.answerDecoder("text/html", true)).isNull();
    }

    private static void assertFailed(List<ChatEvent> events, UpstreamFailure.Kind kind, String message) {
        assertThat(events).hasSize(1);
        assertThat(events.getFirst()).isInstanceOfSatisfying(ChatEvent.Failed.class, failed -> {
            assertThat(failed.failure().kind()).isEqualTo(kind);
            if (message != null) {
                assertThat(failed.failure().message()).isEqualTo(message);
            }
        });
    }

    @Test
    void doesNotEndWhatWasCut() {
        byte[] bytes = written(true, ANSWER);
        for (int length = 0; length < bytes.length - 3; length += 31) {
            List<ChatEvent> events = read("text/event-stream", Arrays.copyOf(bytes, length));

            assertThat(events).noneMatch(event -> event instanceof ChatEvent.End || event instanceof ChatEvent.Failed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/json"})
    void throwsForNothing(String type) {
        Random random = new Random(11);
        byte[] good = written(type.startsWith("text"), ANSWER);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(5); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            List<ChatEvent> events = read(type, bytes);

            assertThat(events.stream()
                            .filter(event -> event instanceof ChatEvent.Failed || event instanceof ChatEvent.End))
                    .hasSizeLessThan(2);
        }
    }

    @Test
    void writesEverythingThatTheDialectHas() throws Exception {
        ChatRequest request = new ChatRequest(
                "m",
                true,
                List.of(
                        ChatMessage.of(Role.SYSTEM, List.of(Part.Text.of("Be brief."))),
                        ChatMessage.of(Role.DEVELOPER, List.of(Part.Text.of("Be kind."))),
                        user(
                                Part.Text.of("look"),
                                new Part.Image(new MediaSource.Data("image/png", "AAAA"), "low", null),
                                new Part.Image(new MediaSource.Url("https://e.org/a", null), null, null),
                                new Part.Document(new MediaSource.Data("application/pdf", "BB"), null, null, null),
                                new Part.Document(new MediaSource.Plain("text"), "a.txt", null, null)),
                        ChatMessage.of(
                                Role.ASSISTANT,
                                List.of(
                                        Part.Text.of("I "),
                                        new Part.Refusal("no"),
                                        new Part.ToolCall("c1", "f", "{}", new Proof(Maker.GEMINI, "SIG"), null),
                                        new Part.ToolCall("c2", "g", "{}", null, null))),
                        user(
                                new Part.ToolResult("c1", null, List.of(Part.Text.of("42")), true, null),
                                new Part.ToolResult(
                                        "c2",
                                        null,
                                        List.of(new Part.Image(
                                                new MediaSource.Url("https://e.org/b", null), null, null)),
                                        false,
                                        null),
                                Part.Text.of("and?"))),
                List.of(
                        new Tool.Function("f", "d", Json.read("{\"type\":\"object\"}"), true, null),
                        new Tool.Function("g", null, null, null, null)),
                new ToolChoice.Named("f"),
                false,
                new Sampling(
                        1L,
                        new BigDecimal("0.50"),
                        new BigDecimal("0.9"),
                        null,
                        List.of(),
                        null,
                        1,
                        BigDecimal.ZERO,
                        null,
                        true,
                        2,
                        Json.object()),
                new Reasoning(true, null, 5_000L, true),
                new AnswerFormat.Schema("", null, Json.read("{\"type\":\"object\"}"), true),
                "u",
                "standard_only",
                Map.of());

        ObjectNode body = encoded(request, new Losses(ChatDialect.OPENAI, false));

        ObjectNode strict = body.deepCopy();
        // The client's own model has an id on every answer of the model; the API takes those without.
        ((ObjectNode) strict.path("input").path(2)).put("id", "msg_1").put("status", "completed");
        ObjectMappers.jsonMapper()
                .readValue(Json.text(strict), ResponseCreateParams.Body.class)
                .validate();
        assertThat(Json.text(body)).isEqualTo(Json.text(Json.read("""
                {"model":"up-1","stream":true,"store":false,"instructions":"Be brief.","input":[
                 {"type":"message","role":"developer","content":[{"type":"input_text","text":"Be kind."}]},
                 {"type":"message","role":"user","content":[{"type":"input_text","text":"look"},
                  {"type":"input_image","detail":"low","image_url":"data:image/png;base64,AAAA"},
                  {"type":"input_image","detail":"auto","image_url":"https://e.org/a"},
                  {"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,BB"},
                  {"type":"input_text","text":"a.txt\\n\\ntext"}]},
                 {"type":"message","role":"assistant","content":[
                  {"type":"output_text","text":"I ","annotations":[]},{"type":"refusal","refusal":"no"}]},
                 {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
                 {"type":"function_call","call_id":"c2","name":"g","arguments":"{}"},
                 {"type":"function_call_output","call_id":"c1","output":"Error: the tool failed.\\n42"},
                 {"type":"function_call_output","call_id":"c2","output":[
                  {"type":"input_image","detail":"auto","image_url":"https://e.org/b"}]},
                 {"type":"message","role":"user","content":[{"type":"input_text","text":"and?"}]}],
                 "max_output_tokens":16,"temperature":0.50,"top_p":0.9,"top_logprobs":2,
                 "reasoning":{"effort":"medium","summary":"auto"},
                 "text":{"format":{"type":"json_schema","name":"answer","schema":{"type":"object"},"strict":true}},
                 "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},
                  {"type":"function","name":"g",
                   "parameters":{"type":"object","properties":{}},"strict":false}],
                 "tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,
                 "user":"u","service_tier":"default",
                 "include":["message.output_text.logprobs","reasoning.encrypted_content"]}""")));
    }

    @Test
    void namesTheWordJsonWhereTheFormatNeedsIt() {
        ChatRequest plain = request(List.of(user(Part.Text.of("hi"))), Sampling.DEFAULT, Map.of());
        ChatRequest json = new ChatRequest(
                "m",
                false,
                plain.messages(),
                List.of(),
                null,
                null,
                Sampling.DEFAULT,
                null,
                new AnswerFormat.Json(),
                null,
                null,
                Map.of());

        ObjectNode body = encoded(json, new Losses(ChatDialect.OPENAI, false));

        assertThat(body.path("input")).hasSize(2);
        assertThat(body.path("input")
                        .path(0)
                        .path("content")
                        .path(0)
                        .path("text")
                        .asText())
                .isEqualTo("Answer in JSON.");
        assertThat(body.has("stream")).isFalse();
    }

    @Test
    void losesAloudWhatTheDialectLacks() {
        ChatRequest request = new ChatRequest(
                "m",
                false,
                List.of(user(
                        Part.Text.of("x"),
                        new Part.Audio(new MediaSource.Data("audio/wav", "A")),
                        new Part.Video(new MediaSource.Url("https://e.org", null)),
                        new Part.Foreign(ChatDialect.OPENAI, Json.object(), "messages.content.type"))),
                List.of(new Tool.Foreign(ChatDialect.OPENAI, Json.object(), "tools.type")),
                new ToolChoice.Required(),
                true,
                new Sampling(
                        null,
                        null,
                        null,
                        5L,
                        List.of("a"),
                        7L,
                        2,
                        BigDecimal.ONE,
                        BigDecimal.ONE,
                        null,
                        null,
                        Json.read("{\"1\":2}")),
                null,
                new AnswerFormat.Text(),
                null,
                "gold",
                Map.of("web_search_options", Json.object(), "store", Json.read("true"), "prediction", Json.object()));
        Losses losses = new Losses(ChatDialect.OPENAI, true);

        ObjectNode body = encoded(request, losses);

        assertThat(losses.fields())
                .containsExactlyInAnyOrder(
                        "messages.content.input_audio",
                        "messages.content.video_url",
                        "messages.content.type",
                        "tools.type",
                        "top_k",
                        "stop",
                        "seed",
                        "n",
                        "presence_penalty",
                        "frequency_penalty",
                        "logit_bias",
                        "service_tier",
                        "web_search_options",
                        "store");
        assertThat(body.has("tools") || body.has("tool_choice") || body.has("parallel_tool_calls"))
                .isFalse();
        assertThat(catchThrowableOfType(
                                InexpressibleException.class,
                                () -> encoded(request, new Losses(ChatDialect.ANTHROPIC, false)))
                        .field())
                .isNotEmpty();
    }

    @Test
    void carriesSharedFields() {
        ChatRequest request = request(
                List.of(user(new Part.Document(new MediaSource.Stored("file-1"), null, null, null))),
                Sampling.DEFAULT,
                Map.of("verbosity", "\"low\"", "metadata", "{\"a\":\"b\"}", "prompt_cache_key", "\"k\""));

        ObjectNode body = encoded(request, new Losses(ChatDialect.OPENAI, false));

        assertThat(body.path("text").path("verbosity").asText()).isEqualTo("low");
        assertThat(body.path("metadata").path("a").asText()).isEqualTo("b");
        assertThat(body.path("prompt_cache_key").asText()).isEqualTo("k");
        assertThat(body.path("input")
                        .path(0)
                        .path("content")
                        .path(0)
                        .path("file_id")
                        .asText())
                .isEqualTo("file-1");
        assertThat(catchThrowableOfType(
                                InexpressibleException.class,
                                () -> encoded(request, new Losses(ChatDialect.ANTHROPIC, false)))
                        .field())
                .isEqualTo("messages.content.source.file_id");
    }
}
