package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.chat.FinishReason;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import java.util.function.Consumer;

/** Reads one choice of an answer: its message, or the pieces of it. What comes after its end is not read. */
final class ChoiceReader {
    private final int choice;
    private final ToolCallReader calls;
    private boolean refused;
    private boolean finished;
    private boolean inPieces;

    ChoiceReader(int choice, String idPrefix) {
        this.choice = choice;
        calls = new ToolCallReader(choice, idPrefix);
    }

    /** Whether the choice has said why it ended. */
    boolean isFinished() {
        return finished;
    }

    /**
     * Reads one element of {@code choices}.
     *
     * @return what is wrong
     */
    Fault read(JsonNode element, Consumer<ChatEvent> out) {
        if (finished) {
            return Fault.NONE;
        }
        JsonNode message = element.path("delta");
        if (message.isObject()) {
            inPieces = true;
        } else if (!inPieces) {
            // Behind pieces a whole message repeats them, as MiniMax does.
            message = element.path("message");
        }
        if (!message(message, out)) {
            return Fault.MALFORMED;
        }
        JsonNode logprobs = element.path("logprobs");
        if (logprobs.isObject() && !logprobs.isEmpty()) {
            out.accept(new ChatEvent.Logprobs(choice, logprobs));
        }
        JsonNode reason = element.path("finish_reason");
        if (!reason.isTextual()) {
            return Fault.NONE;
        }
        String word = reason.textValue();
        if (word.isEmpty() || word.equals("null")) {
            return Fault.NONE;
        }
        FinishReason read = FinishWords.read(word);
        if (read == null) {
            return Fault.FAILED;
        }
        JsonNode stop = element.path("stop_reason");
        boolean byText = read == FinishReason.STOP && stop.isTextual() && !calls.any();
        return finish(byText ? FinishReason.STOP_TEXT : read, byText ? stop.textValue() : "", out)
                ? Fault.NONE
                : Fault.MALFORMED;
    }

    /** Ends the choice, if it has not ended; false when a call of it never said what it calls. */
    boolean finish(FinishReason reason, String stopText, Consumer<ChatEvent> out) {
        if (finished) {
            return true;
        }
        finished = true;
        if (!calls.whole()) {
            return false;
        }
        FinishReason told = reason;
        if (reason == FinishReason.STOP || reason == FinishReason.OTHER) {
            // Servers say "stop" of calls that the client forced.
            told = calls.any() ? FinishReason.TOOL_CALLS : refused ? FinishReason.REFUSAL : reason;
        }
        out.accept(new ChatEvent.Finish(choice, told, stopText.isEmpty() ? null : stopText));
        return true;
    }

    private boolean message(JsonNode message, Consumer<ChatEvent> out) {
        thinking(message, out);
        content(message.path("content"), out);
        JsonNode refusal = message.path("refusal");
        if (says(refusal)) {
            refused = true;
            out.accept(new ChatEvent.Refusal(choice, refusal.textValue()));
        }
        JsonNode annotations = message.path("annotations");
        if (annotations.isArray()) {
            for (JsonNode annotation : annotations) {
                out.accept(new ChatEvent.Citation(choice, ChatDialect.OPENAI, annotation));
            }
        }
        JsonNode list = message.path("tool_calls");
        if (list.isObject()) {
            // Spark gives its one call as it is.
            list = Json.NODES.arrayNode().add(list);
        }
        if (list.isArray() && !calls.read(list, out)) {
            return false;
        }
        JsonNode old = message.path("function_call");
        return !old.isObject() || calls.readOld(old, out);
    }

    /** Text under any of its names, or else from the details; proofs from the details. */
    private void thinking(JsonNode message, Consumer<ChatEvent> out) {
        JsonNode text = message.path(ReasoningDetails.CONTENT);
        if (!says(text)) {
            text = message.path("reasoning");
        }
        JsonNode details = message.path(ReasoningDetails.DETAILS);
        boolean told = says(text);
        if (!details.isArray() || details.isEmpty()) {
            if (told) {
                out.accept(new ChatEvent.Thinking(choice, text.textValue()));
            }
            return;
        }
        // Where the details hold texts of their own, they say which proof belongs to which.
        boolean texts = false;
        for (JsonNode item : details) {
            texts |= says(item.path("text")) || says(item.path("summary"));
        }
        if (told && !texts) {
            out.accept(new ChatEvent.Thinking(choice, text.textValue()));
        }
        for (JsonNode item : details) {
            detail(item, out);
        }
    }

    private void detail(JsonNode item, Consumer<ChatEvent> out) {
        JsonNode text = says(item.path("text")) ? item.path("text") : item.path("summary");
        if (says(text)) {
            out.accept(new ChatEvent.Thinking(choice, text.textValue()));
        }
        if (says(item.path("signature"))) {
            out.accept(new ChatEvent.ThinkingSignature(
                    choice, new Proof(Maker.OPENROUTER, item.path("signature").textValue())));
        }
        if (says(item.path("data"))) {
            out.accept(new ChatEvent.HiddenThinking(
                    choice, new Proof(Maker.OPENROUTER, item.path("data").textValue())));
        }
    }

    /** A string, or a list of parts as some servers give it. */
    private void content(JsonNode content, Consumer<ChatEvent> out) {
        if (says(content)) {
            out.accept(new ChatEvent.Text(choice, content.textValue()));
        } else if (content.isArray()) {
            for (JsonNode part : content) {
                part(part, out);
            }
        }
    }

    private void part(JsonNode part, Consumer<ChatEvent> out) {
        if (says(part.path("text"))) {
            out.accept(new ChatEvent.Text(choice, part.path("text").textValue()));
        } else if (says(part.path("refusal"))) {
            refused = true;
            out.accept(new ChatEvent.Refusal(choice, part.path("refusal").textValue()));
        } else if (says(part.path("thinking"))) {
            out.accept(new ChatEvent.Thinking(choice, part.path("thinking").textValue()));
        } else {
            for (JsonNode inner : part.path("thinking")) {
                if (says(inner.path("text"))) {
                    out.accept(new ChatEvent.Thinking(choice, inner.path("text").textValue()));
                }
            }
        }
    }

    private static boolean says(JsonNode text) {
        return text.isTextual() && !text.textValue().isEmpty();
    }

    /** What an element may be wrong in. */
    enum Fault {
        /** Nothing. */
        NONE,
        /** Its form. */
        MALFORMED,
        /** The server says that it failed. */
        FAILED
    }
}
