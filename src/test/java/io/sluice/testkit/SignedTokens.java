package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.config.SignatureAlgorithm;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signs JWTs with the JDK alone.
 *
 * @param algorithm by which
 * @param kid id of the key
 * @param pair the key
 */
public record SignedTokens(SignatureAlgorithm algorithm, String kid, KeyPair pair) {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** Making one takes seconds on a busy machine. */
    private static final List<KeyPair> RSA = new ArrayList<>();

    private static final int RSA_KEYS = 4;
    private static int given;

    /** A key; of RSA, one of four that take turns. */
    public static SignedTokens of(SignatureAlgorithm algorithm, String kid) {
        return new SignedTokens(
                algorithm,
                kid,
                switch (algorithm) {
                    case RS256, RS384, RS512, PS256, PS384, PS512 -> nextRsa();
                    case ES256 -> curve("secp256r1");
                    case ES384 -> curve("secp384r1");
                    case ES512 -> curve("secp521r1");
                    case EDDSA -> made("Ed25519", null, 0);
                });
    }

    private static synchronized KeyPair nextRsa() {
        int index = given++ % RSA_KEYS;
        if (RSA.size() <= index) {
            RSA.add(rsa(2048));
        }
        return RSA.get(index);
    }

    /** A new RSA key of some size. */
    public static KeyPair rsa(int bits) {
        return made("RSA", null, bits);
    }

    private static KeyPair curve(String name) {
        return made("EC", name, 0);
    }

    private static KeyPair made(String type, @Nullable String curve, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
            if (curve != null) {
                generator.initialize(new ECGenParameterSpec(curve));
            } else if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A token with these claims. */
    public String sign(JsonObject claims) {
        return sign(
                new JsonObject()
                        .put("alg", algorithm.header())
                        .put("typ", "JWT")
                        .put("kid", kid),
                claims);
    }

    /** A token with this header, whatever it says. */
    public String sign(JsonObject header, JsonObject claims) {
        String text = encoded(header.encode()) + "." + encoded(claims.encode());
        try {
            Signature signature = signature();
            signature.initSign(pair.getPrivate());
            signature.update(text.getBytes(UTF_8));
            return text + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Signature signature() throws GeneralSecurityException {
        String bits = algorithm.name().replaceAll("\\D", "");
        return switch (algorithm) {
            case RS256, RS384, RS512 -> Signature.getInstance("SHA" + bits + "withRSA");
            case ES256, ES384, ES512 -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
            case EDDSA -> Signature.getInstance("Ed25519");
            case PS256, PS384, PS512 -> {
                Signature pss = Signature.getInstance("RSASSA-PSS");
                pss.setParameter(new PSSParameterSpec(
                        "SHA-" + bits,
                        "MGF1",
                        new MGF1ParameterSpec("SHA-" + bits),
                        Integer.parseInt(bits) / 8,
                        PSSParameterSpec.TRAILER_FIELD_BC));
                yield pss;
            }
        };
    }

    /** The public half, as a provider publishes it. */
    public JsonObject jwk() {
        return jwk(pair.getPublic()).put("kid", kid).put("use", "sig");
    }

    private JsonObject jwk(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa ->
                new JsonObject()
                        .put("kty", "RSA")
                        .put("n", BASE64.encodeToString(unsigned(rsa.getModulus())))
                        .put("e", BASE64.encodeToString(unsigned(rsa.getPublicExponent())));
            case ECPublicKey ec -> {
                int bytes = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
                yield new JsonObject()
                        .put("kty", "EC")
                        .put("crv", "P-" + ec.getParams().getCurve().getField().getFieldSize())
                        .put("x", BASE64.encodeToString(padded(ec.getW().getAffineX(), bytes)))
                        .put("y", BASE64.encodeToString(padded(ec.getW().getAffineY(), bytes)));
            }
            case EdECPublicKey ed -> {
                byte[] encoded = ed.getEncoded();
                yield new JsonObject()
                        .put("kty", "OKP")
                        .put("crv", "Ed25519")
                        .put(
                                "x",
                                BASE64.encodeToString(
                                        Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
            }
            default -> throw new AssertionError(key.getAlgorithm());
        };
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 && bytes.length > 1 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static byte[] padded(BigInteger number, int length) {
        byte[] bytes = unsigned(number);
        byte[] padded = new byte[length];
        System.arraycopy(bytes, 0, padded, length - bytes.length, bytes.length);
        return padded;
    }

    /** A text as a part of a token. */
    public static String encoded(String text) {
        return BASE64.encodeToString(text.getBytes(UTF_8));
    }
}
