package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one {@code GenerateContentResponse} after another: those of a stream, or the only one. A blocked prompt is an empty
 * answer that the filter ended. An answer that a fault of the model ended ({@code MALFORMED_FUNCTION_CALL}, {@code OTHER})
 * before it said anything is a failure, for another try may do better.
 */
final class ResponseReader {
    private static final int MAX_CHOICE = 127;

    private final BitSet begun = new BitSet();
    private final BitSet spoke = new BitSet();
    private final BitSet thinks = new BitSet();
    private final int[] calls = new int[MAX_CHOICE + 1];
    private final @Nullable String[] words = new @Nullable String[MAX_CHOICE + 1];
    private final Map<Integer, String> messages = new HashMap<>();
    private boolean started;
    private boolean failed;
    private boolean recognised;
    private String answerId = "";
    private @Nullable TokenUsage usage;

    /**
     * Reads a response.
     *
     * @return false when it failed: nothing follows
     */
    boolean read(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        if (!(Json.read(bytes, from, to) instanceof ObjectNode response)) {
            return fail("The provider's answer is not JSON.", out);
        }
        if (Fields.get(response, "error") != null) {
            failed = true;
            out.accept(new ChatEvent.Failed(GeminiError.read(0, java.util.Arrays.copyOfRange(bytes, from, to))
                    .failure()));
            return false;
        }
        start(response, out);
        JsonNode candidates = response.path("candidates");
        for (JsonNode candidate : candidates) {
            if (!candidate(candidate, out)) {
                return false;
            }
        }
        if (candidates.isEmpty() && Fields.get(response.path("promptFeedback"), "blockReason") != null) {
            recognised = true;
            begun.set(0);
            words[0] = "SAFETY";
        }
        usage(response, out);
        return true;
    }

    /** Whether every answer that began has ended. */
    boolean isWhole() {
        return !failed && !begun.isEmpty() && begun.stream().allMatch(choice -> words[choice] != null);
    }

    /** Whether anything was an answer at all. */
    boolean isRecognised() {
        return recognised;
    }

    private boolean fail(String message, Consumer<ChatEvent> out) {
        failed = true;
        out.accept(new ChatEvent.Failed(UpstreamFailure.of(Kind.BAD_RESPONSE, message)));
        return false;
    }

    private void start(ObjectNode response, Consumer<ChatEvent> out) {
        if (!started) {
            started = true;
            answerId = response.path("responseId").asText("");
            out.accept(new ChatEvent.Start(
                    answerId,
                    response.path("modelVersion").asText(""),
                    seconds(response.path("createTime").asText(""))));
        }
    }

    private static long seconds(String time) {
        try {
            return time.isEmpty() || time.length() > 40
                    ? 0
                    : Math.max(0, Instant.parse(time).getEpochSecond());
        } catch (DateTimeException e) {
            return 0;
        }
    }

    private boolean candidate(JsonNode candidate, Consumer<ChatEvent> out) {
        if (!candidate.isObject()) {
            return fail("The provider's answer has a candidate that is none.", out);
        }
        recognised = true;
        int choice = candidate.path("index").asInt(0);
        if (choice < 0 || choice > MAX_CHOICE) {
            return fail("The provider's answer has too many candidates.", out);
        }
        begun.set(choice);
        for (JsonNode part : candidate.path("content").path("parts")) {
            part(choice, part, out);
        }
        details(choice, candidate, out);
        String word = candidate.path("finishReason").asText("");
        if (!word.isEmpty() && !word.equals("FINISH_REASON_UNSPECIFIED")) {
            words[choice] = word;
            messages.put(choice, candidate.path("finishMessage").asText(""));
        }
        return true;
    }

    /**
     * The answer is over: tells how. Not before, for some models name a reason in every response.
     *
     * @return false when it ended in a fault
     */
    boolean close(Consumer<ChatEvent> out) {
        for (int choice = begun.nextSetBit(0); choice >= 0; choice = begun.nextSetBit(choice + 1)) {
            String word = words[choice] == null ? "" : words[choice];
            FinishReason reason = GeminiFinish.read(word, calls[choice] > 0);
            if (reason == FinishReason.OTHER && !spoke.get(choice) && begun.cardinality() == 1) {
                String said = messages.getOrDefault(choice, "");
                return fail(
                        GeminiError.safe(
                                "The model ended without an answer: " + word + (said.isEmpty() ? "." : ", " + said)),
                        out);
            }
            out.accept(new ChatEvent.Finish(choice, reason, null));
        }
        return true;
    }

