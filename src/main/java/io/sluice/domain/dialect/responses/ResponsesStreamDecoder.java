package io.sluice.domain.dialect.responses;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.sse.SseEvents;
import java.util.Arrays;
import java.util.function.Consumer;

/** Reads a stream of responses events. What an event says is told as it comes; events that repeat it are passed over. */
final class ResponsesStreamDecoder implements AnswerDecoder {
    private static final int LONGEST_EVENT = 16 * 1_024 * 1_024;
    private static final byte[] DONE = "[DONE]".getBytes(US_ASCII);

    private final SseEvents events = new SseEvents(LONGEST_EVENT);
    private final ResponsesAnswerReader reader = new ResponsesAnswerReader();
    private boolean over;

    @Override
    public void feed(byte[] piece, Consumer<ChatEvent> out) {
        if (over) {
            return;
        }
        boolean more = events.feed(piece, (bytes, from, to) -> event(bytes, from, to, out));
        if (!more && events.isTooLong() && !over) {
            fail(ResponsesAnswerReader.malformed("The provider sent an event that is too long."), out);
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!over) {
            // An event without its blank line counts when it is whole; one that was cut says nothing.
            events.end((bytes, from, to) -> Json.read(bytes, from, to) == null || event(bytes, from, to, out));
        }
    }

    private boolean event(byte[] bytes, int from, int to, Consumer<ChatEvent> out) {
        if (Arrays.equals(bytes, from, to, DONE, 0, DONE.length)) {
            return true;
        }
        JsonNode json = Json.read(bytes, from, to);
        if (json == null || !json.isObject()) {
            fail(ResponsesAnswerReader.malformed("The provider sent an event that is no JSON object."), out);
        } else {
            event(json, out);
        }
        return !over;
    }

    private void fail(ChatEvent failed, Consumer<ChatEvent> out) {
        over = true;
        out.accept(failed);
    }

    private void event(JsonNode json, Consumer<ChatEvent> out) {
        switch (ResponsesAnswerReader.text(json, "type")) {
            case "response.created", "response.queued", "response.in_progress" ->
                reader.start(json.path("response"), out);
            case "response.completed", "response.incomplete" -> {
                over = true;
                reader.end(json.path("response"), out);
            }
            case "response.failed" ->
                fail(ResponsesAnswerReader.failed(json.path("response").path("error")), out);
            case "error" -> fail(ResponsesAnswerReader.failed(json), out);
            case "" -> {
                if (json.path("error").isObject() || json.path("error").isTextual()) {
                    fail(ResponsesAnswerReader.failed(json), out);
                }
            }
            default -> piece(json, out);
        }
    }

    private void piece(JsonNode json, Consumer<ChatEvent> out) {
        int index = json.path("output_index").asInt(0);
        if (index < 0 || index >= ResponsesAnswerReader.MOST_ITEMS) {
            fail(ResponsesAnswerReader.malformed("The provider sent more items than an answer can have."), out);
            return;
        }
        reader.start(json.path("response"), out);
        String delta = ResponsesAnswerReader.text(json, "delta");
        switch (ResponsesAnswerReader.text(json, "type")) {
            case "response.output_text.delta" -> {
                reader.tell(index);
                if (!delta.isEmpty()) {
                    out.accept(new ChatEvent.Text(0, delta));
                }
                ResponsesAnswerReader.logprobs(json.path("logprobs"), out);
            }
            case "response.output_text.annotation.added" -> {
                reader.tell(index);
                ResponsesAnswerReader.citation(json.path("annotation"), out);
            }
            case "response.refusal.delta" -> {
                reader.tell(index);
                out.accept(new ChatEvent.Refusal(0, delta));
            }
            case "response.reasoning_summary_text.delta", "response.reasoning_text.delta" -> {
                reader.tell(index);
                if (!delta.isEmpty()) {
                    out.accept(new ChatEvent.Thinking(0, delta));
                }
            }
            case "response.reasoning_summary_part.added" -> {
                if (json.path("summary_index").asInt(0) > 0) {
                    out.accept(new ChatEvent.Thinking(0, "\n\n"));
                }
            }
            case "response.function_call_arguments.delta" -> reader.arguments(index, delta, out);
            case "response.function_call_arguments.done" ->
                reader.allArguments(index, ResponsesAnswerReader.text(json, "arguments"), out);
            case "response.output_item.added" -> {
                JsonNode item = json.path("item");
                if (ResponsesAnswerReader.text(item, "type").equals("function_call")) {
                    reader.call(index, item, out);
                }
            }
            case "response.output_item.done" -> reader.item(index, json.path("item"), out);
            default -> {}
        }
    }
}
