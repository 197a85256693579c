package io.sluice.domain.seal;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256 in Galois/Counter mode (NIST SP 800-38D): a fresh 96 bit nonce before the text, a 128 bit tag behind it. */
final class AesGcm {
    static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";

    private AesGcm() {}

    static byte[] encrypt(byte[] key, byte[] text, byte[] boundTo, Entropy entropy) {
        byte[] nonce = entropy.bytes(NONCE_BYTES);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, boundTo);
            byte[] out = Arrays.copyOf(nonce, NONCE_BYTES + cipher.getOutputSize(text.length));
            cipher.doFinal(text, 0, text.length, out, NONCE_BYTES);
            return out;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has AES-GCM", e);
        }
    }

    /** Fails when anything differs from what was encrypted. */
    static byte[] decrypt(byte[] key, byte[] encrypted, byte[] boundTo) throws SealFailure {
        if (encrypted.length < NONCE_BYTES + TAG_BITS / 8) {
            throw new SealFailure("the sealed text is cut short");
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, key, encrypted, boundTo)
                    .doFinal(encrypted, NONCE_BYTES, encrypted.length - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw new SealFailure("the sealed text was changed, belongs elsewhere, or is of another key");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has AES-GCM", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] boundTo) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        cipher.updateAAD(boundTo);
        return cipher;
    }
}
