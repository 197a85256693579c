package io.sluice.domain.dialect.openai;

import java.util.Locale;

/** OpenAI's words for the formats of sound, and their media types. */
final class AudioFormats {
    private AudioFormats() {}

    static String mediaType(String format) {
        return "mp3".equals(format) ? "audio/mpeg" : "audio/" + format;
    }

    static String format(String mediaType) {
        String type = mediaType.toLowerCase(Locale.ROOT);
        String name = type.startsWith("audio/") ? type.substring("audio/".length()) : type;
        return switch (name) {
            case "mpeg" -> "mp3";
            case "x-wav", "wave", "vnd.wave" -> "wav";
            default -> name;
        };
    }
}
