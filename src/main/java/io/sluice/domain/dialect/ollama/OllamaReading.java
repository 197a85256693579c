package io.sluice.domain.dialect.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.Secret;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.tokens.TokenUsage;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * Reads the objects of one answer. A call comes whole, and without an id from older servers: one is made of the moment the
 * server names and the number of the call, which another answer does not have. The last object says {@code stop} also when
 * there were calls. Usage that is not whole, as when a prompt came from the cache, is no usage: it is counted here.
 */
final class OllamaReading {
    private int callCount;
    private boolean started;
    private boolean over;

    /** Whether the answer is whole, or has failed. */
    boolean isOver() {
        return over;
    }

    /** Tells a failure, and that nothing follows. */
    void fail(UpstreamFailure failure, Consumer<ChatEvent> out) {
        over = true;
        out.accept(new ChatEvent.Failed(failure));
    }

    /** Takes the next object. */
    void object(JsonNode json, Consumer<ChatEvent> out) {
        JsonNode error = json.path("error");
        JsonNode message = json.path("message");
        boolean done = json.path("done").asBoolean(false);
        if (!error.isMissingNode() && !error.isNull()) {
            fail(OllamaFaults.inAnswer(error.isTextual() ? error.textValue() : text(error, "message")), out);
            return;
        }
        if (!json.isObject()
                || !message.isObject() && !done
                || isWrong(message.path("content"))
                || isWrong(message.path("thinking"))) {
            fail(OllamaFaults.malformed("The provider sent something that is no part of an answer."), out);
            return;
        }
        String createdAt = text(json, "created_at");
        if (!started) {
            started = true;
            out.accept(new ChatEvent.Start("", text(json, "model"), seconds(createdAt)));
        }
        String thinking = text(message, "thinking");
        if (!thinking.isEmpty()) {
            out.accept(new ChatEvent.Thinking(0, thinking));
        }
        String content = text(message, "content");
        if (!content.isEmpty()) {
            out.accept(new ChatEvent.Text(0, content));
        }
        for (JsonNode call : message.path("tool_calls")) {
            if (!call(call, createdAt, out)) {
                fail(OllamaFaults.malformed("The provider sent a call without a name."), out);
                return;
            }
        }
        if (done) {
            end(json, out);
        }
    }

    private static boolean isWrong(JsonNode text) {
        return !text.isTextual() && !text.isMissingNode() && !text.isNull();
    }

    private boolean call(JsonNode call, String createdAt, Consumer<ChatEvent> out) {
        JsonNode function = call.path("function");
        String name = text(function, "name");
        if (name.isEmpty()) {
            return false;
        }
        int index = callCount++;
        String id = text(call, "id");
        JsonNode arguments = function.path("arguments");
        out.accept(new ChatEvent.ToolCall(0, index, id.isEmpty() ? id(createdAt, index, name) : id, name, null));
        String json = arguments.isTextual()
                ? arguments.textValue()
                : arguments.isMissingNode() || arguments.isNull() ? "{}" : Json.text(arguments);
        out.accept(new ChatEvent.ToolArguments(0, index, json.isBlank() ? "{}" : json));
        return true;
    }

    private static String id(String createdAt, int index, String name) {
        return "call_" + HexFormat.of().formatHex(Secret.sha256(createdAt + ' ' + index + ' ' + name), 0, 12);
    }

    private void end(JsonNode json, Consumer<ChatEvent> out) {
        over = true;
        JsonNode input = json.path("prompt_eval_count");
        JsonNode output = json.path("eval_count");
        if (input.isNumber() && output.isNumber()) {
            out.accept(new ChatEvent.Usage(new TokenUsage(tokens(input), 0, tokens(output), 0)));
        }
        out.accept(new ChatEvent.Finish(0, reason(text(json, "done_reason")), null));
        out.accept(new ChatEvent.End());
    }

    private FinishReason reason(String word) {
        return switch (word) {
            case "length" -> FinishReason.LENGTH;
            case "stop", "" -> callCount > 0 ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            // "load" and "unload": the model was only fetched or let go.
            default -> FinishReason.OTHER;
        };
    }

    static long tokens(JsonNode count) {
        return count.canConvertToLong() ? count.longValue() : TokenUsage.MAX;
    }

    private static long seconds(String createdAt) {
        try {
            return createdAt.isEmpty()
                    ? 0
                    : Math.max(0, OffsetDateTime.parse(createdAt).toEpochSecond());
        } catch (DateTimeException e) {
            return 0;
        }
    }

    private static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isTextual() ? value.textValue() : "";
    }
}
