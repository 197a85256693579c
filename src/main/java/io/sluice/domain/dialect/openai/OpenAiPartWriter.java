package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.openai.OpenAiVariant.Extension;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the content of messages. Documents of text become text, since OpenAI reads files of other kinds alone. Files
 * stored with another provider are lost; those that a client of OpenAI's dialects names are taken to be OpenAI's.
 */
final class OpenAiPartWriter {
    private final OpenAiVariant variant;
    private final Losses losses;
    private final boolean own;

    OpenAiPartWriter(OpenAiVariant variant, Losses losses) {
        this.variant = variant;
        this.losses = losses;
        this.own = losses.client() == ChatDialect.OPENAI;
    }

    /**
     * The content of a message.
     *
     * @param parts what can be content
     * @param between what is put between texts that another dialect keeps apart: servers know a string better than a
     *     list of texts
     */
    JsonNode content(List<Part> parts, String between) {
        boolean plain = true;
        boolean marked = false;
        for (Part part : parts) {
            plain &= part instanceof Part.Text;
            marked |= part.cacheControl() != null && variantHas(Extension.CACHE_MARKS);
        }
        if (plain && !marked && (parts.size() < 2 || !own)) {
            StringBuilder joined = new StringBuilder();
            for (Part part : parts) {
                if (part instanceof Part.Text text && !text.text().isEmpty()) {
                    joined.append(joined.isEmpty() ? "" : between).append(text.text());
                }
            }
            return Json.NODES.textNode(joined.toString());
        }
        ArrayNode content = Json.NODES.arrayNode();
        for (Part part : parts) {
            ObjectNode written = part(part);
            if (written != null) {
                mark(written, part.cacheControl());
                content.add(written);
            }
        }
        // OpenAI refuses an empty list, and takes an empty text.
        return content.isEmpty() ? Json.NODES.textNode("") : content;
    }

    /** Whether the server takes something beyond OpenAI's fields, or the client wrote it as such. */
    boolean variantHas(Extension extension) {
        return own || variant.has(extension);
    }

    void mark(ObjectNode written, @Nullable JsonNode cacheControl) {
        if (cacheControl != null && variantHas(Extension.CACHE_MARKS)) {
            written.set("cache_control", cacheControl);
        }
    }

    private @Nullable ObjectNode part(Part part) {
        return switch (part) {
            case Part.Text text -> text.text().isEmpty() && !own ? null : text(text.text());
            case Part.Image image -> image(image);
            case Part.Audio audio -> audio(audio);
            case Part.Video video -> video(video);
            case Part.Document document -> document(document);
            case Part.Refusal refusal -> Json.object().put("type", "refusal").put("refusal", refusal.text());
            case Part.Foreign foreign
            when foreign.dialect() == ChatDialect.OPENAI && foreign.json() instanceof ObjectNode json ->
                json.deepCopy();
            case Part.Foreign foreign -> {
                losses.lose(foreign.field());
                yield null;
            }
            // These are no content; whoever writes messages puts them elsewhere.
            case Part.ToolCall call -> null;
            case Part.ToolResult result -> null;
            case Part.Thinking thinking -> null;
            case Part.HiddenThinking thinking -> null;
        };
    }

    private @Nullable ObjectNode lost(Feature feature) {
        losses.lose(feature);
        return null;
    }

    static ObjectNode text(String text) {
        return Json.object().put("type", "text").put("text", text);
    }

    private @Nullable ObjectNode image(Part.Image image) {
        ObjectNode written = Json.object();
        switch (image.source()) {
            case MediaSource.Data data -> written.put("url", DataUrl.write(data));
            case MediaSource.Url url -> written.put("url", url.url());
            case MediaSource.Stored stored -> {
                return lost(Feature.STORED_FILE);
            }
            case MediaSource.Plain plain -> {
                return lost(Feature.IMAGE);
            }
        }
        if (image.detail() != null) {
            written.put("detail", image.detail());
        }
        return wrapped("image_url", written);
    }

    private @Nullable ObjectNode audio(Part.Audio audio) {
        if (!(audio.source() instanceof MediaSource.Data data)) {
            return lost(Feature.AUDIO);
        }
        return wrapped(
                "input_audio",
                Json.object().put("data", data.base64()).put("format", AudioFormats.format(data.mediaType())));
    }

    private @Nullable ObjectNode video(Part.Video video) {
        if (!variantHas(Extension.VIDEO)) {
            return lost(Feature.VIDEO);
        }
        return switch (video.source()) {
            case MediaSource.Data data -> wrapped("video_url", Json.object().put("url", DataUrl.write(data)));
            case MediaSource.Url url -> wrapped("video_url", Json.object().put("url", url.url()));
            case MediaSource.Stored stored -> lost(Feature.STORED_FILE);
            case MediaSource.Plain plain -> lost(Feature.VIDEO);
        };
    }

    private @Nullable ObjectNode document(Part.Document document) {
        losses.loseOptions(document);
        ObjectNode file = Json.object();
        switch (document.source()) {
            case MediaSource.Plain plain -> {
                return text(titled(document, plain.text()));
            }
            case MediaSource.Data data -> {
                String read = own ? null : readable(data);
                if (read != null) {
                    return text(titled(document, read));
                }
                file.put("file_data", DataUrl.write(data));
            }
            case MediaSource.Stored stored -> {
                if (!own && losses.client() != ChatDialect.RESPONSES) {
                    return lost(Feature.STORED_FILE);
                }
                file.put("file_id", stored.id());
            }
            case MediaSource.Url url -> {
                if (!own) {
                    return lost(Feature.DOCUMENT_URL);
                }
                file.put("file_data", url.url());
            }
        }
        if (document.name() != null) {
            file.put("filename", document.name());
        } else if (!own && file.has("file_data")) {
            // OpenAI asks for a name wherever it is given the bytes.
            file.put("filename", "document.pdf");
        }
        return wrapped("file", file);
    }

    private static String titled(Part.Document document, String text) {
        return document.name() == null ? text : document.name() + "\n\n" + text;
    }

    /** The text of a document that is text; null for any other. */
    private static @Nullable String readable(MediaSource.Data data) {
        String type = data.mediaType().toLowerCase(Locale.ROOT);
        if (!type.startsWith("text/") && !type.equals("application/json")) {
            return null;
        }
        try {
            return new String(Base64.getDecoder().decode(data.base64()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static ObjectNode wrapped(String type, ObjectNode value) {
        ObjectNode part = Json.object().put("type", type);
        part.set(type, value);
        return part;
    }
}
