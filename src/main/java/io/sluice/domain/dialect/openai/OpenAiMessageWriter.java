package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.openai.OpenAiVariant.Extension;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes messages. Results of tools become messages of their own before the rest of their turn. What OpenAI does not take
 * in a result, pictures and documents, follows in the next message of the user, after a line that names the call; a result
 * that is an error begins with {@code Error:}.
 *
 * <p>Thinking of the history goes as it came where the client speaks this dialect. Of others, thinking without a proof came
 * from a server of this kind: it is sent back within a loop of tools, as DeepSeek and Moonshot ask, and nowhere else, as
 * DeepSeek asks too. Thinking with a proof goes back to servers that gave it alone, those that take
 * {@link Extension#REASONING_DETAILS}; of other makers it is left out and listed as lost.
 */
final class OpenAiMessageWriter {
    private final OpenAiVariant variant;
    private final Losses losses;
    private final boolean own;
    private final OpenAiPartWriter parts;
    private final ArrayNode messages = Json.NODES.arrayNode();
    private final List<Part> moved = new ArrayList<>();

    OpenAiMessageWriter(OpenAiVariant variant, Losses losses) {
        this.variant = variant;
        this.losses = losses;
        this.own = losses.client() == ChatDialect.OPENAI;
        this.parts = new OpenAiPartWriter(variant, losses);
    }

    ArrayNode write(List<ChatMessage> chat) {
        for (ChatMessage message : chat) {
            switch (message.role()) {
                case SYSTEM -> spoken("system", message);
                case DEVELOPER -> spoken(own ? "developer" : "system", message);
                case USER, TOOL -> turn(message);
                case ASSISTANT -> assistant(message);
            }
        }
        flush();
        return messages;
    }

    private void spoken(String role, ChatMessage message) {
        flush();
        add(role, message, message.parts(), "\n\n");
    }

    /** Results first, in order; what else the turn says after them. */
    private void turn(ChatMessage message) {
        List<Part> rest = new ArrayList<>();
        ObjectNode last = null;
        for (Part part : message.parts()) {
            if (part instanceof Part.ToolResult result) {
                last = result(result);
                messages.add(last);
            } else {
                rest.add(part);
            }
        }
        if (!rest.isEmpty() || last == null) {
            List<Part> said = new ArrayList<>(moved);
            moved.clear();
            said.addAll(rest);
            add("user", message, said, "\n\n");
        }
    }

    private ObjectNode result(Part.ToolResult result) {
        List<Part> texts = new ArrayList<>();
        List<Part> others = new ArrayList<>();
        for (Part part : result.content()) {
            // A client of this dialect knows what its server takes.
            boolean media = !own
                    && (part instanceof Part.Image
                            || part instanceof Part.Audio
                            || part instanceof Part.Video
                            || part instanceof Part.Document);
            (media ? others : texts).add(part);
        }
        if (!others.isEmpty()) {
            moved.add(Part.Text.of("From the result of tool call " + result.callId() + ":"));
            moved.addAll(others);
            if (texts.isEmpty()) {
                texts.add(Part.Text.of("The result follows in the next message of the user."));
            }
        }
        if (result.isError()) {
            markError(texts);
        }
        boolean old = own && result.callId().startsWith(OpenAiMessageReader.OLD_CALL);
        ObjectNode message = Json.object().put("role", old ? "function" : "tool");
        if (!old) {
            message.put("tool_call_id", id(result.callId()));
        }
        if (own && result.name() != null) {
            message.put("name", result.name());
        }
        message.set("content", parts.content(texts, "\n\n"));
        parts.mark(message, result.cacheControl());
        return message;
    }

    private static void markError(List<Part> texts) {
        if (texts.isEmpty() || !(texts.getFirst() instanceof Part.Text first)) {
            texts.addFirst(Part.Text.of("Error: the tool failed."));
        } else if (!first.text().stripLeading().toLowerCase(Locale.ROOT).startsWith("error")) {
            texts.set(0, Part.Text.of("Error: " + first.text()));
        }
    }

    private void assistant(ChatMessage message) {
        flush();
        List<Part> thinking = new ArrayList<>();
        List<Part> said = new ArrayList<>();
        ArrayNode calls = Json.NODES.arrayNode();
        ObjectNode written = Json.object().put("role", "assistant");
        StringBuilder refusal = new StringBuilder();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Thinking block -> thinking.add(block);
                case Part.HiddenThinking block -> thinking.add(block);
                case Part.Refusal text -> refusal.append(text.text());
                case Part.ToolCall call -> call(call, calls, written);
                case Part.Foreign foreign when isCall(foreign) -> calls.add(foreign.json());
                case Part.Text text -> said.add(text);
                case Part.Foreign foreign -> said.add(foreign);
                default -> {
                    // The assistant says text alone; what else a client of this dialect writes is the server's to
                    // judge.
                    if (own) {
                        said.add(part);
                    } else {
                        losses.lose(Feature.FOREIGN_PART);
                    }
                }
            }
        }
        boolean acts = !calls.isEmpty() || !refusal.isEmpty() || written.has("function_call");
        if (said.isEmpty() && !acts && !own) {
            // Nothing but thinking that goes no further: some servers refuse an empty message.
            return;
        }
        boolean silent = said.isEmpty() && acts;
        written.set("content", silent ? Json.NODES.nullNode() : parts.content(said, ""));
        name(written, message);
        if (!refusal.isEmpty()) {
            written.put("refusal", refusal.toString());
        }
        if (!calls.isEmpty()) {
            written.set("tool_calls", calls);
        }
        think(thinking, written, !calls.isEmpty());
        messages.add(written);
    }

    private void think(List<Part> thinking, ObjectNode written, boolean calls) {
        boolean proves = own || variant.has(Extension.REASONING_DETAILS);
        thinking.removeIf(part -> {
            Proof proof =
                    switch (part) {
                        case Part.Thinking block -> block.proof();
                        case Part.HiddenThinking block -> block.proof();
                        default -> null;
                    };
            if (proof == null || proves && proof.maker() == Maker.OPENROUTER) {
                return false;
            }
            losses.hide(proof);
            return true;
        });
        if (proves || calls) {
            ReasoningDetails.write(thinking, written, proves, (kind, proof) -> proof.value());
        }
    }

    private void call(Part.ToolCall call, ArrayNode calls, ObjectNode message) {
        ObjectNode function = Json.object().put("name", call.name()).put("arguments", call.arguments());
        if (own && call.id().startsWith(OpenAiMessageReader.OLD_CALL)) {
            message.set("function_call", function);
            return;
        }
        ObjectNode written = Json.object().put("id", id(call.id())).put("type", "function");
        written.set("function", function);
        if (call.proof() != null && variant.has(Extension.THOUGHT_SIGNATURES)) {
            String signature = losses.shown(call.proof(), Maker.GEMINI);
            if (signature != null) {
                written.putObject("extra_content").putObject("google").put("thought_signature", signature);
            }
        } else {
            losses.hide(call.proof());
        }
        calls.add(written);
    }

    private String id(String id) {
        return own ? id : ShortNames.of(id, ShortNames.CALL);
    }

    /** Pictures of results that no message of the user has taken yet. */
    private void flush() {
        if (!moved.isEmpty()) {
            List<Part> said = List.copyOf(moved);
            moved.clear();
            add("user", ChatMessage.of(Role.USER, said), said, "\n\n");
        }
    }

    private void add(String role, ChatMessage message, List<Part> said, String between) {
        ObjectNode written = Json.object().put("role", role);
        written.set("content", parts.content(said, between));
        name(written, message);
        messages.add(written);
    }

    private static void name(ObjectNode written, ChatMessage message) {
        if (message.name() != null) {
            written.put("name", message.name());
        }
    }

    private static boolean isCall(Part.Foreign part) {
        return part.dialect() == ChatDialect.OPENAI && part.json().has("custom");
    }
}
