package io.sluice.domain.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes parts as content blocks. A part that cannot be one is told to the losses and, if that is let go, left out. */
final class BlockWriter {
    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private final Losses losses;

    BlockWriter(Losses losses) {
        this.losses = losses;
    }

    /**
     * The block of a part other than a call or the result of one.
     *
     * @return null when there is nothing to write
     */
    @Nullable
    ObjectNode block(Part part) {
        ObjectNode block =
                switch (part) {
                    case Part.Text text -> text(text);
                    case Part.Refusal refusal -> text(Part.Text.of(refusal.text()));
                    case Part.Image image -> image(image);
                    case Part.Document document -> document(document);
                    case Part.Thinking thinking -> thinking(thinking);
                    case Part.HiddenThinking hidden -> hidden(hidden);
                    case Part.Audio audio -> lost(Feature.AUDIO);
                    case Part.Video video -> lost(Feature.VIDEO);
                    case Part.Foreign foreign -> foreign(foreign);
                    case Part.ToolCall call -> lost(Feature.FOREIGN_PART);
                    case Part.ToolResult result -> lost(Feature.FOREIGN_PART);
                };
        return marked(block, part);
    }

    /**
     * The block of a call. Arguments that are no JSON object, as a model of another provider may have written them, are
     * put into one under the name {@code _raw}.
     *
     * @param id as Anthropic takes it
     */
    ObjectNode call(Part.ToolCall call, String id) {
        losses.hide(call.proof());
        ObjectNode block = typed("tool_use").put("id", id).put("name", call.name());
        block.set("input", input(call.arguments()));
        return markedAlways(block, call);
    }

    /**
     * The block of a result.
     *
     * @param id as Anthropic takes it
     */
    ObjectNode result(Part.ToolResult result, String id) {
        ObjectNode block = typed("tool_result").put("tool_use_id", id);
        ArrayNode content = Json.NODES.arrayNode();
        for (Part part : result.content()) {
            ObjectNode one =
                    switch (part) {
                        case Part.Text text -> block(text);
                        case Part.Refusal refusal -> block(refusal);
                        case Part.Image image -> block(image);
                        case Part.Document document -> block(document);
                        case Part.Foreign foreign -> block(foreign);
                        default -> lost(Feature.RESULT_MEDIA);
                    };
            if (one != null) {
                content.add(one);
            }
        }
        if (content.size() == 1 && content.get(0).size() == 2 && content.get(0).has("text")) {
            block.set("content", content.get(0).get("text"));
        } else if (!content.isEmpty()) {
            block.set("content", content);
        }
        if (result.isError()) {
            block.put("is_error", true);
        }
        return markedAlways(block, result);
    }

    /** What a call's arguments are as an object. */
    static ObjectNode input(String arguments) {
        if (arguments.isBlank()) {
            return Json.object();
        }
        return Json.read(arguments) instanceof ObjectNode object
                ? object
                : Json.object().put("_raw", arguments);
    }

    private @Nullable ObjectNode text(Part.Text text) {
        if (text.text().isBlank()) {
            // Anthropic refuses empty blocks and blocks of white space.
            return null;
        }
        ObjectNode block = typed("text").put("text", text.text());
        if (text.citations() != null && losses.client() == ChatDialect.ANTHROPIC) {
            block.set("citations", text.citations());
        }
        return block;
    }

    /** Without proof it is no thinking to Anthropic. Old thoughts are left out without a word: the API leaves them out too. */
    private @Nullable ObjectNode thinking(Part.Thinking thinking) {
        String signature = losses.shown(thinking.proof(), Maker.ANTHROPIC);
        return signature == null
                ? null
                : typed("thinking").put("thinking", thinking.text()).put("signature", signature);
    }

    private @Nullable ObjectNode hidden(Part.HiddenThinking hidden) {
        String data = losses.shown(hidden.proof(), Maker.ANTHROPIC);
        return data == null ? null : typed("redacted_thinking").put("data", data);
    }

