package io.sluice.domain.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a request is text that a model reads.
 *
 * @param texts messages, names, calls, results and tools, in the order written
 * @param messages how many messages there are
 * @param media how many pictures, sounds and documents there are whose content is no text
 */
public record ChatText(List<String> texts, int messages, int media) {
    /** Copies the list. */
    public ChatText {
        texts = List.copyOf(texts);
    }

    /** The text of a request. */
    public static ChatText of(ChatRequest request) {
        Gathering gathering = new Gathering();
        for (ChatMessage message : request.messages()) {
            gathering.text(message.name());
            message.parts().forEach(gathering::part);
        }
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> {
                    gathering.text(function.name());
                    gathering.text(function.description());
                    gathering.json(function.parameters());
                }
                case Tool.Foreign foreign -> gathering.json(foreign.json());
            }
        }
        return new ChatText(gathering.texts, request.messages().size(), gathering.media);
    }

    private static final class Gathering {
        private final List<String> texts = new ArrayList<>();
        private int media;

        private void part(Part part) {
            switch (part) {
                case Part.Text text -> text(text.text());
                case Part.Image image -> source(image.source());
                case Part.Audio audio -> source(audio.source());
                case Part.Video video -> source(video.source());
                case Part.Document document -> {
                    text(document.name());
                    source(document.source());
                }
                case Part.ToolCall call -> {
                    text(call.name());
                    text(call.arguments());
                }
                case Part.ToolResult result -> result.content().forEach(this::part);
                case Part.Thinking thinking -> text(thinking.text());
                case Part.Refusal refusal -> text(refusal.text());
                case Part.Foreign foreign -> json(foreign.json());
                // Its length says nothing of the thought's.
                case Part.HiddenThinking hidden -> {}
            }
        }

        private void source(MediaSource source) {
            if (source instanceof MediaSource.Plain plain) {
                text(plain.text());
            } else {
                media++;
            }
        }

        private void json(@Nullable JsonNode json) {
            text(json == null ? null : json.toString());
        }

        private void text(@Nullable String text) {
            if (text != null && !text.isEmpty()) {
                texts.add(text);
            }
        }
    }
}
