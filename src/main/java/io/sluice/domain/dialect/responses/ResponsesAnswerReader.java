package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.tokens.TokenUsage;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code response} objects and the items of their output. An item is told once: piece by piece where its deltas
 * come, whole where they do not. Items of tools that the provider runs are passed over. For one answer.
 */
final class ResponsesAnswerReader {
    /** Items beyond are not told: no answer has so many. */
    static final int MOST_ITEMS = 4_096;

    private final BitSet told = new BitSet();
    private final Map<Integer, Call> calls = new HashMap<>();
    private boolean started;

    /** A call whose arguments may come in pieces. */
    private static final class Call {
        private final int number;
        private boolean hasArguments;

        private Call(int number) {
            this.number = number;
        }
    }

    /** Tells the beginning, once. */
    void start(JsonNode response, Consumer<ChatEvent> out) {
        if (!started) {
            started = true;
            JsonNode created = response.path("created_at");
            out.accept(new ChatEvent.Start(
                    text(response, "id"),
                    text(response, "model"),
                    created.isNumber() && created.canConvertToLong() ? Math.max(0, created.asLong()) : 0));
        }
    }

    /** Whether the item at an index has been told, in part at least; from now on it has. */
    boolean tell(int index) {
        boolean before = told.get(index);
        told.set(index);
        return before;
    }

    /** Begins a call, once. */
    void call(int index, JsonNode item, Consumer<ChatEvent> out) {
        if (!calls.containsKey(index)) {
            tell(index);
            Call call = new Call(calls.size());
            calls.put(index, call);
            String id = text(item, "call_id");
            out.accept(new ChatEvent.ToolCall(
                    0, call.number, id.isEmpty() ? "call_" + call.number : id, text(item, "name"), null));
        }
    }

    /** More arguments of a call. */
    void arguments(int index, String json, Consumer<ChatEvent> out) {
        Call call = calls.get(index);
        if (call != null && !json.isEmpty()) {
            call.hasArguments = true;
            out.accept(new ChatEvent.ToolArguments(0, call.number, json));
        }
    }

    /** All arguments of a call, for when none came before. */
    void allArguments(int index, String json, Consumer<ChatEvent> out) {
        Call call = calls.get(index);
        if (call != null && !call.hasArguments) {
            arguments(index, json, out);
        }
    }

    /** An item that is whole: what was not told of it is. */
    void item(int index, JsonNode item, Consumer<ChatEvent> out) {
        switch (text(item, "type")) {
            case "function_call" -> {
                call(index, item, out);
                allArguments(index, text(item, "arguments"), out);
            }
            case "message" -> {
                if (!tell(index)) {
                    item.path("content").forEach(part -> part(part, out));
                }
            }
            case "reasoning" -> reasoning(index, item, out);
            default -> {}
        }
    }

    private static void part(JsonNode part, Consumer<ChatEvent> out) {
        switch (text(part, "type")) {
            case "output_text" -> {
                String text = text(part, "text");
                if (!text.isEmpty()) {
                    out.accept(new ChatEvent.Text(0, text));
                }
                logprobs(part.path("logprobs"), out);
                part.path("annotations").forEach(source -> citation(source, out));
            }
            case "refusal" -> out.accept(new ChatEvent.Refusal(0, text(part, "refusal")));
            default -> {}
        }
    }

    /** Probabilities of the text before, if there are any. */
    static void logprobs(JsonNode list, Consumer<ChatEvent> out) {
        if (list.isArray() && !list.isEmpty()) {
            ObjectNode told = Json.object();
            told.set("content", list);
            out.accept(new ChatEvent.Logprobs(0, told));
        }
    }

    /** A source of the text before. */
    static void citation(JsonNode source, Consumer<ChatEvent> out) {
        if (source.isObject()) {
            out.accept(new ChatEvent.Citation(0, ChatDialect.RESPONSES, source));
        }
    }

    private void reasoning(int index, JsonNode item, Consumer<ChatEvent> out) {
        boolean spoken = told.get(index);
        if (!spoken) {
            String content = joined(item.path("content"));
            String text = content.isEmpty() ? joined(item.path("summary")) : content;
            spoken = !text.isEmpty();
            if (spoken) {
                out.accept(new ChatEvent.Thinking(0, text));
            }
        }
        // A second index marks that the item's end was told.
        if (!tell(index + MOST_ITEMS) && item instanceof ObjectNode object) {
            Proof proof = OwnThinking.proof(object);
            if (proof != null) {
                out.accept(spoken ? new ChatEvent.ThinkingSignature(0, proof) : new ChatEvent.HiddenThinking(0, proof));
            }
        }
        tell(index);
    }

    private static String joined(JsonNode parts) {
        StringBuilder all = new StringBuilder();
        for (JsonNode part : parts) {
            all.append(all.isEmpty() ? "" : "\n\n").append(text(part, "text"));
        }
        return all.toString();
    }

    /** The answer is over: tells what was not told before, and how it ended. */
    void end(JsonNode response, Consumer<ChatEvent> out) {
        start(response, out);
        JsonNode output = response.path("output");
        for (int i = 0; i < Math.min(output.size(), MOST_ITEMS); i++) {
            item(i, output.path(i), out);
        }
        out.accept(new ChatEvent.Finish(0, reason(response), null));
        TokenUsage usage = usage(response.path("usage"));
        if (usage != null) {
            out.accept(new ChatEvent.Usage(usage));
        }
        out.accept(new ChatEvent.End());
    }

    private FinishReason reason(JsonNode response) {
        if (text(response, "status").equals("incomplete")) {
            return switch (text(response.path("incomplete_details"), "reason")) {
                case "max_output_tokens" -> FinishReason.LENGTH;
                case "content_filter" -> FinishReason.CONTENT_FILTER;
                default -> FinishReason.OTHER;
            };
        }
        return calls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
    }

    private static @Nullable TokenUsage usage(JsonNode usage) {
        JsonNode input = usage.path("input_tokens");
        JsonNode output = usage.path("output_tokens");
        if (!input.isNumber() && !output.isNumber()) {
            return null;
        }
        JsonNode details = usage.path("input_tokens_details");
        return new TokenUsage(
                count(input),
                count(details.path("cached_tokens")),
                count(details.path("cache_write_tokens")),
                count(output),
                count(usage.path("output_tokens_details").path("reasoning_tokens")));
    }

    private static long count(JsonNode number) {
        return number.isNumber() ? (long) Math.clamp(number.asDouble(), 0, (double) TokenUsage.MAX) : 0;
    }

    /** The failure that an error means; the text of the whole event is read where there is no error object. */
    static ChatEvent failed(JsonNode error) {
        return new ChatEvent.Failed(
                error.isObject() || error.isTextual()
                        ? UpstreamErrors.inAnswer(Json.write(error))
                        : UpstreamFailure.of(
                                UpstreamFailure.Kind.SERVER_ERROR, "The provider could not finish the answer."));
    }

    /** What was sent is none of this dialect. */
    static ChatEvent malformed(String what) {
        return new ChatEvent.Failed(UpstreamFailure.of(UpstreamFailure.Kind.BAD_RESPONSE, what));
    }

    /** A string member; empty for anything else. */
    static String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        return value.isTextual() ? value.textValue() : "";
    }
}
