package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Finds a word of ASCII in bytes (Horspool, Practical fast searching in strings, 1980): most bytes are not looked at.
 * Immutable.
 */
public final class ByteSearch {
    private final byte[] word;
    private final int[] shift = new int[256];

    /**
     * A search.
     *
     * @param word ASCII, not empty
     */
    public ByteSearch(String word) {
        this.word = word.getBytes(US_ASCII);
        int last = this.word.length - 1;
        Arrays.fill(shift, this.word.length);
        for (int i = 0; i < last; i++) {
            shift[this.word[i]] = last - i;
        }
    }

    /** Whether the word stands anywhere in the bytes. */
    public boolean isIn(byte[] bytes) {
        int last = word.length - 1;
        for (int end = last; end < bytes.length; end += shift[bytes[end] & 0xff]) {
            if (bytes[end] == word[last] && Arrays.equals(bytes, end - last, end + 1, word, 0, word.length)) {
                return true;
            }
        }
        return false;
    }
}
