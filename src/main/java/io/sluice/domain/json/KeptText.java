package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** The beginning of a text that comes in pieces, for a count at its end: bounded, whatever the text's length. */
public final class KeptText {
    private static final int FIRST_SIZE = 256;

    /** An escape and a character cut off at the bound. */
    private static final int LONGEST_CUT = 12;

    private final int most;
    private byte[] bytes = new byte[0];
    private int length;
    private boolean cut;

    /**
     * Nothing yet.
     *
     * @param most how many bytes are kept
     */
    public KeptText(int most) {
        this.most = most;
    }

    /** Adds the contents of a JSON string, or a piece of them, escapes and all. */
    void addString(byte[] json, int from, int to) {
        int size = Math.min(to - from, most - length);
        cut |= size < to - from;
        if (size > 0) {
            if (length + size > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(length + size, bytes.length * 2 + FIRST_SIZE)));
            }
            System.arraycopy(json, from, bytes, length, size);
            length += size;
        }
    }

    /** Adds text. */
    void addText(String text) {
        if (length == most && !text.isEmpty()) {
            cut = true;
        } else {
            byte[] utf8 = text.replace("\\", "\\\\").getBytes(UTF_8);
            addString(utf8, 0, utf8.length);
        }
    }

    /** Text passed that was not read, and is not kept. */
    void missed() {
        cut = true;
    }

    /** Whether something is missing. */
    public boolean isCut() {
        return cut;
    }

    /** What was kept. */
    public String text() {
        for (int end = length; end > 0 && end >= length - LONGEST_CUT; end--) {
            try {
                return JsonText.decode(bytes, 0, end);
            } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
                // Cut within an escape: it begins a few bytes earlier.
                continue;
            }
        }
        return "";
    }
}
