package io.sluice.simulator;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs what a client must bring back unchanged. */
final class Signatures {
    private static final byte[] KEY = "the simulator's own, no secret".getBytes(StandardCharsets.UTF_8);

    private Signatures() {}

    /** The signature of a text. */
    static String sign(String text) {
        return "c2lt" + Base64.getEncoder().encodeToString(hmac(KEY, text));
    }

    /** Whether a signature is that of a text. */
    static boolean fits(String signature, String text) {
        return MessageDigest.isEqual(
                signature.getBytes(StandardCharsets.UTF_8), sign(text).getBytes(StandardCharsets.UTF_8));
    }

    /** HMAC-SHA256. */
    static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no HmacSHA256", e);
        }
    }

    /** SHA-256 in hexadecimal. */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }
}
