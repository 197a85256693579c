package io.sluice.domain.dialect.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.Feature;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.chat.Part;
import io.sluice.domain.dialect.Json;
import java.util.Base64;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes pictures, documents and moving pictures: their bytes, or an object in S3, which Bedrock fetches with the account's
 * rights. Other addresses it does not fetch. Belongs to one request.
 */
final class BedrockMedia {
    private static final int LONGEST_NAME = 200;

    private final BedrockModel model;
    private final Losses losses;
    private final Set<String> names = new HashSet<>();

    BedrockMedia(BedrockModel model, Losses losses) {
        this.model = model;
        this.losses = losses;
    }

    /** A picture; null when it is lost. */
    @Nullable
    ObjectNode image(Part.Image image) {
        String format =
                switch (subtype(image.source(), image.source() instanceof MediaSource.Url url ? url.url() : "")) {
                    case "png" -> "png";
                    case "jpeg", "jpg" -> "jpeg";
                    case "gif" -> "gif";
                    case "webp" -> "webp";
                    default -> null;
                };
        ObjectNode source = source(image.source(), Feature.IMAGE, Feature.IMAGE_URL);
        return source == null ? null : block("image", format, source, Feature.IMAGE);
    }

    /** Moving pictures; null when they are lost. */
    @Nullable
    ObjectNode video(Part.Video video) {
        String format =
                switch (subtype(video.source(), video.source() instanceof MediaSource.Url url ? url.url() : "")) {
                    case "mp4" -> "mp4";
                    case "quicktime", "mov" -> "mov";
                    case "x-matroska", "mkv" -> "mkv";
                    case "webm" -> "webm";
                    case "x-flv", "flv" -> "flv";
                    case "mpeg" -> "mpeg";
                    case "mpg" -> "mpg";
                    case "x-ms-wmv", "wmv" -> "wmv";
                    case "3gpp" -> "three_gp";
                    default -> null;
                };
        ObjectNode source = source(video.source(), Feature.VIDEO, Feature.VIDEO);
        return source == null ? null : block("video", format, source, Feature.VIDEO);
    }

    /** A document; null when it is lost. */
    @Nullable
    ObjectNode document(Part.Document document) {
        String name = document.name() == null ? "" : document.name();
        String place = document.source() instanceof MediaSource.Url url ? url.url() : name;
        ObjectNode source = source(document.source(), Feature.DOCUMENT, Feature.DOCUMENT_URL);
        if (source == null) {
            return null;
        }
        ObjectNode block = block("document", documentFormat(document.source(), place), source, Feature.DOCUMENT);
        if (block != null && block.get("document") instanceof ObjectNode written) {
            written.put("name", unique(allowed(name)));
            options(document.options(), written);
        }
        return block;
    }

    private static @Nullable String documentFormat(MediaSource source, String place) {
        if (source instanceof MediaSource.Plain) {
            return "txt";
        }
        return switch (subtype(source, place)) {
            case "pdf" -> "pdf";
            case "csv" -> "csv";
            case "msword", "doc" -> "doc";
            case "vnd.openxmlformats-officedocument.wordprocessingml.document", "docx" -> "docx";
            case "vnd.ms-excel", "xls" -> "xls";
            case "vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx" -> "xlsx";
            case "html", "htm" -> "html";
            case "plain", "txt" -> "txt";
            case "markdown", "x-markdown", "md" -> "md";
            default -> null;
        };
    }

    /** Claude cites from a document, and is told of it, where the client wishes that. */
    private void options(@Nullable JsonNode options, ObjectNode document) {
        if (options == null) {
            return;
        }
        boolean cites = options.path("citations").path("enabled").asBoolean(false);
        String context = BedrockReading.text(options, "context");
        boolean carried = model.takesThinking();
        if (cites && carried) {
            document.putObject("citations").put("enabled", true);
        } else if (cites) {
            losses.lose("messages.content.citations");
        }
        if (!context.isEmpty() && carried) {
            document.put("context", context);
        } else if (!context.isEmpty()) {
            losses.lose("messages.content.context");
        }
    }

    private @Nullable ObjectNode block(String kind, @Nullable String format, ObjectNode source, Feature otherwise) {
        if (format == null) {
            losses.lose(otherwise);
            return null;
        }
        ObjectNode block = Json.object();
        block.putObject(kind).put("format", format).set("source", source);
        return block;
    }

    private @Nullable ObjectNode source(MediaSource source, Feature kind, Feature address) {
        ObjectNode written = Json.object();
        switch (source) {
            case MediaSource.Data data -> written.put("bytes", data.base64());
            case MediaSource.Plain plain ->
                written.put(
                        "bytes", Base64.getEncoder().encodeToString(plain.text().getBytes(UTF_8)));
            case MediaSource.Url url -> {
                if (!url.url().startsWith("s3://")) {
                    losses.lose(address);
                    return null;
                }
                written.putObject("s3Location").put("uri", url.url());
            }
            case MediaSource.Stored stored -> {
                losses.lose(kind == Feature.VIDEO ? Feature.VIDEO : Feature.STORED_FILE);
                return null;
            }
        }
        return written;
    }

    /** What the media type says, else the ending of a name or address; in lower case. */
    private static String subtype(MediaSource source, String place) {
        String type =
                switch (source) {
                    case MediaSource.Data data -> data.mediaType();
                    case MediaSource.Url url -> url.mediaType() == null ? "" : url.mediaType();
                    case MediaSource.Plain plain -> "text/plain";
                    case MediaSource.Stored stored -> "";
                };
        String bare = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (bare.isEmpty() || bare.equals("application/octet-stream")) {
            return place.substring(place.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        }
        return bare.substring(bare.indexOf('/') + 1);
    }

    /**
     * A name that Bedrock takes: letters and digits of ASCII, single blanks, hyphens, round and square brackets. A file's
     * ending goes, for the format says it.
     */
    private static String allowed(String name) {
        String stem = name.replaceFirst("\\.[A-Za-z0-9]{1,5}$", "")
                .replaceAll("[^A-Za-z0-9\\s()\\[\\]-]", "-")
                .replaceAll("\\s+", " ")
                .strip();
        String cut = stem.length() > LONGEST_NAME - 10
                ? stem.substring(0, LONGEST_NAME - 10).strip()
                : stem;
        return cut.replaceAll("[-\\s]", "").isEmpty() ? "document" : cut;
    }

    /** Two documents of a request may not have one name. */
    private String unique(String name) {
        String unique = name;
        for (int i = 2; !names.add(unique); i++) {
            unique = name + " " + i;
        }
        return unique;
    }
}
