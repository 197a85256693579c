package io.sluice.domain.form;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what a multipart form's {@code Content-Type} says (RFC 2046, section 5.1.1). */
public final class FormBoundary {
    /** The most characters of a boundary. */
    public static final int LONGEST = 70;

    private static final String MARKS = "'()+_,-./:=?";

    private FormBoundary() {}

    /**
     * The text between the parts.
     *
     * @param contentType as it came; null when there is none
     * @throws GatewayException with {@link InvalidRequest} for any other type, and for a boundary that is missing or wrong
     */
    public static String of(@Nullable String contentType) {
        String text = contentType == null ? "" : contentType.strip();
        int end = text.indexOf(';');
        String type = (end < 0 ? text : text.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (!type.equals("multipart/form-data")) {
            throw new GatewayException(new InvalidRequest(
                    Kind.UNSUPPORTED_MEDIA_TYPE,
                    "The body must be a form: send Content-Type: multipart/form-data with a boundary.",
                    null,
                    "unsupported_content_type"));
        }
        String boundary = null;
        for (HeaderParameters at = new HeaderParameters(text, end < 0 ? text.length() : end); at.next(); ) {
            if (at.name().equals("boundary")) {
                if (boundary != null) {
                    throw FormFaults.malformed("Its Content-Type names two boundaries.");
                }
                boundary = at.value();
            }
        }
        if (boundary == null || !isBoundary(boundary)) {
            throw FormFaults.malformed("Its Content-Type must name a boundary of 1 to " + LONGEST
                    + " letters, digits and marks of " + MARKS + ".");
        }
        return boundary;
    }

    /** The {@code Content-Type} of a form with this boundary. */
    public static String contentType(String boundary) {
        return "multipart/form-data; boundary=\"" + boundary + "\"";
    }

    private static boolean isBoundary(String text) {
        if (text.isEmpty() || text.length() > LONGEST || text.endsWith(" ")) {
            return false;
        }
        return text.chars()
                .allMatch(c -> c >= 'a' && c <= 'z'
                        || c >= 'A' && c <= 'Z'
                        || c >= '0' && c <= '9'
                        || c == ' '
                        || MARKS.indexOf(c) >= 0);
    }
}
