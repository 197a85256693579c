package io.sluice.domain.media;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a field of a request is for, and with it the types that may be fetched for it. */
public enum MediaKind {
    /** A picture. */
    IMAGE(Set.of("image/png", "image/jpeg", "image/gif", "image/webp")),
    /** Sound. */
    AUDIO(Set.of("audio/wav", "audio/mpeg", "audio/flac", "audio/ogg")),
    /** Moving pictures. */
    VIDEO(Set.of("video/mp4", "video/quicktime", "video/webm", "video/x-matroska")),
    /** A document of any type. */
    DOCUMENT(Set.of(
            "application/pdf",
            Types.DOC,
            Types.DOCX,
            Types.XLS,
            Types.XLSX,
            "text/plain",
            "text/markdown",
            "text/csv",
            "text/html")),
    /** A document, for a target that takes text alone. */
    TEXT(Set.of("text/plain", "text/markdown", "text/csv", "text/html"));

    private static final int SNIFFED = 16;

    private final Set<String> types;

    MediaKind(Set<String> types) {
        this.types = types;
    }

    /** Types, for an {@code Accept} header, in a fixed order. */
    public String accept() {
        return String.join(", ", types.stream().sorted().toList());
    }

    /**
     * The type of something fetched: what its server says, when that is one of this kind's and the bytes agree.
     *
     * @param contentType the {@code Content-Type}; empty for none
     * @param bytes all of it
     * @return in lower case without parameters; null when it does not belong here
     */
    public @Nullable String typeOf(String contentType, byte[] bytes) {
        String said = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        String type = Types.usual(said);
        return types.contains(type) && bytes.length > 0 && agrees(type, bytes) ? type : null;
    }

    private static boolean agrees(String type, byte[] bytes) {
        if (type.startsWith("text/")) {
            return text(bytes) != null;
        }
        byte[] head = Arrays.copyOf(bytes, SNIFFED);
        return switch (type) {
            case "image/png" -> at(head, 0, 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a);
            case "image/jpeg" -> at(head, 0, 0xff, 0xd8, 0xff);
            case "image/gif" -> at(head, 0, 'G', 'I', 'F', '8') && (head[4] == '7' || head[4] == '9') && head[5] == 'a';
            case "image/webp" -> at(head, 0, 'R', 'I', 'F', 'F') && at(head, 8, 'W', 'E', 'B', 'P');
            case "audio/wav" -> at(head, 0, 'R', 'I', 'F', 'F') && at(head, 8, 'W', 'A', 'V', 'E');
            case "audio/mpeg" -> at(head, 0, 'I', 'D', '3') || at(head, 0, 0xff) && (head[1] & 0xe0) == 0xe0;
            case "audio/flac" -> at(head, 0, 'f', 'L', 'a', 'C');
            case "audio/ogg" -> at(head, 0, 'O', 'g', 'g', 'S');
            case "video/mp4" -> at(head, 4, 'f', 't', 'y', 'p');
            case "video/quicktime" -> at(head, 4, 'f', 't', 'y', 'p') || at(head, 4, 'm', 'o', 'o', 'v');
            case "video/webm", "video/x-matroska" -> at(head, 0, 0x1a, 0x45, 0xdf, 0xa3);
            case "application/pdf" -> at(head, 0, '%', 'P', 'D', 'F', '-');
            case Types.DOC, Types.XLS -> at(head, 0, 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);
            case Types.DOCX, Types.XLSX -> at(head, 0, 'P', 'K', 3, 4);
            default -> false;
        };
    }

    private static boolean at(byte[] bytes, int from, int... wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if ((bytes[from + i] & 0xff) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * The text that bytes are.
     *
     * @param bytes UTF-8, perhaps with a mark in front
     * @return null when they are no UTF-8, or hold what no text holds
     */
    public static @Nullable String text(byte[] bytes) {
        for (byte b : bytes) {
            if (b == 0) {
                return null;
            }
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Names of types. */
    private static final class Types {
        private static final String DOC = "application/msword";
        private static final String DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        private static final String XLS = "application/vnd.ms-excel";
        private static final String XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

        private static final Map<String, String> ALIASES = Map.of(
                "image/jpg", "image/jpeg",
                "image/pjpeg", "image/jpeg",
                "audio/x-wav", "audio/wav",
                "audio/wave", "audio/wav",
                "audio/vnd.wave", "audio/wav",
                "audio/mp3", "audio/mpeg",
                "audio/x-flac", "audio/flac",
                "application/ogg", "audio/ogg",
                "text/x-markdown", "text/markdown");

        private Types() {}

        private static String usual(String type) {
            return ALIASES.getOrDefault(type, type);
        }
    }
}
