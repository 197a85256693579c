package io.sluice.domain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A credential. Its text leaves only through {@link #reveal()}; it is masked wherever it is printed. */
public final class Secret {
    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /**
     * Wraps a credential.
     *
     * @param text the clear text, not empty
     */
    public static Secret of(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a secret is not empty");
        }
        return new Secret(text);
    }

    /** The clear text, for the one place that sends or compares it. */
    public String reveal() {
        return text;
    }

    /** The first twelve hex digits of the text's SHA-256: names a credential without telling it. */
    public String fingerprint() {
        return HexFormat.of().formatHex(sha256(text), 0, 6);
    }

    /**
     * SHA-256 of a text in UTF-8.
     *
     * @param text any text
     * @return 32 bytes
     */
    public static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Secret secret
                        && MessageDigest.isEqual(
                                text.getBytes(StandardCharsets.UTF_8), secret.text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
