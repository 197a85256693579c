package io.sluice.domain.form;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of a part say.
 *
 * @param name the field's name
 * @param isFile whether it is a file
 */
record PartHeaders(String name, boolean isFile) {
    /** What no parser is known to decode, trim or fold into another name. */
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{M}\\p{N}_.:\\[\\]-]{0,127}");

    /** Behind these, parsers that build objects of names see what belongs to the name in front. */
    private static final Pattern MEMBER = Pattern.compile("[\\[\\].]");

    private static final Set<String> PLAIN = Set.of("binary", "7bit", "8bit");

    /**
     * Reads them.
     *
     * @param bytes the lines, each with its CRLF, without the empty one
     * @param length how many bytes
     */
    static PartHeaders read(byte[] bytes, int length) {
        String disposition = null;
        boolean isEncoded = false;
        for (String line : new String(bytes, 0, length, UTF_8).split("\r\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 1 || !HeaderParameters.isToken(line.substring(0, colon)) || hasControl(line)) {
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
            } else if (header.equals("content-transfer-encoding")) {
                isEncoded |= !PLAIN.contains(value.toLowerCase(Locale.ROOT));
            }
        }
        PartHeaders read = ofDisposition(disposition);
        if (isEncoded && !read.isFile) {
            throw FormFaults.malformed(
                    "A field has a Content-Transfer-Encoding; some would decode it, others would not.");
        }
        return read;
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
                case "filename", "filename*" -> isFile = true;
                default -> {
                    // RFC 2231 has a value in pieces, name*0 and name*1, which some put before the one in a piece.
                    if (at.name().indexOf('*') >= 0) {
                        throw FormFaults.malformed(
                                "A part's name must be written as it is, not as name* or in pieces; of the others only"
                                        + " filename* may have an asterisk.");
                    }
                }
            }
        }
        if (name == null || name.isEmpty()) {
            throw FormFaults.malformed("A part has no name.");
        }
        return new PartHeaders(checked(name), isFile);
    }

    /** A name that every parser reads as this one does. */
    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw FormFaults.malformed("A field's name must have 1 to 128 letters, digits and marks of _.:[]- and begin"
                    + " with a letter or '_'.");
        }
        String first = MEMBER.split(name, 2)[0].toLowerCase(Locale.ROOT);
        if (FormFields.isRead(first) && !first.equals(name)) {
            throw FormFaults.malformed("The name of the field '" + first + "' must be written as it is here.");
        }
        return name;
    }

    private static boolean hasControl(String line) {
        return line.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f || c == 0xfffd);
    }
}
