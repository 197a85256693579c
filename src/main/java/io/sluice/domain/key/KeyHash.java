package io.sluice.domain.key;

import io.sluice.domain.Secret;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Hash of a virtual key: SHA-256, or HMAC-SHA-256 for a stored key that a person chose. Equality takes the same time wherever two hashes differ.
 */
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

    /**
     * Takes a hash.
     *
     * @param bytes 32 bytes
     * @throws IllegalArgumentException when it is not that
     */
    public static KeyHash of(byte[] bytes) {
        if (bytes.length != 32) {
            throw new IllegalArgumentException("a hash has 32 bytes");
        }
        return new KeyHash(bytes.clone());
    }

    /** Its 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
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
