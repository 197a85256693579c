package io.sluice.domain.key;

import io.sluice.domain.Secret;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a generated virtual key looks like: {@code sk-sluice-}, 32 random characters of the 62 digits and letters (190
 * bits), then 6 check characters. The check lets a secret scanner, and Sluice itself, tell a real key from a look-alike
 * and a typing error without knowing any key.
 *
 * <p>The check is the first 5 bytes of the SHA-256 of everything before it, as an unsigned big-endian number modulo
 * 62<sup>6</sup>, in base 62 with the digits {@code 0-9A-Za-z}, most significant first, padded with {@code 0}. It is no
 * secret and no signature.
 */
public final class KeyFormat {
    /** What every generated key begins with. */
    public static final String PREFIX = "sk-sluice-";

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM = 32;
    private static final int CHECK = 6;
    private static final int LENGTH = PREFIX.length() + RANDOM + CHECK;

    private KeyFormat() {}

    /**
     * Makes a key.
     *
     * @param random gives a number from 0 to its argument, exclusive; must be cryptographically strong
     */
    public static String generate(IntUnaryOperator random) {
        StringBuilder key = new StringBuilder(LENGTH).append(PREFIX);
        for (int i = 0; i < RANDOM; i++) {
            key.append(DIGITS.charAt(random.applyAsInt(DIGITS.length())));
        }
        return key.append(check(key.toString())).toString();
    }

    /**
     * Whether a text is a generated key, mistyped in no place.
     *
     * @param text any text
     */
    public static boolean isGenerated(@Nullable String text) {
        return text != null
                && text.length() == LENGTH
                && text.startsWith(PREFIX)
                && text.chars().skip(PREFIX.length()).allMatch(c -> DIGITS.indexOf(c) >= 0)
                && text.endsWith(check(text.substring(0, LENGTH - CHECK)));
    }

    /**
     * Whether a text is meant as a generated key, and has a mistake in it: its check does not fit, or it is cut.
     *
     * @param text any text
     */
    public static boolean isMistyped(String text) {
        return text.startsWith(PREFIX) && !isGenerated(text);
    }

    private static String check(String body) {
        byte[] hash = Secret.sha256(body);
        long number = 0;
        for (int i = 0; i < 5; i++) {
            number = number << 8 | (hash[i] & 0xff);
        }
        char[] digits = new char[CHECK];
        for (int i = CHECK - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt((int) (number % DIGITS.length()));
            number /= DIGITS.length();
        }
        return new String(digits);
    }
}
