package io.sluice.domain.dialect.dashscope;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of one request. System messages at the beginning become one, later ones stay where they are.
 *
 * <p>Of what a model thought, the text goes back beside the calls that came of it; elsewhere it is left out without a word,
 * as the service leaves it out. So are signatures and thinking that only another provider can read, and the sources of
 * earlier answers: no model here ever reads them.
 */
final class DashScopeMessages {
    private final Losses losses;
    private final boolean multimodal;
    private boolean closely;

    /**
     * A writer.
     *
     * @param losses is told what cannot be written
     * @param multimodal whether contents are lists, as the multimodal endpoint wants them
     */
    DashScopeMessages(Losses losses, boolean multimodal) {
        this.losses = losses;
        this.multimodal = multimodal;
    }

    /** Whether any message holds what only the multimodal endpoint takes. */
    static boolean holdMedia(List<ChatMessage> messages) {
        return messages.stream()
                .flatMap(message -> message.parts().stream())
                .anyMatch(
                        part -> part instanceof Part.Image || part instanceof Part.Audio || part instanceof Part.Video);
    }

    /** Whether any message has the word JSON. */
    static boolean speakOfJson(List<ChatMessage> messages) {
        return messages.stream()
                .flatMap(message -> message.parts().stream())
                .anyMatch(part -> part instanceof Part.Text text
                        && text.text().toLowerCase(Locale.ROOT).contains("json"));
    }

    /** Whether a picture is to be looked at closely. */
    boolean looksClosely() {
        return closely;
    }

    /**
     * Writes all messages.
     *
     * @param instruction what the system message says besides; null for nothing
     */
    ArrayNode write(List<ChatMessage> messages, @Nullable String instruction) {
        ArrayNode out = Json.NODES.arrayNode();
        int first = 0;
        List<String> system = new ArrayList<>();
        while (first < messages.size() && isSystem(messages.get(first))) {
            texts(messages.get(first++).parts(), system);
        }
        if (instruction != null) {
            system.add(instruction);
        }
        if (!system.isEmpty()) {
            out.add(message("system", text(String.join("\n\n", system))));
        }
        for (ChatMessage message : messages.subList(first, messages.size())) {
            switch (message.role()) {
                case SYSTEM, DEVELOPER -> {
                    List<String> texts = new ArrayList<>();
                    texts(message.parts(), texts);
                    out.add(message("system", text(String.join("\n\n", texts))));
                }
                case USER, TOOL -> user(message, out);
                case ASSISTANT -> assistant(message, out);
            }
        }
        prefill(messages, out);
        return out;
    }

    /** Anthropic's clients let the model go on with what they wrote for it. */
    private void prefill(List<ChatMessage> messages, ArrayNode out) {
        if (losses.client() == ChatDialect.ANTHROPIC
                && !messages.isEmpty()
                && messages.getLast().role() == Role.ASSISTANT
                && !out.isEmpty()
                && out.get(out.size() - 1) instanceof ObjectNode last
                && !last.has("tool_calls")) {
            last.put("partial", true);
        }
    }

    private static boolean isSystem(ChatMessage message) {
        return message.role() == Role.SYSTEM || message.role() == Role.DEVELOPER;
    }

    private void texts(List<Part> parts, List<String> out) {
        for (Part part : parts) {
            if (part instanceof Part.Text text) {
                out.add(text.text());
            } else {
                losses.lose(Feature.FOREIGN_PART);
            }
        }
    }

    private static ObjectNode message(String role, JsonNode content) {
        ObjectNode message = Json.object();
        message.put("role", role);
        message.set("content", content);
        return message;
    }

    private JsonNode text(String text) {
        if (!multimodal) {
            return Json.NODES.textNode(text);
        }
        ArrayNode content = Json.NODES.arrayNode();
        content.addObject().put("text", text);
        return content;
    }

