package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatMessage;
import io.sluice.domain.chat.ChatMessage.Role;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a chat as input items. Thinking that OpenAI did not seal is left out, for it refuses that; where it has another
 * provider's proof, that is listed as lost. A speaker's name and cache marks are left out without a word. A document in plain text goes as text;
 * that a tool failed is said before its result. For one request.
 */
final class ResponsesInputWriter {
    private static final String FAILED = "Error: the tool failed.";

    private final Losses losses;
    private final ArrayNode input = Json.NODES.arrayNode();

    ResponsesInputWriter(Losses losses) {
        this.losses = losses;
    }

    /** The items. */
    ArrayNode write(List<ChatMessage> messages) {
        messages.forEach(this::message);
        return input;
    }

    private void message(ChatMessage message) {
        List<Part> said = new ArrayList<>();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.ToolResult result -> result(result);
                case Part.ToolCall call -> {
                    say(message.role(), said);
                    losses.hide(call.proof());
                    input.addObject()
                            .put("type", "function_call")
                            .put("call_id", call.id())
                            .put("name", call.name())
                            .put("arguments", call.arguments());
                }
                case Part.Thinking thinking -> thinking(thinking.text(), thinking.proof(), message.role(), said);
                case Part.HiddenThinking hidden -> thinking("", hidden.proof(), message.role(), said);
                case Part.Foreign foreign
                when isItem(foreign) -> {
                    say(message.role(), said);
                    input.add(foreign.json());
                }
                default -> said.add(part);
            }
        }
        say(message.role(), said);
    }

    private static boolean isItem(Part.Foreign foreign) {
        return foreign.dialect() == ChatDialect.RESPONSES
                && !foreign.json().path("type").asText().startsWith("input_");
    }

    private void thinking(String text, @Nullable Proof proof, Role role, List<Part> said) {
        String sealed = losses.shown(proof, Maker.OPENAI);
        if (sealed != null) {
            say(role, said);
            input.add(OwnThinking.item(text, sealed));
        }
    }

    private void result(Part.ToolResult result) {
        ObjectNode item = input.addObject().put("type", "function_call_output").put("call_id", result.callId());
        List<Part> content = new ArrayList<>(result.content());
        if (result.isError()) {
            content.addFirst(Part.Text.of(FAILED));
        }
        if (content.stream().allMatch(Part.Text.class::isInstance)) {
            StringBuilder text = new StringBuilder();
            for (Part part : content) {
                if (part instanceof Part.Text more) {
                    text.append(text.isEmpty() ? "" : "\n").append(more.text());
                }
            }
            item.put("output", text.toString());
        } else {
            parts(content, Role.USER, item.putArray("output"));
        }
    }

    /** Writes what is said so far as one message. */
    private void say(Role role, List<Part> said) {
        if (said.isEmpty()) {
            return;
        }
        ArrayNode content = Json.NODES.arrayNode();
        parts(said, role, content);
        said.clear();
        if (content.isEmpty()) {
            return;
        }
        ObjectNode item = input.addObject().put("type", "message").put("role", role(role));
        item.set("content", content);
    }

    private static String role(Role role) {
        return switch (role) {
            case SYSTEM -> "system";
            case DEVELOPER -> "developer";
            case ASSISTANT -> "assistant";
            case USER, TOOL -> "user";
        };
    }

    private void parts(List<Part> parts, Role role, ArrayNode content) {
        for (Part part : parts) {
            switch (part) {
                case Part.Text text -> text(text.text(), role, content);
                case Part.Refusal refusal ->
                    content.addObject().put("type", "refusal").put("refusal", refusal.text());
                case Part.Image image -> image(image, content);
                case Part.Document document -> document(document, role, content);
                case Part.Audio audio -> losses.lose(Feature.AUDIO);
                case Part.Video video -> losses.lose(Feature.VIDEO);
                case Part.Foreign foreign -> {
                    if (foreign.dialect() == ChatDialect.RESPONSES) {
                        content.add(foreign.json());
                    } else {
                        losses.lose(foreign.field());
                    }
                }
                case Part.ToolCall call -> losses.lose(Feature.FOREIGN_PART);
                case Part.ToolResult result -> losses.lose(Feature.FOREIGN_PART);
                case Part.Thinking thinking -> {}
                case Part.HiddenThinking hidden -> {}
            }
        }
    }

    private static void text(String text, Role role, ArrayNode content) {
        if (role == Role.ASSISTANT) {
            content.addObject().put("type", "output_text").put("text", text).putArray("annotations");
        } else {
            content.addObject().put("type", "input_text").put("text", text);
        }
    }

    private void image(Part.Image image, ArrayNode content) {
        ObjectNode part = Json.object()
                .put("type", "input_image")
                .put("detail", image.detail() == null ? "auto" : image.detail());
        switch (image.source()) {
            case MediaSource.Data data -> part.put("image_url", dataUrl(data));
            case MediaSource.Url url -> part.put("image_url", url.url());
            case MediaSource.Stored stored -> {
                if (!isOpenAi()) {
                    losses.lose(Feature.STORED_FILE);
                    return;
                }
                part.put("file_id", stored.id());
            }
            case MediaSource.Plain plain -> {
                losses.lose(Feature.FOREIGN_PART);
                return;
            }
        }
        content.add(part);
    }

    private void document(Part.Document document, Role role, ArrayNode content) {
        losses.loseOptions(document);
        ObjectNode part = Json.object().put("type", "input_file");
        switch (document.source()) {
            case MediaSource.Data data ->
                part.put("filename", document.name() == null ? "document.pdf" : document.name())
                        .put("file_data", dataUrl(data));
            case MediaSource.Url url -> part.put("file_url", url.url());
            case MediaSource.Stored stored -> {
                if (!isOpenAi()) {
                    losses.lose(Feature.STORED_FILE);
                    return;
                }
                part.put("file_id", stored.id());
            }
            case MediaSource.Plain plain -> {
                text(document.name() == null ? plain.text() : document.name() + "\n\n" + plain.text(), role, content);
                return;
            }
        }
        content.add(part);
    }

    private boolean isOpenAi() {
        return losses.client() == ChatDialect.OPENAI || losses.client() == ChatDialect.RESPONSES;
    }

    private static String dataUrl(MediaSource.Data data) {
        return "data:" + data.mediaType() + ";base64," + data.base64();
    }
}
