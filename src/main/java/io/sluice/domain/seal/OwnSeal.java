package io.sluice.domain.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Seals short texts that somebody else keeps and brings back, such as a browser: under keys that this process has, with
 * AES-256-GCM. Immutable; used by any thread.
 */
public final class OwnSeal {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final List<byte[]> keys;
    private final Entropy entropy;

    /**
     * A seal.
     *
     * @param keys of 32 bytes each; the first seals, all open
     * @param entropy for nonces
     */
    public OwnSeal(List<byte[]> keys, Entropy entropy) {
        if (keys.isEmpty() || keys.stream().anyMatch(key -> key.length != AesGcm.KEY_BYTES)) {
            throw new IllegalArgumentException("one key or more, of " + AesGcm.KEY_BYTES + " bytes each");
        }
        this.keys = List.copyOf(keys);
        this.entropy = entropy;
    }

    /**
     * Seals a text.
     *
     * @param text any text
     * @param use what it is for; it opens for nothing else
     * @return letters, digits, dashes and underscores; different each time
     */
    public String seal(String text, String use) {
        return ENCODER.encodeToString(
                AesGcm.encrypt(keys.getFirst(), text.getBytes(UTF_8), use.getBytes(UTF_8), entropy));
    }

    /**
     * Opens what was sealed.
     *
     * @param sealed any text
     * @param use what it is for
     * @return empty for whatever was not sealed for this use under one of the keys
     */
    public Optional<String> open(String sealed, String use) {
        byte[] bytes;
        try {
            bytes = DECODER.decode(sealed);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        for (byte[] key : keys) {
            try {
                return Optional.of(new String(AesGcm.decrypt(key, bytes, use.getBytes(UTF_8)), UTF_8));
            } catch (SealFailure e) {
                // Of another key, perhaps.
                continue;
            }
        }
        return Optional.empty();
    }
}