    /** Results of tools come first, as messages of their own. */
    private void user(ChatMessage message, ArrayNode out) {
        ArrayNode content = Json.NODES.arrayNode();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.ToolResult result -> out.add(result(result));
                case Part.Text text -> content.addObject().put("text", text.text());
                case Part.Refusal refusal -> content.addObject().put("text", refusal.text());
                case Part.Image image -> image(image, content);
                case Part.Audio audio -> media("audio", audio.source(), Feature.AUDIO, content);
                case Part.Video video -> media("video", video.source(), Feature.VIDEO, content);
                case Part.Document document -> document(document, content);
                case Part.Foreign foreign -> foreign(foreign, content);
                case Part.ToolCall call -> losses.lose(Feature.FOREIGN_PART);
                case Part.Thinking thinking -> losses.lose(Feature.FOREIGN_PART);
                case Part.HiddenThinking hidden -> losses.lose(Feature.FOREIGN_PART);
            }
        }
        if (!content.isEmpty() || message.parts().isEmpty()) {
            ObjectNode written = message("user", multimodal ? content : joined(content, "\n"));
            if (message.name() != null) {
                written.put("name", message.name());
            }
            out.add(written);
        }
    }

    private static JsonNode joined(ArrayNode content, String between) {
        List<String> texts = new ArrayList<>();
        content.forEach(part -> texts.add(part.path("text").asText()));
        return Json.NODES.textNode(String.join(between, texts));
    }

    private void image(Part.Image image, ArrayNode content) {
        media("image", image.source(), Feature.IMAGE, content);
        closely |= "high".equals(image.detail());
    }

    private void media(String kind, MediaSource source, Feature feature, ArrayNode content) {
        switch (source) {
            case MediaSource.Data data ->
                content.addObject().put(kind, "data:" + data.mediaType() + ";base64," + data.base64());
            case MediaSource.Url url -> content.addObject().put(kind, url.url());
            case MediaSource.Stored stored -> losses.lose(Feature.STORED_FILE);
            case MediaSource.Plain plain -> losses.lose(feature);
        }
    }

    private void document(Part.Document document, ArrayNode content) {
        losses.loseOptions(document);
        switch (document.source()) {
            case MediaSource.Plain plain ->
                content.addObject()
                        .put("text", document.name() == null ? plain.text() : document.name() + "\n\n" + plain.text());
            case MediaSource.Data data -> losses.lose(Feature.DOCUMENT);
            case MediaSource.Url url -> losses.lose(Feature.DOCUMENT_URL);
            case MediaSource.Stored stored -> losses.lose(Feature.STORED_FILE);
        }
    }

    private void foreign(Part.Foreign foreign, ArrayNode content) {
        if (foreign.dialect() == ChatDialect.DASHSCOPE && multimodal) {
            content.add(foreign.json());
        } else {
            losses.lose(foreign.field());
        }
    }

    private ObjectNode result(Part.ToolResult result) {
        List<String> texts = new ArrayList<>();
        for (Part part : result.content()) {
            if (part instanceof Part.Text text) {
                texts.add(text.text());
            } else {
                losses.lose(Feature.RESULT_MEDIA);
            }
        }
        String said = String.join("\n", texts);
        // There is no other place to say that the function failed.
        boolean unsaid = result.isError() && !said.toLowerCase(Locale.ROOT).startsWith("error");
        ObjectNode message = message("tool", text(unsaid ? "Error: " + said : said));
        message.put("tool_call_id", result.callId());
        if (result.name() != null) {
            message.put("name", result.name());
        }
        return message;
    }

    private void assistant(ChatMessage message, ArrayNode out) {
        ArrayNode content = Json.NODES.arrayNode();
        ArrayNode calls = Json.NODES.arrayNode();
        StringBuilder thinking = new StringBuilder();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text text -> content.addObject().put("text", text.text());
                case Part.Refusal refusal -> content.addObject().put("text", refusal.text());
                case Part.Thinking thought -> {
                    losses.hide(thought.proof());
                    thinking.append(thought.text());
                }
                case Part.HiddenThinking hidden -> losses.hide(hidden.proof());
                case Part.ToolCall call -> {
                    losses.hide(call.proof());
                    calls.add(call(call, calls.size()));
                }
                case Part.Foreign foreign -> foreign(foreign, content);
                case Part.Image image -> losses.lose(Feature.IMAGE);
                case Part.Audio audio -> losses.lose(Feature.AUDIO);
                case Part.Video video -> losses.lose(Feature.VIDEO);
                case Part.Document document -> losses.lose(Feature.DOCUMENT);
                case Part.ToolResult result -> losses.lose(Feature.FOREIGN_PART);
            }
        }
        if (content.isEmpty() && calls.isEmpty()) {
            return;
        }
        ObjectNode written = message("assistant", multimodal && !content.isEmpty() ? content : spoken(content));
        if (message.name() != null) {
            written.put("name", message.name());
        }
        if (!calls.isEmpty()) {
            if (!thinking.isEmpty()) {
                written.put("reasoning_content", thinking.toString());
            }
            written.set("tool_calls", calls);
        }
        out.add(written);
    }

    /** Parts of one answer belong together: nothing goes between them. */
    private JsonNode spoken(ArrayNode content) {
        return multimodal ? text("") : joined(content, "");
    }

    private static ObjectNode call(Part.ToolCall call, int index) {
        ObjectNode written = Json.object();
        written.put("index", index);
        written.put("id", call.id());
        written.put("type", "function");
        written.putObject("function").put("name", call.name()).put("arguments", call.arguments());
        return written;
    }
}
