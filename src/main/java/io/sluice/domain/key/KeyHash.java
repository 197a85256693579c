package io.sluice.domain.key;

import io.sluice.domain.Secret;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 of a virtual key. Equality takes the same time wherever two hashes differ. */
public final class KeyHash {
    private final byte[] bytes;

    private KeyHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Hashes a key.
     *
     * @param text the key's clear text
     */
    public static KeyHash ofKey(String text) {
        return new KeyHash(Secret.sha256(text));
    }

    /**
     * Reads a hash.
     *
     * @param hex 64 hex digits
     * @throws IllegalArgumentException when it is not that
     */
    public static KeyHash ofHex(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        if (bytes.length != 32) {
            throw new IllegalArgumentException("a SHA-256 has 64 hex digits");
        }
        return new KeyHash(bytes);
    }

    /** 64 hex digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyHash hash && MessageDigest.isEqual(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "sha256:" + hex().substring(0, 12) + "…";
    }
}
