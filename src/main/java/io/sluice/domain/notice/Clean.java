package io.sluice.domain.notice;

/** Takes out of text what could change how the rest of a message reads, and cuts it. */
final class Clean {
    private static final String CUT = "…";

    private Clean() {}

    /** One line. */
    static String line(String text, int most) {
        return clean(text, most, false);
    }

    /** Text with line breaks. */
    static String lines(String text, int most) {
        return clean(text, most, true);
    }

    private static String clean(String text, int most, boolean breaks) {
        String whole = text.strip();
        StringBuilder kept = new StringBuilder(Math.min(whole.length(), most));
        for (int i = 0; i < whole.length(); ) {
            int c = whole.codePointAt(i);
            int length = Character.charCount(c);
            if (kept.length() + length > most - CUT.length() && i + length < whole.length()) {
                return kept.append(CUT).toString();
            }
            kept.appendCodePoint(isHarmless(c) || (breaks && c == '\n') ? c : ' ');
            i += length;
        }
        return kept.toString().strip();
    }

    /** Nothing that controls a terminal, a header, or the direction of text; no half of a pair. */
    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** The beginning of a text that has at most so many bytes in UTF-8. */
    static String toBytes(String text, int mostBytes) {
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (bytes > mostBytes - 3 && restIsLonger(text, i, mostBytes, bytes)) {
                return text.substring(0, i) + CUT;
            }
            i += Character.charCount(c);
        }
        return text;
    }

    private static boolean restIsLonger(String text, int from, int mostBytes, int soFar) {
        int bytes = soFar;
        for (int i = from + Character.charCount(text.codePointAt(from)); i < text.length() && bytes <= mostBytes; ) {
            int c = text.codePointAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            i += Character.charCount(c);
        }
        return bytes > mostBytes;
    }
}