    private @Nullable ObjectNode image(Part.Image image) {
        if (image.detail() != null && !image.detail().equals("auto")) {
            losses.weaken(Feature.IMAGE_DETAIL.nameIn(losses.client()));
        }
        ObjectNode source =
                switch (image.source()) {
                    case MediaSource.Data data -> imageData(data);
                    case MediaSource.Url url -> typed("url").put("url", url.url());
                    case MediaSource.Stored stored -> stored(stored);
                    case MediaSource.Plain plain -> lost(Feature.IMAGE);
                };
        return source == null ? null : with(typed("image"), "source", source);
    }

    private @Nullable ObjectNode imageData(MediaSource.Data data) {
        String type = imageType(data);
        return IMAGES.contains(type)
                ? typed("base64").put("media_type", type).put("data", data.base64())
                : lost(Feature.IMAGE);
    }

    /** Anthropic refuses a type that is not that of the bytes, so their beginning goes before the client's word. */
    private static String imageType(MediaSource.Data data) {
        String bytes = data.base64();
        if (bytes.startsWith("/9j/")) {
            return "image/jpeg";
        } else if (bytes.startsWith("iVBORw0KGg")) {
            return "image/png";
        } else if (bytes.startsWith("R0lGOD")) {
            return "image/gif";
        } else if (bytes.startsWith("UklGR")) {
            return "image/webp";
        }
        String type = mediaType(data);
        return type.equals("image/jpg") ? "image/jpeg" : type;
    }

    private static String mediaType(MediaSource.Data data) {
        String type = data.mediaType().toLowerCase(Locale.ROOT);
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip();
    }

    private @Nullable ObjectNode document(Part.Document document) {
        ObjectNode source =
                switch (document.source()) {
                    case MediaSource.Data data -> documentData(data);
                    case MediaSource.Url url -> typed("url").put("url", url.url());
                    case MediaSource.Stored stored -> stored(stored);
                    case MediaSource.Plain plain -> plain(plain.text());
                };
        if (source == null) {
            return null;
        }
        ObjectNode block = with(typed("document"), "source", source);
        if (document.name() != null && !document.name().isEmpty()) {
            block.put("title", document.name());
        }
        JsonNode options = document.options();
        if (options != null) {
            for (String name : List.of("context", "citations")) {
                if (options.has(name)) {
                    block.set(name, options.get(name));
                }
            }
        }
        return block;
    }

    private @Nullable ObjectNode documentData(MediaSource.Data data) {
        String type = mediaType(data);
        if (type.equals("application/pdf")) {
            return typed("base64").put("media_type", type).put("data", data.base64());
        }
        if (!type.startsWith("text/")) {
            return lost(Feature.DOCUMENT);
        }
        try {
            return plain(new String(Base64.getDecoder().decode(data.base64()), UTF_8));
        } catch (IllegalArgumentException e) {
            return lost(Feature.DOCUMENT);
        }
    }

    private static ObjectNode plain(String text) {
        return typed("text").put("media_type", "text/plain").put("data", text);
    }

    private @Nullable ObjectNode stored(MediaSource.Stored stored) {
        return losses.client() == ChatDialect.ANTHROPIC
                ? typed("file").put("file_id", stored.id())
                : lost(Feature.STORED_FILE);
    }

    private @Nullable ObjectNode foreign(Part.Foreign foreign) {
        if (foreign.dialect() == ChatDialect.ANTHROPIC && foreign.json() instanceof ObjectNode block) {
            return block.deepCopy();
        }
        losses.lose(foreign.field());
        return null;
    }

    private @Nullable ObjectNode lost(Feature feature) {
        losses.lose(feature);
        return null;
    }

    static ObjectNode typed(String type) {
        return Json.object().put("type", type);
    }

    private static ObjectNode with(ObjectNode block, String name, JsonNode value) {
        block.set(name, value);
        return block;
    }

    private static @Nullable ObjectNode marked(@Nullable ObjectNode block, Part part) {
        return block == null ? null : markedAlways(block, part);
    }

    private static ObjectNode markedAlways(ObjectNode block, Part part) {
        JsonNode mark = part.cacheControl();
        if (mark != null) {
            block.set("cache_control", mark);
        }
        return block;
    }
}
