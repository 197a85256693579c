package io.sluice.ingress;

import java.util.SplittableRandom;

/** Makes request ids: UUID version 7 (RFC 9562, 5.7), so that they sort by time. Used by one thread. */
final class RequestIds {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final SplittableRandom random;

    RequestIds(SplittableRandom random) {
        this.random = random;
    }

    /**
     * A new id.
     *
     * @param nowMillis wall clock, milliseconds since 1970
     */
    String next(long nowMillis) {
        long high = (nowMillis << 16) | 0x7000 | (random.nextLong() & 0xfff);
        long low = 0x8000_0000_0000_0000L | (random.nextLong() >>> 2);
        char[] text = new char[36];
        int at = 0;
        for (int nibble = 0; nibble < 32; nibble++) {
            if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) {
                text[at++] = '-';
            }
            long word = nibble < 16 ? high : low;
            text[at++] = HEX[(int) (word >>> (60 - 4 * (nibble & 15))) & 15];
        }
        return new String(text);
    }
}
