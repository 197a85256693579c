package io.sluice.domain.dialect.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of a chat. Texts of one message are joined by line breaks. Each result of a tool is a message of its
 * own, in front of the rest of its message; it names the tool, for there are no ids. That a tool failed stands in front of
 * its text, as {@code Error: }. A document of plain text goes as text. Thinking goes back as text, its proofs and what only
 * another provider can read do not: nobody here could read them. Belongs to one request.
 */
final class OllamaMessages {
    private final Losses losses;
    private final ArrayNode messages = Json.NODES.arrayNode();
    private final Map<String, String> called = new HashMap<>();

    OllamaMessages(Losses losses) {
        this.losses = losses;
    }

    /** Writes all of them. */
    ArrayNode write(List<ChatMessage> chat) {
        for (ChatMessage message : chat) {
            if (message.name() != null && message.role() != Role.TOOL) {
                losses.lose("messages.name");
            }
            for (Part part : message.parts()) {
                if (part instanceof Part.ToolResult result) {
                    result(result);
                }
            }
            message(message);
        }
        return messages;
    }

    private void message(ChatMessage message) {
        Text content = new Text();
        Text thinking = new Text();
        ArrayNode images = Json.NODES.arrayNode();
        ArrayNode calls = Json.NODES.arrayNode();
        boolean onlyResults = !message.parts().isEmpty();
        for (Part part : message.parts()) {
            onlyResults &= part instanceof Part.ToolResult;
            switch (part) {
                case Part.Text text -> content.add(text.text());
                case Part.Refusal refusal -> content.add(refusal.text());
                case Part.Thinking thought -> {
                    losses.hide(thought.proof());
                    thinking.add(thought.text());
                }
                case Part.HiddenThinking hidden -> losses.hide(hidden.proof());
                case Part.Image image -> image(image, images);
                case Part.ToolCall call -> call(call, calls);
                case Part.ToolResult result -> {}
                case Part.Document document -> {
                    String text = text(document);
                    if (text != null) {
                        content.add(text);
                    }
                }
                case Part.Audio audio -> losses.lose(Feature.AUDIO);
                case Part.Video video -> losses.lose(Feature.VIDEO);
                case Part.Foreign foreign -> losses.lose(foreign.field());
            }
        }
        if (onlyResults || message.role() == Role.TOOL && content.isEmpty()) {
            return;
        }
        ObjectNode written =
                messages.addObject().put("role", role(message.role())).put("content", content.toString());
        if (!thinking.isEmpty()) {
            written.put("thinking", thinking.toString());
        }
        if (!images.isEmpty()) {
            written.set("images", images);
        }
        if (!calls.isEmpty()) {
            written.set("tool_calls", calls);
        }
    }

    private static String role(Role role) {
        return switch (role) {
            case SYSTEM, DEVELOPER -> "system";
            case USER, TOOL -> "user";
            case ASSISTANT -> "assistant";
        };
    }

    private void image(Part.Image image, ArrayNode images) {
        switch (image.source()) {
            case MediaSource.Data data -> images.add(data.base64());
            case MediaSource.Url url -> losses.lose(Feature.IMAGE_URL);
            case MediaSource.Stored stored -> losses.lose(Feature.STORED_FILE);
            case MediaSource.Plain plain -> losses.lose(Feature.IMAGE);
        }
    }

    private @Nullable String text(Part.Document document) {
        losses.loseOptions(document);
        if (document.source() instanceof MediaSource.Plain plain) {
            return document.name() == null ? plain.text() : document.name() + "\n\n" + plain.text();
        }
        losses.lose(
                switch (document.source()) {
                    case MediaSource.Url url -> Feature.DOCUMENT_URL;
                    case MediaSource.Stored stored -> Feature.STORED_FILE;
                    case MediaSource.Data data -> Feature.DOCUMENT;
                    case MediaSource.Plain plain -> Feature.DOCUMENT;
                });
        return null;
    }

    private void call(Part.ToolCall call, ArrayNode calls) {
        losses.hide(call.proof());
        called.put(call.id(), call.name());
        calls.addObject().putObject("function").put("name", call.name()).set("arguments", arguments(call.arguments()));
    }

    /** Arguments that are no JSON object, which the model wrote wrong, stand in one as its only member. */
    private static JsonNode arguments(String text) {
        if (text.isBlank()) {
            return Json.object();
        }
        JsonNode json = Json.read(text);
        return json != null && json.isObject() ? json : Json.object().put("arguments", text);
    }

    private void result(Part.ToolResult result) {
        Text content = new Text();
        for (Part part : result.content()) {
            if (part instanceof Part.Text text) {
                content.add(text.text());
            } else if (part instanceof Part.Document document && document.source() instanceof MediaSource.Plain) {
                content.add(String.valueOf(text(document)));
            } else if (part instanceof Part.Foreign foreign && foreign.dialect() == ChatDialect.OLLAMA) {
                content.add(Json.text(foreign.json()));
            } else {
                losses.lose(Feature.RESULT_MEDIA);
            }
        }
        String name = result.name() == null ? called.get(result.callId()) : result.name();
        ObjectNode written = messages.addObject().put("role", "tool");
        if (name != null) {
            written.put("tool_name", name);
        }
        written.put("content", result.isError() ? "Error: " + content : content.toString());
    }

    /** Texts joined by line breaks. */
    private static final class Text {
        private final StringBuilder all = new StringBuilder();
        private boolean some;

        private void add(String text) {
            if (some) {
                all.append('\n');
            }
            some = true;
            all.append(text);
        }

        private boolean isEmpty() {
            return all.isEmpty();
        }

        @Override
        public String toString() {
            return all.toString();
        }
    }
}
