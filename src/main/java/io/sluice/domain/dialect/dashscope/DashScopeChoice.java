package io.sluice.domain.dialect.dashscope;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One answer of those to one request, as far as it was told. */
final class DashScopeChoice {
    private static final int MOST_CALLS = 512;

    private final int index;
    private final String answerId;
    private final GrowingText thinking = new GrowingText();
    private final GrowingText text = new GrowingText();
    private final List<Call> calls = new ArrayList<>();
    private boolean finished;

    /**
     * A call that began.
     *
     * @param number as the provider counts; -1 when it does not
     * @param id the provider's; empty when it gives none
     * @param name the function
     * @param arguments what came of them
     */
    private record Call(int number, String id, String name, GrowingText arguments) {}

    /**
     * Nothing was told yet.
     *
     * @param index which answer
     * @param answerId makes ids of calls, where the provider gives none
     */
    DashScopeChoice(int index, String answerId) {
        this.index = index;
        this.answerId = answerId;
    }

    boolean isFinished() {
        return finished;
    }

    /**
     * Takes the next of the older form, text alone.
     *
     * @return true
     */
    boolean read(String told, JsonNode finish, Consumer<ChatEvent> out) {
        if (!finished) {
            tell(text.next(told), out);
            finish(finish, out);
        }
        return true;
    }

    /**
     * Takes the next of the answer.
     *
     * @return false when it is not as the API says
     */
    boolean read(JsonNode told, Consumer<ChatEvent> out) {
        if (finished) {
            return true;
        }
        JsonNode message = told.path("message");
        if (!message.isObject()) {
            message = told.path("delta");
        }
        think(thinking.next(text(message.path("reasoning_content"))), out);
        tell(text.next(text(message.path("content"))), out);
        JsonNode logprobs = told.path("logprobs");
        if (logprobs.isObject() && !logprobs.isEmpty()) {
            out.accept(new ChatEvent.Logprobs(index, logprobs));
        }
        int position = 0;
        for (JsonNode call : message.path("tool_calls")) {
            if (!call(call, position++, out)) {
                return false;
            }
        }
        finish(told.path("finish_reason"), out);
        return true;
    }

    /** A text, or the texts of a list of parts. */
    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            return "";
        }
        if (content.size() == 1) {
            return content.path(0).path("text").asText("");
        }
        StringBuilder joined = new StringBuilder();
        content.forEach(part -> joined.append(part.path("text").asText("")));
        return joined.toString();
    }

    private void think(String next, Consumer<ChatEvent> out) {
        if (!next.isEmpty()) {
            out.accept(new ChatEvent.Thinking(index, next));
        }
    }

    private void tell(String next, Consumer<ChatEvent> out) {
        if (!next.isEmpty()) {
            out.accept(new ChatEvent.Text(index, next));
        }
    }

    private boolean call(JsonNode told, int position, Consumer<ChatEvent> out) {
        JsonNode function = told.path("function");
        int number = told.path("index").asInt(-1);
        String id = told.path("id").asText("");
        String name = function.path("name").asText("");
        int at = find(number, id, position, name);
        if (at == calls.size()) {
            if (name.isEmpty() || at == MOST_CALLS) {
                return false;
            }
            calls.add(new Call(number, id, name, new GrowingText()));
            String known = id.isEmpty() ? "call_" + answerId + "_" + index + "_" + at : id;
            out.accept(new ChatEvent.ToolCall(index, at, known, name, null));
        }
        JsonNode arguments = function.path("arguments");
        String json = arguments.isTextual() ? arguments.textValue() : arguments.isObject() ? Json.text(arguments) : "";
        argue(at, calls.get(at).arguments().next(json), out);
        return true;
    }

    private void argue(int at, String next, Consumer<ChatEvent> out) {
        if (!next.isEmpty()) {
            out.accept(new ChatEvent.ToolArguments(index, at, next));
        }
    }

    /** Which call is meant; as many as there are for a new one. */
    private int find(int number, String id, int position, String name) {
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            boolean sameId = !id.isEmpty() && id.equals(call.id());
            boolean otherId = !id.isEmpty() && !call.id().isEmpty() && !sameId;
            if (sameId || number >= 0 && number == call.number() && !otherId) {
                return i;
            }
        }
        if (number >= 0 || !id.isEmpty()) {
            return calls.size();
        }
        // Neither a number nor an id: without a name the last call goes on, with one perhaps that at its place.
        if (name.isEmpty()) {
            return Math.max(0, calls.size() - 1);
        }
        return position < calls.size() && calls.get(position).name().equals(name) ? position : calls.size();
    }

    private void finish(JsonNode told, Consumer<ChatEvent> out) {
        FinishReason reason = reason(told);
        if (reason == null) {
            return;
        }
        think(thinking.end(), out);
        tell(text.end(), out);
        for (int i = 0; i < calls.size(); i++) {
            argue(i, calls.get(i).arguments().end(), out);
        }
        finished = true;
        boolean calling = reason == FinishReason.STOP && !calls.isEmpty();
        out.accept(new ChatEvent.Finish(index, calling ? FinishReason.TOOL_CALLS : reason, null));
    }

    /** Until the end, the reason is the text "null". */
    private static @Nullable FinishReason reason(JsonNode told) {
        if (!told.isTextual()) {
            return null;
        }
        return switch (told.textValue()) {
            case "", "null" -> null;
            case "stop" -> FinishReason.STOP;
            case "length" -> FinishReason.LENGTH;
            case "tool_calls", "function_call" -> FinishReason.TOOL_CALLS;
            case "content_filter" -> FinishReason.CONTENT_FILTER;
            default -> FinishReason.OTHER;
        };
    }
}
