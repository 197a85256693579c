package io.sluice.domain.dialect.gemini;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.chat.Sampling;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiAnswerTest {
    private static final GeminiCodec CODEC = new GeminiCodec();
    private static final String EVENTS = "text/event-stream";
    private static final String JSON = "application/json; charset=utf-8";
    private static final List<String> CHUNKS = List.of("""
            {"usageMetadata":{"promptTokenCount":10,"totalTokenCount":10},"modelVersion":"gemini-2.5-flash","responseId":"r1"}""", """
            {"candidates":[{"content":{"parts":[{"text":"Hm, é\\n","thought":true}],"role":"model"}}],"modelVersion":"gemini-2.5-flash"}""", """
            {"candidates":[{"content":{"parts":[{"text":"It is [4] {C}. 中"}],"role":"model"},"index":0}]}""", """
            {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":[1.50]}},"thoughtSignature":"U2ln"},{"functionCall":{"id":"given","name":"g"}}]},"index":0,"groundingMetadata":{"webSearchQueries":["x"]}}]}""", """
            {"candidates":[{"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":40,"toolUsePromptTokenCount":3,"totalTokenCount":58}}""");

    private static String sse(List<String> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append("data: ").append(chunk).append("\r\n\r\n"));
        return text.toString();
    }

    private static String array(List<String> chunks) {
        return "[" + String.join("\n,\r\n", chunks) + "\n]\n";
    }

    private static List<ChatEvent> decode(String contentType, byte[]... pieces) {
        AnswerDecoder decoder = Objects.requireNonNull(CODEC.answerDecoder(contentType, true));
        List<ChatEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            byte[] copy = piece.clone();
            decoder.feed(copy, events::add);
            Arrays.fill(copy, (byte) '#');
        }
        decoder.end(events::add);
        return events;
    }

    private static List<ChatEvent> decode(String contentType, String text) {
        return decode(contentType, text.getBytes(UTF_8));
    }

    private static ChatEvent usage(long input, long cached, long output, long reasoning) {
        return new ChatEvent.Usage(new TokenUsage(input, cached, output, reasoning));
    }

    private static final List<ChatEvent> EXPECTED = List.of(
            new ChatEvent.Start("r1", "gemini-2.5-flash", 0),
            usage(10, 0, 0, 0),
            new ChatEvent.Thinking(0, "Hm, é\n"),
            new ChatEvent.Text(0, "It is [4] {C}. 中"),
            new ChatEvent.ThinkingSignature(0, new Proof(Maker.GEMINI, "U2ln")),
            new ChatEvent.ToolCall(0, 0, CallIds.of("r1", 0, 0, "f", ""), "f", new Proof(Maker.GEMINI, "U2ln")),
            new ChatEvent.ToolArguments(0, 0, "{\"a\":[1.50]}"),
            new ChatEvent.ToolCall(0, 1, "given", "g", null),
            new ChatEvent.ToolArguments(0, 1, "{}"),
            new ChatEvent.Citation(
                    0,
                    ChatDialect.GEMINI,
                    Objects.requireNonNull(Json.read("{\"groundingMetadata\":{\"webSearchQueries\":[\"x\"]}}"))),
            // Trap 4: what was thought is outside of the candidates, what was cached inside of the prompt.
            usage(13, 4, 45, 40),
            new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
            new ChatEvent.End());

    @Test
    void readsEventsAndArrays() {
        assertThat(decode(EVENTS, sse(CHUNKS))).isEqualTo(EXPECTED);
        assertThat(decode(JSON, array(CHUNKS))).isEqualTo(EXPECTED);
        assertThat(decode(EVENTS, sse(CHUNKS) + "data: [DONE]\n\n")).isEqualTo(EXPECTED);
    }

    /** Trap 10. */
    @Test
    void givesTheSameForEverySplit() {
        for (String contentType : List.of(EVENTS, JSON)) {
            byte[] whole = (contentType.equals(EVENTS) ? ": hello\n\n" + sse(CHUNKS) : array(CHUNKS)).getBytes(UTF_8);
            byte[][] single = new byte[whole.length][];
            for (int i = 0; i < whole.length; i++) {
                single[i] = new byte[] {whole[i]};
                assertThat(decode(contentType, Arrays.copyOf(whole, i), Arrays.copyOfRange(whole, i, whole.length)))
                        .as("split at %d of %s", i, contentType)
                        .isEqualTo(EXPECTED);
            }
            assertThat(decode(contentType, single)).isEqualTo(EXPECTED);
        }
    }

    @Test
    void readsAWholeAnswer() {
        assertThat(decode(
                        JSON,
                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hi\"}]},\"finishReason\":\"STOP\"}],"
                                + "\"createTime\":\"2026-01-01T00:00:00Z\"}"))
                .containsExactly(
                        new ChatEvent.Start("", "", 1_767_225_600L),
                        new ChatEvent.Text(0, "hi"),
                        new ChatEvent.Finish(0, FinishReason.STOP, null),
                        new ChatEvent.End());
    }

    @Test
    void severalCandidatesAreSeveralChoices() {
        List<ChatEvent> events = decode(JSON, """
                {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"MAX_TOKENS"},
                 {"index":1,"finishReason":"SAFETY"}]}""");

        assertThat(events)
                .contains(
                        new ChatEvent.Finish(0, FinishReason.LENGTH, null),
                        new ChatEvent.Finish(1, FinishReason.CONTENT_FILTER, null),
                        new ChatEvent.End());
    }

    @ParameterizedTest
    @CsvSource({
        "STOP, STOP",
        "MAX_TOKENS, LENGTH",
        "SAFETY, CONTENT_FILTER",
        "RECITATION, CONTENT_FILTER",
        "BLOCKLIST, CONTENT_FILTER",
        "PROHIBITED_CONTENT, CONTENT_FILTER",
        "SPII, CONTENT_FILTER",
        "IMAGE_SAFETY, CONTENT_FILTER",
        "MALFORMED_FUNCTION_CALL, OTHER",
        "SOMETHING_NEW, OTHER"
    })
    void finishReasons(String word, FinishReason reason) {
        assertThat(decode(
                        JSON,
                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"finishReason\":\"" + word
                                + "\"}]}"))
                .contains(new ChatEvent.Finish(0, reason, null), new ChatEvent.End());
    }

    @Test
    void blockedPromptIsAnEmptyAnswerOfTheFilter() {
        String blocked = "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":{\"promptTokenCount\":4}}";
        List<ChatEvent> expected = List.of(
                new ChatEvent.Start("", "", 0),
                usage(4, 0, 0, 0),
                new ChatEvent.Finish(0, FinishReason.CONTENT_FILTER, null),
                new ChatEvent.End());

        assertThat(decode(JSON, blocked)).isEqualTo(expected);
        assertThat(decode(EVENTS, sse(List.of(blocked)))).isEqualTo(expected);
    }

    @Test
    void emptyAnswerThatMaxTokensEndedIsOne() {
        assertThat(decode(
                        JSON, "{\"candidates\":[{\"finishReason\":\"MAX_TOKENS\",\"content\":{\"role\":\"model\"}}]}"))
                .contains(new ChatEvent.Finish(0, FinishReason.LENGTH, null), new ChatEvent.End());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"no\"}} | RATE_LIMITED",
                "[{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"The model is overloaded.\"}}] | SERVER_ERROR",
                "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"no\"}} | REQUEST_REJECTED",
                "{\"candidates\":[{\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]} | BAD_RESPONSE",
                "{\"candidates\":[{\"index\":100000,\"finishReason\":\"STOP\"}]} | BAD_RESPONSE",
                "{\"candidates\":[7]} | BAD_RESPONSE",
                "{\"modelVersion\":\"m\"} | BAD_RESPONSE",
                "[1] | BAD_RESPONSE",
                "<html> | BAD_RESPONSE",
                "{\"candidates\":[}]} | BAD_RESPONSE"
            })
    void whatIsNoAnswerFails(String body, Kind kind) {
        List<ChatEvent> events = decode(JSON, body);

        assertThat(events.getLast()).isInstanceOfSatisfying(ChatEvent.Failed.class, failed -> assertThat(
                        failed.failure().kind())
                .isEqualTo(kind));
        assertThat(events).doesNotContain(new ChatEvent.End());
    }

    /** Older models name a reason in every response of a stream. */
    @Test
    void reasonInEveryResponseEndsNothing() {
        String chunk = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"finishReason\":\"STOP\"}]}";

        assertThat(decode(EVENTS, sse(List.of(chunk, chunk))))
                .containsExactly(
                        new ChatEvent.Start("", "", 0),
                        new ChatEvent.Text(0, "x"),
                        new ChatEvent.Text(0, "x"),
                        new ChatEvent.Finish(0, FinishReason.STOP, null),
                        new ChatEvent.End());
    }

    @Test
    void errorInAStreamEndsIt() {
        List<ChatEvent> events = decode(
                EVENTS,
                sse(CHUNKS.subList(0, 3)) + sse(List.of("{\"error\":{\"code\":500,\"message\":\"x\"}}")) + sse(CHUNKS));

        assertThat(events).hasSize(5);
        assertThat(events.getLast()).isInstanceOf(ChatEvent.Failed.class);
    }

    @Test
    void answerThatStopsEarlyHasNoEnd() {
        String whole = sse(CHUNKS);
        for (int cut : new int[] {10, 400, whole.length() - 300, whole.length() - 20}) {
            assertThat(decode(EVENTS, whole.substring(0, cut)))
                    .noneMatch(event -> event instanceof ChatEvent.End || event instanceof ChatEvent.Failed);
        }
        assertThat(decode(JSON, array(CHUNKS).substring(0, 700))).doesNotContain(new ChatEvent.End());
    }

    @Test
    void typesOfOthersAreRefused() {
        assertThat(CODEC.answerDecoder("text/html", true)).isNull();
    }

    private static byte[] encode(boolean stream, boolean array, List<ChatEvent> events) {
        ChatRequest request = new ChatRequest(
                "m",
                stream,
                List.of(),
                List.of(),
                null,
                null,
                Sampling.DEFAULT,
                null,
                new AnswerFormat.Text(),
                null,
                null,
                Map.of());
        AnswerEncoder encoder = CODEC.answerEncoder(request, new AnswerTarget("id-1", "public", false, 5, array));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (ChatEvent event : events) {
            assertThat(encoder.last()).isEmpty();
            encoder.encode(event, out::writeBytes);
        }
        out.writeBytes(encoder.last());
        return out.toByteArray();
    }

    private static final List<ChatEvent> FOREIGN = List.of(
            new ChatEvent.Start("up", "claude", 1),
            new ChatEvent.Thinking(0, "hm \"q\""),
            new ChatEvent.ThinkingSignature(0, new Proof(Maker.ANTHROPIC, "sig")),
            new ChatEvent.HiddenThinking(0, new Proof(Maker.ANTHROPIC, "secret")),
            new ChatEvent.Text(0, "a\u0001\uD83D\uDE00é中"),
            new ChatEvent.Text(0, "b"),
            new ChatEvent.ToolCall(0, 0, "t0", "f", null),
            new ChatEvent.ToolArguments(0, 0, "{\"a\":"),
            new ChatEvent.ToolCall(0, 1, "t1", "g", null),
            new ChatEvent.ToolArguments(0, 0, "1}"),
            new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
            usage(9, 2, 8, 3),
            new ChatEvent.End());

    @Test
    void pingsAreBlankLinesBehindTheFirstEvent() {
        List<ChatEvent> events = List.of(new ChatEvent.Ping(), new ChatEvent.Text(0, "a"), new ChatEvent.Ping());

        for (boolean array : List.of(false, true)) {
            String without = new String(encode(true, array, List.of(events.get(1))), UTF_8);
            assertThat(new String(encode(true, array, events), UTF_8)).isEqualTo(without + "\r\n");
        }
    }

    @Test
    void writesEvents() {
        assertThat(new String(encode(true, false, FOREIGN), UTF_8))
                .isEqualTo(
                        sse(
                                List.of(
                                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm \\\"q\\\"\",\"thought\":true}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"public\",\"responseId\":\"id-1\"}",
                                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\",\"thought\":true,\"thoughtSignature\":\""
                                                + Signatures.write(
                                                        ProofLabel.Kind.THINKING, new Proof(Maker.ANTHROPIC, "sig"))
                                                + "\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"public\",\"responseId\":\"id-1\"}",
                                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\",\"thought\":true,\"thoughtSignature\":\""
                                                + Signatures.write(
                                                        ProofLabel.Kind.HIDDEN, new Proof(Maker.ANTHROPIC, "secret"))
                                                + "\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"public\",\"responseId\":\"id-1\"}",
                                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\\u0001\uD83D\uDE00é中\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"public\",\"responseId\":\"id-1\"}",
                                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"b\"}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"public\",\"responseId\":\"id-1\"}",
                                        "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"id\":\"t0\",\"name\":\"f\",\"args\":{\"a\":1}},\"thoughtSignature\":\"c2x1aWNlLm90aGVyLWNhbGwu\"},{\"functionCall\":{\"id\":\"t1\",\"name\":\"g\",\"args\":{}}}],\"role\":\"model\"},\"index\":0}],\"modelVersion\":\"public\",\"responseId\":\"id-1\"}",
                                        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":5,\"totalTokenCount\":17,\"cachedContentTokenCount\":2,\"thoughtsTokenCount\":3},\"modelVersion\":\"public\",\"responseId\":\"id-1\"}")));
    }

    @Test
    void allFormsSayTheSame() {
        List<ChatEvent> events = decode(EVENTS, encode(true, false, FOREIGN));

        assertThat(decode(JSON, encode(true, true, FOREIGN))).isEqualTo(events);
        // As from a provider: its proofs are its own, whatever they say.
        Proof wrapped =
                new Proof(Maker.GEMINI, Signatures.write(ProofLabel.Kind.THINKING, new Proof(Maker.ANTHROPIC, "sig")));
        assertThat(events)
                .contains(
                        new ChatEvent.ThinkingSignature(0, wrapped),
                        new ChatEvent.ToolArguments(0, 0, "{\"a\":1}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        usage(9, 2, 8, 3),
                        new ChatEvent.End());
        List<ChatEvent> whole = decode(JSON, encode(false, false, FOREIGN));
        assertThat(whole)
                .contains(
                        new ChatEvent.Thinking(0, "hm \"q\""),
                        new ChatEvent.ThinkingSignature(0, wrapped),
                        new ChatEvent.Text(0, "a\u0001\uD83D\uDE00é中b"),
                        new ChatEvent.ToolArguments(0, 0, "{\"a\":1}"),
                        new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                        usage(9, 2, 8, 3),
                        new ChatEvent.End());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":", "[1]", "x"})
    void argumentsThatAreNoObjectAreMalformed(String arguments) {
        String written = new String(
                encode(
                        true,
                        false,
                        List.of(
                                new ChatEvent.ToolCall(0, 0, "t", "f", null),
                                new ChatEvent.ToolArguments(0, 0, arguments),
                                new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null),
                                new ChatEvent.End())),
                UTF_8);

        assertThat(written).contains("MALFORMED_FUNCTION_CALL").doesNotContain("functionCall\":{");
    }

    @Test
    void argumentsWithoutEndAreNotKept() {
        ChatEvent more = new ChatEvent.ToolArguments(0, 0, "x".repeat(1_000_000));
        List<ChatEvent> events = new ArrayList<>();
        events.add(new ChatEvent.ToolCall(0, 0, "t", "f", null));
        for (int i = 0; i < 30; i++) {
            events.add(more);
        }
        events.add(new ChatEvent.Finish(0, FinishReason.TOOL_CALLS, null));
        events.add(new ChatEvent.End());

        assertThat(new String(encode(true, false, events), UTF_8)).contains("MALFORMED_FUNCTION_CALL");
    }

    @Test
    void sourcesOfOthersAreToldAtTheEnd() {
        String written = new String(
                encode(
                        false,
                        false,
                        List.of(
                                new ChatEvent.Text(0, "x"),
                                new ChatEvent.Citation(
                                        0,
                                        ChatDialect.OPENAI,
                                        Objects.requireNonNull(
                                                Json.read(
                                                        "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://e.com\",\"title\":\"T\"}}"))),
                                new ChatEvent.Finish(0, FinishReason.STOP, null),
                                new ChatEvent.End())),
                UTF_8);

        assertThat(written).contains("\"citationSources\":[{\"uri\":\"https://e.com\",\"title\":\"T\"}]");
    }

    /** No damage makes a decoder throw, and none makes a damaged answer whole twice. */
    @Test
    void damagedAnswersAreNeverThrown() {
        Random random = new Random(42);
        byte[][] samples = {
            sse(CHUNKS).getBytes(UTF_8),
            array(CHUNKS).getBytes(UTF_8),
            CHUNKS.get(3).getBytes(UTF_8)
        };
        byte[] alphabet = "{}[]\",:\\0e-n\n\r \u0000\u00ff".getBytes(UTF_8);
        for (int round = 0; round < 3_000; round++) {
            byte[] sample = samples[round % samples.length].clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                sample[random.nextInt(sample.length)] = alphabet[random.nextInt(alphabet.length)];
            }
            int cut = random.nextInt(sample.length);
            String contentType = random.nextInt(4) == 0 ? JSON : round % samples.length == 0 ? EVENTS : JSON;
            List<ChatEvent> events =
                    decode(contentType, Arrays.copyOf(sample, cut), Arrays.copyOfRange(sample, cut, sample.length));
            @Nullable ChatEvent last = events.isEmpty() ? null : events.getLast();
            assertThat(events.stream()
                            .filter(event -> event instanceof ChatEvent.Failed || event instanceof ChatEvent.End))
                    .as("round %d", round)
                    .hasSizeLessThanOrEqualTo(1)
                    .allMatch(event -> event == last);
        }
    }
}
