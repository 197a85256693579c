package io.sluice.config;

import java.util.function.Function;
import java.util.regex.Pattern;

/** What names and credentials may be made of. Each check gives its text back, or throws what is wrong with it. */
final class Names {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._@+-]{0,63}");
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9@][A-Za-z0-9._:/@+-]{0,127}");
    private static final Pattern GLOB = Pattern.compile("[A-Za-z0-9@*][A-Za-z0-9._:/@+*-]{0,127}");
    private static final Pattern JSON = Pattern.compile("\\s*+\\{[\\t\\r\\n\\P{Cntrl}]*\\}\\s*");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");
    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,8190}[\\x21-\\x7e])?");
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9._~$\\[\\]-]{1,128}");
    private static final Pattern PRINTABLE = Pattern.compile("\\P{Cntrl}{1,8192}");
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

    private Names() {}

    static String name(String text) {
        return matching(NAME, text, "is not a name; use 1 to 64 letters, digits and . _ - @ +");
    }

    static String model(String text) {
        return matching(MODEL, text, "is not a model name; use 1 to 128 letters, digits and . _ : / @ + -");
    }

    static String glob(String text) {
        return matching(GLOB, text, "is not a model pattern; use letters, digits, . _ : / @ + - and * for any text");
    }

    /** A credential that goes into a header. */
    static String credential(String text) {
        return matching(VISIBLE, text, "holds a blank, a line break or another character that no header may carry");
    }

    /** A credential that goes into a header, or the JSON of a service account, which does not. */
    static String credentialOrJson(String text) {
        return JSON.matcher(text).matches() ? text.strip() : credential(text);
    }

    static String header(String text) {
        return matching(HEADER, text, "'" + text + "' is not a header name; use letters, digits and -");
    }

    /** A value that may be a secret: no message holds it. */
    static String headerValue(String text) {
        return matching(
                HEADER_VALUE,
                text,
                "the value holds what no header may carry: a line break, a blank at an end, a character outside ASCII, or"
                        + " more than 8192 of them");
    }

    static String parameter(String text) {
        return matching(
                PARAMETER, text, "'" + text + "' is not a query parameter; use letters, digits and . _ ~ $ [ ] -");
    }

    /** A value that may be a secret: no message holds it. */
    static String printable(String text) {
        return matching(PRINTABLE, text, "the value holds a control character, or more than 8192 characters");
    }

    /** A credential that Sluice itself checks: long enough not to be guessed. */
    static String strongCredential(String text) {
        if (text.length() < 16) {
            throw new IllegalArgumentException("is shorter than 16 characters");
        }
        return credential(text);
    }

    private static String matching(Pattern pattern, String text, String otherwise) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(otherwise);
        }
        return text;
    }

    /** Checks a name that stands as a key of a mapping; records an error when it is none. */
    static boolean isValid(Section section, String name, Function<String, String> check) {
        try {
            return check.apply(name).equals(name);
        } catch (IllegalArgumentException e) {
            section.findings().error(section.place(), "'" + name + "' " + e.getMessage());
            return false;
        }
    }
}
