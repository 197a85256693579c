package io.sluice.domain.stored;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.Secret;
import io.sluice.domain.key.KeyHash;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Ids of stored responses as clients see them: account and provider's id, sealed for one virtual key. Any node with the
 * installation's secret finds the account again, without a table; to every other key the id is like any unknown one.
 *
 * <pre>{@code
 * resp_ + base64url( version 1 | tag, 16 bytes | AES-256-CTR(account length, 2 bytes | account | provider's id) )
 * tag = the first 16 bytes of HMAC-SHA-256(version | key length, 2 bytes | key | plain text), and the counter's start
 * }</pre>
 *
 * <p>That is deterministic authenticated encryption (SIV; Rogaway, Shrimpton 2006, as RFC 5297 has it, with HMAC as the
 * pseudorandom function): a response has the same id in every event, in every later answer and on every node. With a random
 * nonce it would have another one each time. What determinism gives away, that two ids name the same object, is what clients are
 * to see. The virtual key is not in the id: it is authenticated beside it, so a stranger's attempt fails as that of a forger does.
 *
 * <p>Immutable; used by any thread.
 */
public final class StoredIds {
    /** What every id begins with. */
    public static final String PREFIX = "resp_";

    /** The most secrets: one that seals, and older ones. */
    public static final int MAX_SECRETS = 8;

    /** The least bytes of a secret. */
    public static final int MIN_SECRET = 32;

    private static final byte VERSION = 1;
    private static final int TAG = 16;
    private static final int HEAD = 1 + TAG;

    /** The most characters of an id: an account of 129 characters of at most 4 bytes, and all of a provider's id, in base64. */
    public static final int LONGEST = 1_100;

    private final List<Keys> secrets;
    private final List<String> fingerprints;

    private record Keys(
            SecretKeySpec mac,
            SecretKeySpec cipher,
            SecretKeySpec chosen,
            SecretKeySpec request,
            SecretKeySpec sessions) {}

    /**
     * Ids of an installation.
     *
     * @param secrets of {@value #MIN_SECRET} bytes or more; the first seals, all open; 1 to {@value #MAX_SECRETS}
     * @throws IllegalArgumentException when there is none, or too many
     */
    public StoredIds(List<Secret> secrets) {
        if (secrets.isEmpty() || secrets.size() > MAX_SECRETS) {
            throw new IllegalArgumentException("1 to " + MAX_SECRETS + " secrets");
        }
        this.secrets = secrets.stream()
                .map(secret -> {
                    SecretKeySpec root = new SecretKeySpec(secret.reveal().getBytes(UTF_8), "HmacSHA256");
                    return new Keys(
                            new SecretKeySpec(hmac(root, "sluice stored ids, tag".getBytes(UTF_8)), "HmacSHA256"),
                            new SecretKeySpec(hmac(root, "sluice stored ids, cipher".getBytes(UTF_8)), "AES"),
                            new SecretKeySpec(hmac(root, "sluice chosen keys".getBytes(UTF_8)), "HmacSHA256"),
                            new SecretKeySpec(hmac(root, "sluice requests".getBytes(UTF_8)), "HmacSHA256"),
                            new SecretKeySpec(hmac(root, "sluice console sessions".getBytes(UTF_8)), "AES"));
                })
                .toList();
        this.fingerprints = secrets.stream().map(Secret::fingerprint).toList();
    }

    /** Keys of AES-256 under which sessions of the console are sealed, in the order of the secrets. */
    public List<byte[]> sessionKeys() {
        return secrets.stream().map(with -> with.sessions.getEncoded()).toList();
    }

    /** Names the secrets without telling them, in their order. */
    public List<String> fingerprints() {
        return fingerprints;
    }

    /**
     * Hashes of a virtual key's text that a person chose, which may be guessed: nobody can try texts against them without
     * the secret. By each secret, in their order; new ones are made by the first.
     *
     * @param text the key's clear text
     */
    public List<KeyHash> chosenKey(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        List<KeyHash> hashes = new ArrayList<>(secrets.size());
        for (Keys with : secrets) {
            hashes.add(KeyHash.of(hmac(with.chosen, bytes)));
        }
        return hashes;
    }

    /**
     * Marks of a request that may hold what people chose: equal for equal requests, and of no use to try texts against without
     * the secret. By each secret, in their order, 32 bytes each; new ones are made by the first.
     *
     * @param request all of it
     */
    public List<byte[]> requestMarks(String request) {
        byte[] bytes = request.getBytes(UTF_8);
        return secrets.stream().map(with -> hmac(with.request, bytes)).toList();
    }

    /**
     * The id that a client sees.
     *
     * @param key name of the virtual key that it belongs to
     * @param id an object whose provider's id is {@linkplain StoredId#isFit fit}
     */
    public String seal(String key, StoredId id) {
        byte[] account = id.account().getBytes(UTF_8);
        byte[] upstream = id.upstream().getBytes(UTF_8);
        byte[] plain = ByteBuffer.allocate(2 + account.length + upstream.length)
                .putShort((short) account.length)
                .put(account)
                .put(upstream)
                .array();
        Keys with = secrets.getFirst();
        byte[] tag = tag(with, key, plain);
        byte[] sealed = ByteBuffer.allocate(HEAD + plain.length)
                .put(VERSION)
                .put(tag)
                .put(crypt(with, tag, plain))
                .array();
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    /**
     * What an id that a client sent stands for.
     *
     * @param key name of the virtual key that asks
     * @param id any text
     * @return null for everything but an id that was given to this key, in one way for all reasons
     */
    public @Nullable StoredId open(String key, String id) {
        byte[] sealed = decoded(id);
        if (sealed == null) {
            return null;
        }
        byte[] tag = Arrays.copyOfRange(sealed, 1, HEAD);
        byte[] rest = Arrays.copyOfRange(sealed, HEAD, sealed.length);
        for (Keys with : secrets) {
            byte[] plain = crypt(with, tag, rest);
            if (MessageDigest.isEqual(tag, tag(with, key, plain))) {
                return read(plain);
            }
        }
        return null;
    }

    /** The bytes of an id in the only spelling that it has; null when it is none. */
    private static byte @Nullable [] decoded(String id) {
        if (!id.startsWith(PREFIX) || id.length() > LONGEST) {
            return null;
        }
        String text = id.substring(PREFIX.length());
        byte[] sealed;
        try {
            sealed = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
        boolean sole =
                Base64.getUrlEncoder().withoutPadding().encodeToString(sealed).equals(text);
        return sole && sealed.length > HEAD + 2 && sealed[0] == VERSION ? sealed : null;
    }

    private static @Nullable StoredId read(byte[] plain) {
        ByteBuffer buffer = ByteBuffer.wrap(plain);
        int length = buffer.getShort() & 0xffff;
        if (length > buffer.remaining()) {
            return null;
        }
        try {
            String account = text(buffer.slice(buffer.position(), length));
            String upstream = text(buffer.slice(buffer.position() + length, buffer.remaining() - length));
            return StoredId.isFit(upstream) ? new StoredId(account, upstream) : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String text(ByteBuffer bytes) throws CharacterCodingException {
        return UTF_8.newDecoder().decode(bytes).toString();
    }

    private static byte[] tag(Keys with, String key, byte[] plain) {
        byte[] name = key.getBytes(UTF_8);
        byte[] said = ByteBuffer.allocate(3 + name.length + plain.length)
                .put(VERSION)
                .putShort((short) name.length)
                .put(name)
                .put(plain)
                .array();
        return Arrays.copyOf(hmac(with.mac, said), TAG);
    }

    private static byte[] hmac(SecretKeySpec key, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }

    private static byte[] crypt(Keys with, byte[] tag, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, with.cipher, new IvParameterSpec(tag));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has AES", e);
        }
    }
}
