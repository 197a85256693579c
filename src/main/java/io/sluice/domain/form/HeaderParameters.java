package io.sluice.domain.form;

import java.util.Locale;

/**
 * Walks over the parameters of a header's value: {@code ; name=value} and {@code ; name="value"}. What parsers are known to
 * read in different ways is refused: escapes, text behind a closing quote, quotes that do not close.
 */
final class HeaderParameters {
    private final String text;
    private int at;
    private String name = "";
    private String value = "";

    /**
     * Begins.
     *
     * @param text the header's value
     * @param from where its first semicolon stands, or its end
     */
    HeaderParameters(String text, int from) {
        this.text = text;
        this.at = from;
    }

    /** Goes on to the next parameter; false when there is none. */
    boolean next() {
        skipBlanks();
        if (at == text.length()) {
            return false;
        }
        expect(';');
        skipBlanks();
        if (at == text.length()) {
            return false;
        }
        int start = at;
        while (at < text.length() && isToken(text.charAt(at))) {
            at++;
        }
        name = text.substring(start, at).toLowerCase(Locale.ROOT);
        if (name.isEmpty()) {
            throw wrong();
        }
        skipBlanks();
        expect('=');
        skipBlanks();
        value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
        return true;
    }

    /** The parameter's name in lower case. */
    String name() {
        return name;
    }

    /** Its value, without quotes. */
    String value() {
        return value;
    }

    private String quoted() {
        int end = text.indexOf('"', at + 1);
        if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
            throw wrong();
        }
        String inside = text.substring(at + 1, end);
        at = end + 1;
        return inside;
    }

    private String token() {
        int start = at;
        while (at < text.length() && text.charAt(at) != ';' && text.charAt(at) != ' ' && text.charAt(at) != '\t') {
            char c = text.charAt(at);
            if (c == '"' || c == '\\') {
                throw wrong();
            }
            at++;
        }
        if (at == start) {
            throw wrong();
        }
        return text.substring(start, at);
    }

    /** Whether a text is a token (RFC 9110, section 5.6.2), as the names of headers are. */
    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> isToken((char) c));
    }

    private static boolean isToken(char c) {
        return c > ' ' && c < 0x7f && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0;
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private void expect(char wanted) {
        if (at == text.length() || text.charAt(at) != wanted) {
            throw wrong();
        }
        at++;
    }

    private static RuntimeException wrong() {
        return FormFaults.malformed(
                "The parameters of a header are malformed, or have a backslash, which is read in" + " different ways.");
    }
}
