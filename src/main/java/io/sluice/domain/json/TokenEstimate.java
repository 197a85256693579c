package io.sluice.domain.json;

import org.jspecify.annotations.Nullable;

/**
 * Guesses how many tokens a text has, without a tokenizer. Each character weighs what its class costs on average in the
 * o200k vocabulary, in thousandths of a token; a character beyond ASCII is known by its first UTF-8 byte. Typically
 * within 15 % of the truth for prose, and above it rather than below.
 */
public final class TokenEstimate {
    /** How many units make a token. */
    public static final int UNITS_PER_TOKEN = 1_000;

    /** An image or sound of unknown size: what a high-detail image costs at common models. */
    private static final int MEDIA_TOKENS = 1_000;

    private static final int MEDIA_BYTES_PER_TOKEN = 2_048;
    private static final int ALPHABETIC = 620;
    private static final int IDEOGRAPH = 1_050;
    private static final int EMOJI = 2_500;
    private static final short[] WEIGHTS = weights();

    private long units;
    private @Nullable KeptText kept;

    private static short[] weights() {
        short[] weights = new short[256];
        for (int b = 0; b < 0x80; b++) {
            boolean plain = b == ' ' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
            boolean digit = b >= '0' && b <= '9';
            // Prose has 4.2 to 5 letters a token; digits are cut into groups of three.
            weights[b] = (short) (plain ? 250 : digit ? 340 : 600);
        }
        for (int b = 0xc0; b <= 0xff; b++) {
            weights[b] = (short) (b < 0xe1 ? ALPHABETIC : b < 0xf0 ? IDEOGRAPH : EMOJI);
        }
        return weights;
    }

    /**
     * What one byte of UTF-8 adds.
     *
     * @param b the byte, 0 to 255
     * @return units; 0 for the second and later bytes of a character
     */
    public static int weight(int b) {
        return WEIGHTS[b];
    }

    /** What one UTF-16 unit adds: half a character for each half of a surrogate pair. */
    static int weightOfChar(int c) {
        if (c < 0x80) {
            return WEIGHTS[c];
        }
        if (Character.isSurrogate((char) c)) {
            return EMOJI / 2;
        }
        return c < 0x1000 ? ALPHABETIC : IDEOGRAPH;
    }

    /** Adds {@code more} thousandths of a token. */
    public void addUnits(long more) {
        units += more;
    }

    /** Adds {@code tokens} whole tokens. */
    public void addTokens(long tokens) {
        units += tokens * UNITS_PER_TOKEN;
    }

    /**
     * Adds an image, sound or file that stands in the text as base64: its bytes are no text and are not counted as such.
     *
     * @param bytes how long it stands in the text
     */
    public void addMedia(int bytes) {
        addTokens(MEDIA_TOKENS + bytes / MEDIA_BYTES_PER_TOKEN);
    }

    /** From now on the text that is added is kept, too. */
    public void keep(KeptText text) {
        kept = text;
    }

    /**
     * Adds the string that a cursor has read.
     *
     * @param text what the cursor reads
     * @param cursor stands behind the string
     */
    public void addString(byte[] text, JsonCursor cursor) {
        units += cursor.tokenUnits();
        if (kept != null) {
            kept.addString(text, cursor.tokenStart(), cursor.tokenEnd());
        }
    }

    /**
     * Adds the contents of a JSON string, or a piece of them.
     *
     * @param json holds them
     * @param from first byte
     * @param to behind the last byte
     * @param label whether they say what something is, and are nothing that a model wrote: then they are not kept
     */
    public void addString(byte[] json, int from, int to, boolean label) {
        addWeights(json, from, to);
        if (kept != null && !label) {
            kept.addString(json, from, to);
        }
    }

    /**
     * Adds text in UTF-8 that nobody has read closely; it is not kept.
     *
     * @param utf8 holds it
     * @param from first byte
     * @param to behind the last byte
     */
    public void addText(byte[] utf8, int from, int to) {
        addWeights(utf8, from, to);
        if (kept != null) {
            kept.missed();
        }
    }

    private void addWeights(byte[] utf8, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += WEIGHTS[utf8[i] & 0xff];
        }
        units += sum;
    }

    /** Adds text. */
    public void addText(String text) {
        long sum = 0;
        for (int i = 0; i < text.length(); i++) {
            sum += weightOfChar(text.charAt(i));
        }
        units += sum;
        if (kept != null) {
            kept.addText(text);
        }
    }

    /** Tokens so far, rounded up. */
    public long tokens() {
        return Math.ceilDiv(units, UNITS_PER_TOKEN);
    }
}
