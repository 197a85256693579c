package io.sluice.domain.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients of OpenAI's dialect are told. */
class OpenAiAnswerEncoderTest {
    private static final AnswerTarget TARGET = new AnswerTarget("r1", "pub\"lic", true, 1_760_000_000);

    /** An answer with thinking, as Claude gives it. */
    private static final List<ChatEvent> CLAUDE = List.of(
            new ChatEvent.Start("msg_1", "claude", 0),
            new ChatEvent.Usage(new TokenUsage(20, 5, 3, 0, 0)),
            new ChatEvent.Thinking(0, "H"),
            new ChatEvent.Thinking(0, "m"),
            new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "sig==")),
            new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "hidden==")),
            new ChatEvent.Text(0, "I \"look\"\n\ud83c"),
            new ChatEvent.Text(0, "\udf7a ünd 🍺."),
            new ChatEvent.ToolCall(0, 0, "toolu_1", "f", null),
            new ChatEvent.ToolArguments(0, 0, "{\"x\""),
            new ChatEvent.ToolArguments(0, 0, ":1}"),
            new ChatEvent.ToolCall(0, 1, "toolu_2", "g", new Proof(Maker.GEMINI, "proof==")),
            new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
            new ChatEvent.Usage(new TokenUsage(20, 5, 3, 11, 4)),
            new ChatEvent.End());

    private static String stream(AnswerTarget target, List<ChatEvent> events) {
        return Events.written(new OpenAiStreamEncoder(target), events);
    }

    private static JsonNode whole(List<ChatEvent> events) {
        return Objects.requireNonNull(Json.read(Events.written(new OpenAiWholeEncoder(TARGET), events)));
    }

    @Test
    void streamIsWrittenAsOpenAiDoes() {
        String choice = "data: {\"id\":\"chatcmpl-r1\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,"
                + "\"model\":\"pub\\\"lic\",\"choices\":[";
        String delta = choice + "{\"index\":0,\"delta\":";
        String end = ",\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n";

        assertThat(stream(TARGET, CLAUDE))
                .isEqualTo(delta + "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}" + end
                        + delta
                        + "{\"reasoning_content\":\"H\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"H\",\"index\":0}]}"
                        + end
                        + delta
                        + "{\"reasoning_content\":\"m\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"m\",\"index\":0}]}"
                        + end
                        + delta
                        + "{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"signature\":\"sluice.anthropic.sig==\",\"index\":0}]}"
                        + end
                        + delta
                        + "{\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"sluice.anthropic-hidden.hidden==\",\"index\":1}]}"
                        + end
                        + delta + "{\"content\":\"I \\\"look\\\"\\n\\ud83c\"}" + end
                        + delta + "{\"content\":\"\\udf7a ünd 🍺.\"}" + end
                        + delta
                        + "{\"tool_calls\":[{\"index\":0,\"id\":\"toolu_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}"
                        + end
                        + delta + "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\"\"}}]}" + end
                        + delta + "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":1}\"}}]}" + end
                        + delta
                        + "{\"tool_calls\":[{\"index\":1,\"id\":\"toolu_2\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"\"},"
                        + "\"extra_content\":{\"google\":{\"thought_signature\":\"sluice.gemini-call.proof==\"}}}]}"
                        + end
                        + delta + "{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}" + end
                        + delta + "{},\"logprobs\":null,\"finish_reason\":\"tool_calls\"}],\"usage\":null}\n\n"
                        + choice
                        + "],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":11,\"total_tokens\":31,"
                        + "\"prompt_tokens_details\":{\"cached_tokens\":5,\"cache_write_tokens\":3,\"audio_tokens\":0},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":4,\"audio_tokens\":0,"
                        + "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}}\n\n"
                        + "data: [DONE]\n\n");
    }

    @Test
    void usageIsToldToWhomAsksForItAlone() {
        assertThat(stream(new AnswerTarget("r", "m", false, 0), CLAUDE))
                .doesNotContain("usage")
                .endsWith("\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n");
    }

    @Test
    void nothingIsWrittenBeforeTheProviderSaysSomething() {
        assertThat(stream(TARGET, List.of(new ChatEvent.Start("a", "b", 1), new ChatEvent.Ping())))
                .isEmpty();
        assertThat(stream(TARGET, List.of(new ChatEvent.Text(0, "a"), new ChatEvent.Ping())))
                .endsWith("\n\n: ping\n\n");
    }

    @Test
    void streamOfManyChoicesHasOneChunkForEach() {
        String written = stream(
                TARGET,
                List.of(
                        new ChatEvent.Text(1, "b"),
                        new ChatEvent.Text(0, "a"),
                        new ChatEvent.Finish(1, FinishReason.LENGTH, null),
                        new ChatEvent.Finish(0, FinishReason.STOP, null),
                        new ChatEvent.End()));

        assertThat(Events.of("text/event-stream", written.getBytes(UTF_8), 0))
                .containsExactly(
                        new ChatEvent.Start("chatcmpl-r1", "pub\"lic", 1_760_000_000),
                        new ChatEvent.Text(1, "b"),
                        new ChatEvent.Text(0, "a"),
                        new ChatEvent.Finish(1, FinishReason.LENGTH, null),
                        new ChatEvent.Finish(0, FinishReason.STOP, null),
                        new ChatEvent.End());
    }

    @ParameterizedTest
    @CsvSource({
        "STOP, stop",
        "STOP_TEXT, stop",
        "PAUSE, stop",
        "OTHER, stop",
        "LENGTH, length",
        "TOOL_CALLS, tool_calls",
        "CONTENT_FILTER, content_filter",
        "REFUSAL, content_filter"
    })
    void reasonsOfTheFinish(FinishReason reason, String word) {
        List<ChatEvent> events = List.of(new ChatEvent.Finish(0, reason, null), new ChatEvent.End());

        assertThat(stream(TARGET, events)).contains("\"finish_reason\":\"" + word + "\"");
        assertThat(whole(events).at("/choices/0/finish_reason").textValue()).isEqualTo(word);
    }

    @Test
    void wholeAnswerIsWrittenAsOpenAiDoes() {
        JsonNode logprobs = Objects.requireNonNull(Json.read("{\"content\":[{\"token\":\"a\"}],\"refusal\":null}"));
        List<ChatEvent> events = new ArrayList<>(CLAUDE);
        events.add(5, new ChatEvent.Logprobs(0, logprobs));
        events.add(5, new ChatEvent.Logprobs(0, logprobs));

        assertThat(whole(events)).isEqualTo(Json.read("""
                {"id":"chatcmpl-r1","object":"chat.completion","created":1760000000,"model":"pub\\"lic","choices":[
                 {"index":0,"message":{"role":"assistant","content":"I \\"look\\"\\n🍺 ünd 🍺.","refusal":null,
                  "reasoning_content":"Hm","reasoning_details":[
                   {"type":"reasoning.text","text":"Hm","signature":"sluice.anthropic.sig==","index":0},
                   {"type":"reasoning.encrypted","data":"sluice.anthropic-hidden.hidden==","index":1}],
                  "tool_calls":[
                   {"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}},
                   {"id":"toolu_2","type":"function","function":{"name":"g","arguments":"{}"},
                    "extra_content":{"google":{"thought_signature":"sluice.gemini-call.proof=="}}}]},
                  "logprobs":{"content":[{"token":"a"},{"token":"a"}],"refusal":null},"finish_reason":"tool_calls"}],
                 "usage":{"prompt_tokens":20,"completion_tokens":11,"total_tokens":31,
                  "prompt_tokens_details":{"cached_tokens":5,"cache_write_tokens":3,"audio_tokens":0},
                  "completion_tokens_details":{"reasoning_tokens":4,"audio_tokens":0,
                   "accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}"""));
    }

    @Test
    void wholeAnswerIsHeldUntilItsLastByte() {
        OpenAiWholeEncoder encoder = new OpenAiWholeEncoder(TARGET);
        List<byte[]> out = new ArrayList<>();
        for (ChatEvent event : CLAUDE.subList(0, CLAUDE.size() - 1)) {
            encoder.encode(event, out::add);
        }
        assertThat(out).isEmpty();
        assertThat(encoder.last()).isEmpty();

        encoder.encode(new ChatEvent.End(), out::add);

        assertThat(out).hasSize(1);
        assertThat(new String(encoder.last(), UTF_8)).isEqualTo("}");
    }

    @Test
    void refusalStandsInItsOwnField() {
        List<ChatEvent> events = List.of(
                new ChatEvent.Refusal(0, "No"),
                new ChatEvent.Refusal(0, "."),
                new ChatEvent.Finish(0, FinishReason.REFUSAL, null),
                new ChatEvent.End());

        JsonNode choice = whole(events).at("/choices/0");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.at("/message/refusal").textValue()).isEqualTo("No.");
        assertThat(choice.at("/finish_reason").textValue()).isEqualTo("stop");
        assertThat(stream(TARGET, events)).contains("{\"refusal\":\"No\"}", "{\"refusal\":\".\"}");
    }

    @Test
    void sourcesOfOthersBecomeAnnotations() {
        JsonNode source = Objects.requireNonNull(
                Json.read(
                        "{\"type\":\"web_search_result_location\",\"url\":\"https://e.com\",\"title\":\"T\",\"cited_text\":\"c\"}"));
        List<ChatEvent> events = List.of(
                new ChatEvent.Text(0, "abc"),
                new ChatEvent.Citation(0, ChatDialect.ANTHROPIC, source),
                new ChatEvent.Finish(0, FinishReason.STOP, null),
                new ChatEvent.End());
        String annotation = "[{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":3,\"end_index\":3,"
                + "\"url\":\"https://e.com\",\"title\":\"T\"}}]";

        assertThat(whole(events).at("/choices/0/message/annotations")).isEqualTo(Json.read(annotation));
        assertThat(stream(TARGET, events)).contains("{\"annotations\":" + annotation + "}");
    }

    /** What makes tools with thinking work: what a client sends back is what the provider signed. */
    @Test
    void thinkingComesBackWithItsProofFromAWholeAnswer() {
        JsonNode message = whole(CLAUDE).at("/choices/0/message");

        assertThat(readBack(message))
                .startsWith(
                        new Part.Thinking("Hm", new Proof(Maker.ANTHROPIC, "sig==")),
                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "hidden==")));
    }

    /** A client that does no more than add up what the deltas hold: texts joined, lists extended. */
    @Test
    void thinkingComesBackWithItsProofFromAStream() {
        List<ChatEvent> twoBlocks = new ArrayList<>(CLAUDE);
        twoBlocks.add(6, new ChatEvent.Thinking(0, "More"));
        twoBlocks.add(7, new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "sig2==")));
        ObjectNode message = Json.object().put("role", "assistant");
        ArrayNode details = message.putArray("reasoning_details");
        for (String line : stream(TARGET, twoBlocks).split("\n")) {
            if (line.startsWith("data: {")) {
                JsonNode delta =
                        Objects.requireNonNull(Json.read(line.substring(6))).at("/choices/0/delta");
                delta.path("reasoning_details").forEach(details::add);
                for (String field : List.of("content", "reasoning_content")) {
                    message.put(
                            field,
                            message.path(field).asText("") + delta.path(field).asText(""));
                }
            }
        }

        assertThat(readBack(message))
                .startsWith(
                        new Part.Thinking("Hm", new Proof(Maker.ANTHROPIC, "sig==")),
                        new Part.HiddenThinking(new Proof(Maker.ANTHROPIC, "hidden==")),
                        new Part.Thinking("More", new Proof(Maker.ANTHROPIC, "sig2==")));
    }

    private static List<Part> readBack(JsonNode message) {
        ObjectNode body = Json.object().put("model", "m");
        body.putArray("messages").add(message);
        ChatRequest request = new OpenAiCodec().decodeRequest(body, "m", false);
        return request.messages().getFirst().parts();
    }
}
