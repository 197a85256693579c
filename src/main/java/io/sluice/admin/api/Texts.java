package io.sluice.admin.api;

import io.sluice.admin.api.Problem.Fault;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a request's target, decoded once and strictly: what is no escape, no UTF-8 or holds a NUL is the client's
 * mistake, never something else. A semicolon is a character like any other.
 */
final class Texts {
    /** More than the document has names. */
    private static final int MOST = 1_000;

    private Texts() {}

    /**
     * The parameters of a query in their order, each with its values in theirs.
     *
     * @param query behind the question mark; null for none
     * @throws Problem when it cannot be decoded
     */
    static Map<String, List<String>> ofQuery(@Nullable String query) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        if (query == null) {
            return texts;
        }
        String[] pairs = query.split("&", MOST + 1);
        if (pairs.length > MOST) {
            throw Problem.invalid(List.of(new Fault("query", "", "maxItems", "has more than " + MOST + " parameters")));
        }
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (pair.isEmpty()) {
                continue;
            }
            String decoded = decoded(name, true, "query", "");
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            texts.computeIfAbsent(decoded, n -> new ArrayList<>()).add(decoded(value, true, "query", decoded));
        }
        return texts;
    }

    /**
     * One segment of a path.
     *
     * @param name what the document calls it
     * @throws Problem when it cannot be decoded
     */
    static String ofPath(String segment, String name) {
        return decoded(segment, false, "path", name);
    }

    private static String decoded(String text, boolean plus, String in, String name) {
        // As the server has them: a char for each byte.
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw fault(in, name, "syntax", "has a percent sign that begins no escape; write %25 for the sign");
                }
                c = (char) (high << 4 | low);
                i += 2;
            } else if (c == '+' && plus) {
                c = ' ';
            }
            if (c == 0) {
                throw fault(in, name, "syntax", "holds a NUL");
            }
            bytes.put((byte) c);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw fault(in, name, "syntax", "is no UTF-8");
        }
    }

    private static Problem fault(String in, String name, String rule, String detail) {
        return Problem.invalid(
                List.of(new Fault(in, name.length() <= 100 ? name : name.substring(0, 100) + "…", rule, detail)));
    }
}
