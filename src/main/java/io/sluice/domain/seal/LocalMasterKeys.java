package io.sluice.domain.seal;

import io.sluice.domain.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Master keys that the node holds itself. A key's id is made of its bytes, so nobody has to give names. Immutable. */
public final class LocalMasterKeys implements MasterKeys {
    private static final byte[] ID_OF = "sluice master key".getBytes(StandardCharsets.US_ASCII);

    private final Map<String, byte[]> keys;
    private final String newest;
    private final Entropy entropy;

    private LocalMasterKeys(Map<String, byte[]> keys, String newest, Entropy entropy) {
        this.keys = Collections.unmodifiableMap(keys);
        this.newest = newest;
        this.entropy = entropy;
    }

    /**
     * Keys of their texts.
     *
     * @param texts the newest first, at least one; each 32 bytes in base64
     * @param entropy for nonces
     * @throws IllegalArgumentException with the end of a sentence about a text that is no key, without the text
     */
    public static LocalMasterKeys of(List<Secret> texts, Entropy entropy) {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        for (Secret text : texts) {
            byte[] key = key(text);
            keys.putIfAbsent(id(key), key);
        }
        return new LocalMasterKeys(keys, keys.keySet().iterator().next(), entropy);
    }

    /**
     * The bytes of a key's text.
     *
     * @throws IllegalArgumentException with the end of a sentence, without the text
     */
    static byte[] key(Secret text) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.reveal().strip());
        } catch (IllegalArgumentException e) {
            key = new byte[0];
        }
        if (key.length != AesGcm.KEY_BYTES) {
            throw new IllegalArgumentException("is not 32 bytes in base64; make one with: openssl rand -base64 32");
        }
        return key;
    }

    /**
     * Checks a key's text.
     *
     * @return the text
     * @throws IllegalArgumentException with the end of a sentence, without the text
     */
    public static String checked(String text) {
        key(Secret.of(text));
        return text;
    }

    private static String id(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ID_OF);
            return HexFormat.of().formatHex(digest.digest(key), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public String newest() {
        return newest;
    }

    @Override
    public Set<String> known() {
        return keys.keySet();
    }

    @Override
    public byte[] wrap(byte[] dataKey, byte[] boundTo) {
        byte[] key = keys.get(newest);
        if (key == null) {
            throw new IllegalStateException("the newest key is one of the keys");
        }
        return AesGcm.encrypt(key, dataKey, boundTo, entropy);
    }

    @Override
    public byte[] unwrap(String id, byte[] wrapped, byte[] boundTo) throws SealFailure {
        byte[] key = keys.get(id);
        if (key == null) {
            throw new SealFailure("it is sealed under the master key " + id + ", and this node has "
                    + String.join(", ", keys.keySet()));
        }
        return AesGcm.decrypt(key, wrapped, boundTo);
    }
}
