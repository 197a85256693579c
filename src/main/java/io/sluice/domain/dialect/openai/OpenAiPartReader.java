package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.MalformedRequestException;
import io.sluice.domain.dialect.OtherFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the content of messages. Members of a known part that are not known go to the request's extras under their path,
 * so that the part is carried and they are lost aloud.
 */
final class OpenAiPartReader {
    private final Map<String, JsonNode> extras;

    OpenAiPartReader(Map<String, JsonNode> extras) {
        this.extras = extras;
    }

    /** The parts of a content: one text for a string, none for null. */
    List<Part> content(@Nullable JsonNode content, String path) {
        List<Part> parts = new ArrayList<>();
        if (content == null) {
            return parts;
        }
        if (content.isTextual()) {
            parts.add(Part.Text.of(content.textValue()));
            return parts;
        }
        if (!content.isArray()) {
            throw Fields.wrong(path, "a string or an array of content parts");
        }
        for (int i = 0; i < content.size(); i++) {
            parts.add(part(content.get(i), path + "[" + i + "]"));
        }
        return parts;
    }

    private Part part(JsonNode part, String path) {
        if (part.isTextual()) {
            // Some clients write texts without their object.
            return Part.Text.of(part.textValue());
        }
        if (!part.isObject()) {
            throw Fields.wrong(path, "an object");
        }
        return switch (Fields.required(part, "type", path)) {
            case "text" -> {
                OtherFields.keep(ChatDialect.OPENAI, part, Set.of("type", "text", "cache_control"), path, extras);
                yield new Part.Text(Fields.required(part, "text", path), Fields.get(part, "cache_control"), null);
            }
            case "refusal" -> {
                OtherFields.keep(ChatDialect.OPENAI, part, Set.of("type", "refusal"), path, extras);
                yield new Part.Refusal(Fields.required(part, "refusal", path));
            }
            case "image_url" -> image(part, path);
            case "input_audio" -> audio(part, path);
            case "video_url" -> video(part, path);
            case "file" -> file(part, path);
            default -> new Part.Foreign(ChatDialect.OPENAI, part, path + ".type");
        };
    }

    private Part image(JsonNode part, String path) {
        OtherFields.keep(ChatDialect.OPENAI, part, Set.of("type", "image_url", "cache_control"), path, extras);
        JsonNode image = member(part, "image_url", path);
        String where = path + ".image_url";
        if (image.isTextual()) {
            return new Part.Image(DataUrl.read(image.textValue(), where), null, Fields.get(part, "cache_control"));
        }
        OtherFields.keep(ChatDialect.OPENAI, image, Set.of("url", "detail"), where, extras);
        return new Part.Image(
                DataUrl.read(Fields.required(image, "url", where), where + ".url"),
                Fields.text(image, "detail", where),
                Fields.get(part, "cache_control"));
    }

    private Part audio(JsonNode part, String path) {
        OtherFields.keep(ChatDialect.OPENAI, part, Set.of("type", "input_audio", "cache_control"), path, extras);
        JsonNode audio = member(part, "input_audio", path);
        String where = path + ".input_audio";
        OtherFields.keep(ChatDialect.OPENAI, audio, Set.of("data", "format"), where, extras);
        return new Part.Audio(new MediaSource.Data(
                AudioFormats.mediaType(Fields.required(audio, "format", where)),
                Fields.required(audio, "data", where)));
    }

    private Part video(JsonNode part, String path) {
        OtherFields.keep(ChatDialect.OPENAI, part, Set.of("type", "video_url"), path, extras);
        JsonNode video = member(part, "video_url", path);
        String where = path + ".video_url";
        if (video.isTextual()) {
            return new Part.Video(DataUrl.read(video.textValue(), where));
        }
        OtherFields.keep(ChatDialect.OPENAI, video, Set.of("url"), where, extras);
        return new Part.Video(DataUrl.read(Fields.required(video, "url", where), where + ".url"));
    }

    private Part file(JsonNode part, String path) {
        OtherFields.keep(ChatDialect.OPENAI, part, Set.of("type", "file", "cache_control"), path, extras);
        JsonNode file = member(part, "file", path);
        String where = path + ".file";
        OtherFields.keep(ChatDialect.OPENAI, file, Set.of("file_id", "file_data", "filename"), where, extras);
        String name = Fields.text(file, "filename", where);
        String id = Fields.text(file, "file_id", where);
        String data = Fields.text(file, "file_data", where);
        JsonNode mark = Fields.get(part, "cache_control");
        if (id != null) {
            return new Part.Document(new MediaSource.Stored(id), name, mark, null);
        }
        if (data == null) {
            throw new MalformedRequestException(where, "'" + where + "' needs 'file_data' or 'file_id'.");
        }
        if (!data.startsWith("http://") && !data.startsWith("https://") && !DataUrl.is(data)) {
            throw new MalformedRequestException(
                    where + ".file_data",
                    "Invalid value for '" + where + ".file_data': expected a data URL in base64.");
        }
        return new Part.Document(DataUrl.read(data, where + ".file_data"), name, mark, null);
    }

    private static JsonNode member(JsonNode part, String name, String path) {
        JsonNode value = Fields.get(part, name);
        if (value == null) {
            throw new MalformedRequestException(
                    path + "." + name, "Missing required parameter: '" + path + "." + name + "'.");
        }
        return value;
    }
}
