package io.sluice.domain.form;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a part say.
 *
 * @param name the field's name
 * @param isFile whether it is a file
 */
record PartHeaders(String name, boolean isFile) {
    /**
     * Reads them.
     *
     * @param bytes the lines, each with its CRLF, without the empty one
     * @param length how many bytes
     */
    static PartHeaders read(byte[] bytes, int length) {
        String disposition = null;
        for (String line : new String(bytes, 0, length, UTF_8).split("\r\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1 || line.charAt(0) <= ' ' || hasControl(line)) {
                throw FormFaults.malformed("A part's header is malformed.");
            }
            String header = line.substring(0, colon).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            if (header.equals("content-disposition")) {
                if (disposition != null) {
                    throw FormFaults.malformed("A part has two Content-Disposition headers.");
                }
                disposition = value;
            } else if (header.equals("content-type")
                    && value.toLowerCase(Locale.ROOT).startsWith("multipart/")) {
                throw FormFaults.malformed("A part is a form itself; forms must not be nested.");
            }
        }
        return ofDisposition(disposition);
    }

    private static PartHeaders ofDisposition(@Nullable String disposition) {
        int end = disposition == null ? 0 : disposition.indexOf(';');
        if (disposition == null
                || end < 0
                || !disposition.substring(0, end).strip().equalsIgnoreCase("form-data")) {
            throw FormFaults.malformed("Every part needs a header Content-Disposition: form-data with a name.");
        }
        String name = null;
        boolean isFile = false;
        for (HeaderParameters at = new HeaderParameters(disposition, end); at.next(); ) {
            switch (at.name()) {
                case "name" -> {
                    if (name != null) {
                        throw FormFaults.malformed("A part has two names.");
                    }
                    name = at.value();
                }
                case "name*" -> throw FormFaults.malformed("A part's name must be written as it is, not as name*.");
                case "filename", "filename*" -> isFile = true;
                default -> {}
            }
        }
        if (name == null || name.isEmpty()) {
            throw FormFaults.malformed("A part has no name.");
        }
        return new PartHeaders(name, isFile);
    }

    private static boolean hasControl(String line) {
        return line.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f || c == 0xfffd);
    }
}