    private void part(int choice, JsonNode part, Consumer<ChatEvent> out) {
        String signature = part.path("thoughtSignature").asText("");
        JsonNode call = part.path("functionCall");
        if (call.isObject()) {
            call(choice, call, signature, out);
            return;
        }
        JsonNode text = part.path("text");
        if (text.isTextual()) {
            text(choice, text.textValue(), part.path("thought").asBoolean(false), out);
        } else {
            String shown = shown(part);
            if (!shown.isEmpty()) {
                text(choice, shown, false, out);
            }
        }
        if (!signature.isEmpty()) {
            thinks.clear(choice);
            out.accept(new ChatEvent.ThinkingSignature(choice, new Proof(Maker.GEMINI, signature)));
        }
    }

    private void text(int choice, String text, boolean thought, Consumer<ChatEvent> out) {
        if (text.isEmpty()) {
            return;
        }
        if (thought) {
            thinks.set(choice);
            out.accept(new ChatEvent.Thinking(choice, text));
        } else {
            spoke.set(choice);
            out.accept(new ChatEvent.Text(choice, text));
        }
    }

    /** Parts that other dialects have not, as Markdown: pictures, code that was run, and what it printed. */
    private static String shown(JsonNode part) {
        JsonNode data = part.path("inlineData");
        if (data.path("data").isTextual()) {
            return "![" + data.path("mimeType").asText("").replaceAll("[^a-z0-9/+.-]", "") + "](data:"
                    + data.path("mimeType").asText("") + ";base64,"
                    + data.path("data").asText() + ")";
        }
        JsonNode code = part.path("executableCode").path("code");
        if (code.isTextual()) {
            return "\n```"
                    + part.path("executableCode").path("language").asText("").toLowerCase(java.util.Locale.ROOT) + "\n"
                    + code.asText() + "\n```\n";
        }
        JsonNode output = part.path("codeExecutionResult").path("output");
        return output.isTextual() ? "\n```\n" + output.asText() + "\n```\n" : "";
    }

    private void call(int choice, JsonNode call, String signature, Consumer<ChatEvent> out) {
        spoke.set(choice);
        int number = calls[choice]++;
        String name = call.path("name").asText("");
        JsonNode args = call.path("args");
        String arguments = args.isObject() ? Json.text(args) : "{}";
        String id = call.path("id").asText("");
        if (!signature.isEmpty() && thinks.get(choice)) {
            // Dialects whose calls carry no proof keep it with the thinking.
            thinks.clear(choice);
            out.accept(new ChatEvent.ThinkingSignature(choice, new Proof(Maker.GEMINI, signature)));
        }
        out.accept(new ChatEvent.ToolCall(
                choice,
                number,
                id.isEmpty() ? CallIds.of(answerId, choice, number, name, arguments) : id,
                name,
                signature.isEmpty() ? null : new Proof(Maker.GEMINI, signature)));
        out.accept(new ChatEvent.ToolArguments(choice, number, arguments));
    }

    private static void details(int choice, JsonNode candidate, Consumer<ChatEvent> out) {
        for (String name : new String[] {"citationMetadata", "groundingMetadata", "urlContextMetadata"}) {
            JsonNode found = candidate.path(name);
            if (found.isObject() && !found.isEmpty()) {
                ObjectNode citation = Json.object();
                citation.set(name, found);
                out.accept(new ChatEvent.Citation(choice, ChatDialect.GEMINI, citation));
            }
        }
        JsonNode logprobs = candidate.path("logprobsResult");
        if (logprobs.isObject()) {
            out.accept(new ChatEvent.Logprobs(choice, LogprobsForm.read(logprobs)));
        }
    }

    private void usage(ObjectNode response, Consumer<ChatEvent> out) {
        JsonNode told = response.path("usageMetadata");
        if (told.isObject() && !told.isEmpty()) {
            TokenUsage now = usage(told);
            if (!now.equals(usage)) {
                usage = now;
                out.accept(new ChatEvent.Usage(now));
            }
        }
    }

    /** Gemini's numbers: what was cached is part of the prompt, what was thought is not part of the candidates. */
    static TokenUsage usage(JsonNode told) {
        long prompt = count(told, "promptTokenCount") + count(told, "toolUsePromptTokenCount");
        long thoughts = count(told, "thoughtsTokenCount");
        long output = told.path("candidatesTokenCount").isNumber()
                ? count(told, "candidatesTokenCount") + thoughts
                : Math.max(thoughts, count(told, "totalTokenCount") - prompt);
        return new TokenUsage(prompt, count(told, "cachedContentTokenCount"), output, thoughts);
    }

    private static long count(JsonNode told, String name) {
        JsonNode number = told.path(name);
        return number.isNumber() ? (long) Math.clamp(number.doubleValue(), 0, TokenUsage.MAX) : 0;
    }
}
