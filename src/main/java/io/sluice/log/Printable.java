package io.sluice.log;

/**
 * Makes text from outside safe to print: one line stays one line, and a terminal is not steered. Control and format
 * characters (line ends, ANSI escapes, bidirectional overrides) and broken surrogates become U+FFFD.
 */
final class Printable {
    private static final char REPLACEMENT = '\ufffd';

    private Printable() {}

    /** The text itself when it is clean, else a cleaned copy. */
    static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(isPrintable(c) ? c : REPLACEMENT));
        return clean.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
