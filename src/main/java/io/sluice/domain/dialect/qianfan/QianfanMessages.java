package io.sluice.domain.dialect.qianfan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of one request as the service wants them: the user, or a function, and the model in turns, the user
 * first and last. Messages of one side that follow one another become one; system messages go into a text of their own.
 * Several calls in one answer become several turns, each with its result; between a result and what the user adds to it
 * stands a turn of the model that says nothing.
 *
 * <p>What a model thought, and the sources of earlier answers, are left out without a word: no model here ever reads them.
 * The proofs of others are listed as lost.
 */
final class QianfanMessages {
    private static final String BREAK = "\n\n";

    /** What the model says between the result of a function and what the user adds to it. */
    private static final String PAUSE = "…";

    private final Losses losses;
    private final List<String> system = new ArrayList<>();
    private final ArrayNode out = Json.NODES.arrayNode();
    private final Map<String, Part.ToolCall> open = new LinkedHashMap<>();

    QianfanMessages(Losses losses) {
        this.losses = losses;
    }

    /** Texts of the system messages, in order. */
    List<String> system() {
        return system;
    }

    ArrayNode write(List<ChatMessage> messages) {
        for (ChatMessage message : messages) {
            switch (message.role()) {
                case SYSTEM, DEVELOPER -> system(message);
                case USER, TOOL -> user(message);
                case ASSISTANT -> assistant(message);
            }
        }
        // Calls without results, and an answer that is to be gone on with, have no place here.
        if (!open.isEmpty() || lastIs("assistant")) {
            losses.lose("messages");
            while (lastIs("assistant")) {
                out.remove(out.size() - 1);
            }
        }
        return out;
    }

    private void system(ChatMessage message) {
        for (Part part : message.parts()) {
            if (part instanceof Part.Text text) {
                system.add(text.text());
            } else {
                losses.lose(Feature.FOREIGN_PART);
            }
        }
    }

    private void user(ChatMessage message) {
        List<String> texts = new ArrayList<>();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text text -> texts.add(text.text());
                case Part.Refusal refusal -> texts.add(refusal.text());
                case Part.ToolResult result -> result(result);
                case Part.Document document -> {
                    if (document.source() instanceof MediaSource.Plain plain) {
                        losses.loseOptions(document);
                        texts.add(document.name() == null ? plain.text() : document.name() + "\n\n" + plain.text());
                    } else {
                        losses.lose(Feature.DOCUMENT);
                    }
                }
                case Part.Image image -> losses.lose(Feature.IMAGE);
                case Part.Audio audio -> losses.lose(Feature.AUDIO);
                case Part.Video video -> losses.lose(Feature.VIDEO);
                case Part.Foreign foreign -> losses.lose(foreign.field());
                case Part.ToolCall call -> losses.lose(Feature.FOREIGN_PART);
                case Part.Thinking thinking -> losses.lose(Feature.FOREIGN_PART);
                case Part.HiddenThinking hidden -> losses.lose(Feature.FOREIGN_PART);
            }
        }
        if (!texts.isEmpty()) {
            say("user", String.join("\n", texts), message.role() == Role.USER ? message.name() : null);
        }
    }

    /** A call goes out with its result: here one follows the other. */
    private void result(Part.ToolResult result) {
        Part.ToolCall call = open.remove(result.callId());
        if (call == null) {
            losses.lose(Feature.FOREIGN_PART);
            return;
        }
        List<String> texts = new ArrayList<>();
        for (Part part : result.content()) {
            if (part instanceof Part.Text text) {
                texts.add(text.text());
            } else {
                losses.lose(Feature.RESULT_MEDIA);
            }
        }
        ObjectNode asked = lastIs("assistant") && !last().has("function_call") ? last() : turn("assistant", "");
        asked.putObject("function_call").put("name", call.name()).put("arguments", call.arguments());
        turn("function", content(String.join("\n", texts), result.isError())).put("name", call.name());
    }

    /** The service wants an object in JSON. */
    private static String content(String said, boolean isError) {
        if (!isError && Json.read(said) instanceof ObjectNode) {
            return said;
        }
        return Json.text(Json.object().put(isError ? "error" : "result", said));
    }

    private void assistant(ChatMessage message) {
        if (!open.isEmpty()) {
            losses.lose("messages");
            open.clear();
        }
        StringBuilder said = new StringBuilder();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text text -> said.append(text.text());
                case Part.Refusal refusal -> said.append(refusal.text());
                case Part.ToolCall call -> {
                    losses.hide(call.proof());
                    open.put(call.id(), call);
                }
                case Part.Thinking thinking -> losses.hide(thinking.proof());
                case Part.HiddenThinking hidden -> losses.hide(hidden.proof());
                case Part.Image image -> losses.lose(Feature.IMAGE);
                case Part.Audio audio -> losses.lose(Feature.AUDIO);
                case Part.Video video -> losses.lose(Feature.VIDEO);
                case Part.Document document -> losses.lose(Feature.DOCUMENT);
                case Part.Foreign foreign -> losses.lose(foreign.field());
                case Part.ToolResult result -> losses.lose(Feature.FOREIGN_PART);
            }
        }
        if (out.isEmpty() && (!said.isEmpty() || !open.isEmpty())) {
            // The model cannot speak first.
            losses.lose("messages");
            open.clear();
        } else if (!said.isEmpty()) {
            say("assistant", said.toString(), message.name());
        }
    }

    private void say(String role, String text, @Nullable String name) {
        if (role.equals("user") && lastIs("function")) {
            // Both are of the user's side, and cannot become one.
            turn("assistant", PAUSE);
        }
        ObjectNode turn = lastIs(role) && !last().has("function_call") ? last() : null;
        if (turn == null) {
            turn = turn(role, text);
        } else {
            turn.put("content", turn.path("content").asText() + BREAK + text);
        }
        if (name != null && turn.path("name").isMissingNode()) {
            turn.put("name", name);
        }
    }

    private ObjectNode turn(String role, String content) {
        return out.addObject().put("role", role).put("content", content);
    }

    private boolean lastIs(String role) {
        return !out.isEmpty() && last().path("role").asText().equals(role);
    }

    private ObjectNode last() {
        return (ObjectNode) out.get(out.size() - 1);
    }
}
