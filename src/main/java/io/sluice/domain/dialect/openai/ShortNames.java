package io.sluice.domain.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names that other dialects let be longer than OpenAI does, cut to length so that equal ones stay equal. */
final class ShortNames {
    /** The longest {@code user} that OpenAI takes (API reference, {@code safety_identifier}, 2026). */
    static final int USER = 64;

    /** The longest id of a call of a tool that OpenAI takes. */
    static final int CALL = 40;

    private ShortNames() {}

    /**
     * The name, or hexadecimal digits of its SHA-256 where it is too long.
     *
     * @param most characters, up to 64
     */
    static String of(String name, int most) {
        if (name.length() <= most) {
            return name;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, most);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
