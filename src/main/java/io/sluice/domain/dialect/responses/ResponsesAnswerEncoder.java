package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.dialect.AnswerEncoder;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.ProofLabel;
import io.sluice.domain.dialect.ProofLabel.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes an answer as a {@code response} object, or as the events that build one (OpenAI API reference, 2026).
 *
 * <p>The dialect's end events repeat what was said, so an answer is kept while it is written, up to
 * {@value ResponseEvents#MOST_GATHERED} bytes; one that is longer still streams whole, but is said to be incomplete.
 *
 * <p>Messages, thinking and calls are items of the output. A message or thinking is done when another kind of item
 * begins; calls are done when the answer is, for their arguments may come mixed. Answers beyond the first are left out:
 * the dialect has one.
 */
final class ResponsesAnswerEncoder implements AnswerEncoder {
    private static final byte[] CREATED = ResponseEvents.head("response.created");
    private static final byte[] IN_PROGRESS = ResponseEvents.head("response.in_progress");
    private static final byte[] COMPLETED = ResponseEvents.head("response.completed");
    private static final byte[] INCOMPLETE = ResponseEvents.head("response.incomplete");
    private static final byte[] NOTHING = new byte[0];

    private final AnswerTarget target;
    private final byte[] echo;
    private final boolean pairsLogprobs;
    private final ResponseEvents events;
    private final List<OutputItem> open = new ArrayList<>();
    private final List<byte[]> done = new ArrayList<>();
    private final Map<Integer, CallItem> calls = new HashMap<>();
    private @Nullable MessageItem message;
    private @Nullable ReasoningItem reasoning;
    private @Nullable String pendingText;
    private @Nullable TokenUsage usage;
    private @Nullable FinishReason finish;
    private boolean started;
    private boolean refused;
    private byte[] last = NOTHING;

    ResponsesAnswerEncoder(ChatRequest request, AnswerTarget target) {
        this.target = target;
        this.echo = RequestEcho.of(request, target.model());
        this.pairsLogprobs = Boolean.TRUE.equals(request.sampling().logprobs());
        this.events = new ResponseEvents(request.stream());
    }

    @Override
    public String contentType() {
        return events.isStream() ? "text/event-stream; charset=utf-8" : "application/json";
    }

    @Override
    public void encode(ChatEvent event, Consumer<byte[]> out) {
        if (last.length > 0) {
            return;
        }
        switch (event) {
            case ChatEvent.Start start -> start(out);
            case ChatEvent.Text text when isMine(text.choice()) -> text(text.text(), out);
            case ChatEvent.Logprobs told
            when isMine(told.choice()) -> flush(told.json().path("content"), out);
            case ChatEvent.Thinking text
            when isMine(text.choice()) -> {
                if (!text.text().isEmpty()) {
                    reasoning(out).text(text.text(), out);
                }
            }
            case ChatEvent.ThinkingSignature told
            when isMine(told.choice()) -> seal(ProofLabel.of(Kind.THINKING, told.proof()), out);
            case ChatEvent.HiddenThinking told
            when isMine(told.choice()) -> {
                closeSpoken("completed", out);
                seal(ProofLabel.of(Kind.HIDDEN, told.proof()), out);
            }
            case ChatEvent.Refusal text
            when isMine(text.choice()) -> {
                refused = true;
                message(out).refusal(text.text(), out);
            }
            case ChatEvent.Citation citation when isMine(citation.choice()) -> citation(citation, out);
            case ChatEvent.ToolCall call when isMine(call.choice()) -> call(call, out);
            case ChatEvent.ToolArguments told
            when isMine(told.choice()) -> {
                CallItem call = calls.get(told.call());
                if (call != null) {
                    call.arguments(told.json(), out);
                }
            }
            case ChatEvent.Finish told when isMine(told.choice()) -> finish(told.reason(), out);
            case ChatEvent.Usage told -> usage = told.tokens();
            case ChatEvent.Ping ping -> events.comment(out);
            case ChatEvent.End end -> end(out);
            case ChatEvent.Failed failed -> {}
            default -> {}
        }
    }

    private boolean isMine(int choice) {
        return choice == 0 && finish == null;
    }

    @Override
    public byte[] last() {
        return last;
    }

    private void start(Consumer<byte[]> out) {
        if (started) {
            return;
        }
        started = true;
        if (events.isStream()) {
            for (byte[] head : new byte[][] {CREATED, IN_PROGRESS}) {
                response(events.begin(head).raw(",\"response\":"), "in_progress", null);
                events.end(out);
            }
        }
    }

    private void text(String text, Consumer<byte[]> out) {
        if (text.isEmpty()) {
            return;
        }
        if (!pairsLogprobs) {
            message(out).text(text, null, out);
            return;
        }
        // Probabilities follow their text; here they stand beside it.
        flush(null, out);
        message(out);
        pendingText = text;
    }

    private void flush(@Nullable JsonNode logprobs, Consumer<byte[]> out) {
        String text = pendingText;
        pendingText = null;
        if (text != null && message != null) {
            message.text(text, logprobs, out);
        }
    }

    private MessageItem message(Consumer<byte[]> out) {
        flush(null, out);
        MessageItem item = message;
        if (item == null) {
            closeSpoken("completed", out);
            item = new MessageItem(id("msg"), done.size(), events);
            message = item;
            begin(item, out);
        }
        return item;
    }

    private ReasoningItem reasoning(Consumer<byte[]> out) {
        ReasoningItem item = reasoning;
        if (item == null) {
            closeSpoken("completed", out);
            item = new ReasoningItem(id("rs"), done.size(), events);
            reasoning = item;
            begin(item, out);
        }
        return item;
    }

    /** Ends the thinking so far with its proof. */
    private void seal(String sealed, Consumer<byte[]> out) {
        reasoning(out).seal(sealed);
        closeSpoken("completed", out);
    }

    private void citation(ChatEvent.Citation citation, Consumer<byte[]> out) {
        ObjectNode annotation = Annotations.of(citation);
        if (annotation != null) {
            message(out).annotation(annotation, out);
        }
    }

    private void call(ChatEvent.ToolCall told, Consumer<byte[]> out) {
        closeSpoken("completed", out);
        if (told.proof() != null) {
            seal(ProofLabel.of(Kind.CALL, told.proof()), out);
        }
        CallItem item = new CallItem(id("fc"), done.size(), events, told.id(), told.name());
        calls.put(told.call(), item);
        begin(item, out);
    }

    private String id(String prefix) {
        return prefix + "_" + target.id() + "-" + done.size();
    }

    private void begin(OutputItem item, Consumer<byte[]> out) {
        start(out);
        done.add(NOTHING);
        open.add(item);
        item.add(out);
    }

    /** Ends the message or the thinking that is open. */
    private void closeSpoken(String status, Consumer<byte[]> out) {
        flush(null, out);
        OutputItem spoken = message == null ? reasoning : message;
        if (spoken != null) {
            open.remove(spoken);
            done.set(spoken.index, spoken.done(status, out));
        }
        message = null;
        reasoning = null;
    }

    private void finish(FinishReason reason, Consumer<byte[]> out) {
        flush(null, out);
        start(out);
        finish = reason;
        String status = reason(reason) == null ? "completed" : "incomplete";
        for (OutputItem item : open) {
            done.set(item.index, item.done(status, out));
        }
        open.clear();
        calls.clear();
        message = null;
        reasoning = null;
    }

    /** Why the answer is incomplete; null when it is not. */
    private @Nullable String reason(FinishReason why) {
        return switch (why) {
            case LENGTH -> "max_output_tokens";
            case CONTENT_FILTER -> "content_filter";
            case REFUSAL -> refused ? null : "content_filter";
            case STOP, STOP_TEXT, TOOL_CALLS, PAUSE, OTHER -> events.isCut() ? "max_output_tokens" : null;
        };
    }

    private void end(Consumer<byte[]> out) {
        if (finish == null) {
            finish(FinishReason.STOP, out);
        }
        String reason = finish == null ? null : reason(finish);
        String status = reason == null ? "completed" : "incomplete";
        if (events.isStream()) {
            byte[] head = reason == null ? COMPLETED : INCOMPLETE;
            response(events.begin(head).raw(",\"response\":"), status, reason);
            last = events.finished();
        } else {
            JsonBytes whole = new JsonBytes();
            response(whole, status, reason);
            byte[] json = whole.copy();
            out.accept(Arrays.copyOf(json, json.length - 1));
            last = new byte[] {'}'};
        }
        done.clear();
    }

    private void response(JsonBytes json, String status, @Nullable String reason) {
        json.raw("{\"id\":\"resp_")
                .raw(target.id())
                .raw("\",\"object\":\"response\",\"created_at\":")
                .number(target.created())
                .raw(",\"status\":\"")
                .raw(status)
                .raw("\",\"background\":false,\"error\":null,\"incomplete_details\":");
        if (reason == null) {
            json.raw("null,");
        } else {
            json.raw("{\"reason\":\"").raw(reason).raw("\"},");
        }
        json.raw(echo).raw(",\"output\":[");
        for (int i = 0; i < done.size(); i++) {
            json.raw(i == 0 ? "" : ",").raw(done.get(i));
        }
        json.raw("],\"usage\":");
        usage(json);
        json.raw("}");
    }

    private void usage(JsonBytes json) {
        TokenUsage tokens = usage;
        if (tokens == null || finish == null) {
            json.raw("null");
            return;
        }
        json.raw("{\"input_tokens\":")
                .number(tokens.input())
                .raw(",\"input_tokens_details\":{\"cached_tokens\":")
                .number(tokens.cachedInput())
                .raw("},\"output_tokens\":")
                .number(tokens.output())
                .raw(",\"output_tokens_details\":{\"reasoning_tokens\":")
                .number(tokens.reasoning())
                .raw("},\"total_tokens\":")
                .number(tokens.input() + tokens.output())
                .raw("}");
    }
}
