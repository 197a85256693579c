package io.sluice.domain.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pictures, sounds and documents between Gemini's parts and the canonical ones. What a part is, its media type says. */
final class Media {
    private static final Map<String, String> BY_ENDING = Map.ofEntries(
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("webp", "image/webp"),
            Map.entry("gif", "image/gif"),
            Map.entry("heic", "image/heic"),
            Map.entry("heif", "image/heif"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("txt", "text/plain"),
            Map.entry("md", "text/markdown"),
            Map.entry("html", "text/html"),
            Map.entry("csv", "text/csv"),
            Map.entry("json", "application/json"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("wav", "audio/wav"),
            Map.entry("flac", "audio/flac"),
            Map.entry("ogg", "audio/ogg"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("mov", "video/quicktime"),
            Map.entry("webm", "video/webm"));

    private Media() {}

    /** The part that a medium is. */
    static Part part(MediaSource source, @Nullable String mediaType, @Nullable String name, @Nullable String detail) {
        String type = mediaType == null ? "" : mediaType.toLowerCase(Locale.ROOT);
        if (type.startsWith("image/")) {
            return new Part.Image(source, detail, null);
        }
        if (type.startsWith("audio/")) {
            return new Part.Audio(source);
        }
        if (type.startsWith("video/")) {
            return new Part.Video(source);
        }
        return new Part.Document(source, name, null, null);
    }

    /** Where a {@code fileUri} leads: a file of Google's, or an address that anybody may fetch. */
    static MediaSource source(String uri, @Nullable String mediaType) {
        return isStored(uri) ? new MediaSource.Stored(uri) : new MediaSource.Url(uri, mediaType);
    }

    /** Whether a name is one of the Files API or of Cloud Storage. */
    static boolean isStored(String uri) {
        return uri.startsWith("gs://")
                || uri.startsWith("files/")
                || uri.startsWith("https://generativelanguage.googleapis.com/");
    }

    /** Whether an address is one that Gemini takes for a video. */
    static boolean isYouTube(String url) {
        return url.startsWith("https://www.youtube.com/")
                || url.startsWith("https://youtube.com/")
                || url.startsWith("https://youtu.be/");
    }

    /** The media type of what stands at an address, by its ending; {@code otherwise} when that says nothing. */
    static String typeOf(String url, String otherwise) {
        int end = url.length();
        for (int i = 0; i < url.length(); i++) {
            if (url.charAt(i) == '?' || url.charAt(i) == '#') {
                end = i;
                break;
            }
        }
        int dot = url.lastIndexOf('.', end - 1);
        return dot < 0
                ? otherwise
                : BY_ENDING.getOrDefault(url.substring(dot + 1, end).toLowerCase(Locale.ROOT), otherwise);
    }

    /** {@code {"inlineData":{…}}}. */
    static ObjectNode inline(String mediaType, String base64) {
        ObjectNode part = Json.object();
        part.putObject("inlineData").put("mimeType", mediaType).put("data", base64);
        return part;
    }

    /** {@code {"fileData":{…}}}; the media type is left out when it is null. */
    static ObjectNode file(String uri, @Nullable String mediaType) {
        ObjectNode part = Json.object();
        ObjectNode file = part.putObject("fileData");
        if (mediaType != null) {
            file.put("mimeType", mediaType);
        }
        file.put("fileUri", uri);
        return part;
    }
}
