package io.sluice.domain.dialect.dashscope;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells what the JSON objects of one answer say: the only one, or those of a stream one after another. */
final class DashScopeAnswer {
    private static final int MOST_CHOICES = 128;

    private final ErrorTable errors;
    private final List<DashScopeChoice> choices = new ArrayList<>();
    private boolean started;
    private boolean failed;
    private String id = "";
    private @Nullable TokenUsage usage;

    /**
     * Nothing was said yet.
     *
     * @param errors what errors mean
     */
    DashScopeAnswer(ErrorTable errors) {
        this.errors = errors;
    }

    /** Whether it has failed: nothing may follow. */
    boolean hasFailed() {
        return failed;
    }

    /** Whether every answer that began is over, and there is one. */
    boolean isOver() {
        return !choices.isEmpty() && choices.stream().allMatch(DashScopeChoice::isFinished);
    }

    /**
     * Takes the next object.
     *
     * @param json null when it was no JSON
     * @param out takes what it says
     */
    void read(@Nullable JsonNode json, Consumer<ChatEvent> out) {
        if (failed) {
            return;
        }
        if (!(json instanceof ObjectNode object)) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is not JSON."), out);
            return;
        }
        JsonNode output = object.path("output");
        UpstreamFailure error = error(object, output);
        if (error != null) {
            fail(error, out);
            return;
        }
        if (!output.isObject() && !object.path("usage").isObject()) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer holds nothing of an answer."), out);
            return;
        }
        start(object, out);
        // Before the end of the answer: an encoder may want it with the end.
        usage(object.path("usage"), out);
        if (!output(output, out)) {
            fail(UpstreamFailure.of(Kind.BAD_RESPONSE, "The provider's answer is not as its API says."), out);
        }
    }

    /** Tells that there is no answer, or no more of it. */
    void fail(UpstreamFailure failure, Consumer<ChatEvent> out) {
        if (!failed) {
            failed = true;
            out.accept(new ChatEvent.Failed(failure));
        }
    }

    private @Nullable UpstreamFailure error(ObjectNode object, JsonNode output) {
        JsonNode code = object.path("code");
        int status = object.path("status_code").asInt(0);
        boolean named = code.isTextual() ? !code.textValue().isBlank() : code.isNumber() && code.asInt() != 0;
        if (object.path("error").isObject()) {
            return errors.inAnswer(Json.write(object));
        }
        if (!(named || status >= 400)
                || output.path("choices").isArray() && !output.path("choices").isEmpty()) {
            return null;
        }
        ObjectNode error = Json.object();
        error.put("code", named ? code.asText() : Integer.toString(status));
        error.put("message", object.path("message").asText(""));
        return errors.inAnswer(Json.write(error));
    }

    private void start(ObjectNode object, Consumer<ChatEvent> out) {
        if (!started) {
            started = true;
            id = object.path("request_id").asText("");
            out.accept(new ChatEvent.Start(id, "", 0));
        }
    }

    private boolean output(JsonNode output, Consumer<ChatEvent> out) {
        JsonNode list = output.path("choices");
        if (!list.isArray()) {
            // The older form of an answer, result_format "text".
            JsonNode text = output.path("text");
            return !text.isTextual() || choice(0).read(text.textValue(), output.path("finish_reason"), out);
        }
        int position = 0;
        for (JsonNode told : list) {
            int index = told.path("index").asInt(position++);
            if (!told.isObject() || index < 0 || index >= MOST_CHOICES) {
                return false;
            }
            if (!choice(index).read(told, out)) {
                return false;
            }
        }
        return true;
    }

    private DashScopeChoice choice(int index) {
        while (choices.size() <= index) {
            choices.add(new DashScopeChoice(choices.size(), id));
        }
        return choices.get(index);
    }

    private void usage(JsonNode told, Consumer<ChatEvent> out) {
        if (!told.isObject()) {
            return;
        }
        long input = number(told, "input_tokens");
        JsonNode details = told.path("prompt_tokens_details");
        if (!details.isObject()) {
            details = told.path("input_tokens_details");
        }
        JsonNode written = told.path("output_tokens_details");
        TokenUsage now = new TokenUsage(
                input,
                number(details, "cached_tokens"),
                number(details, "cache_creation_input_tokens"),
                number(told, "output_tokens"),
                number(written, "reasoning_tokens"));
        if (!now.equals(usage)) {
            usage = now;
            out.accept(new ChatEvent.Usage(now));
        }
    }

    private static long number(JsonNode object, String name) {
        return object.path(name).asLong(0);
    }
}
