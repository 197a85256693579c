package io.sluice.config;

import java.util.Locale;
import java.util.Optional;

/** How a token may be signed (RFC 7518, RFC 8037): with a private key only, never with a shared secret. */
public enum SignatureAlgorithm {
    /** RSA by PKCS #1, SHA-256. */
    RS256,
    /** RSA by PKCS #1, SHA-384. */
    RS384,
    /** RSA by PKCS #1, SHA-512. */
    RS512,
    /** RSA by PSS, SHA-256. */
    PS256,
    /** RSA by PSS, SHA-384. */
    PS384,
    /** RSA by PSS, SHA-512. */
    PS512,
    /** ECDSA over P-256. */
    ES256,
    /** ECDSA over P-384. */
    ES384,
    /** ECDSA over P-521. */
    ES512,
    /** Ed25519. */
    EDDSA;

    /** As the header of a token has it. */
    public String header() {
        return this == EDDSA ? "EdDSA" : name();
    }

    /** The one of a token's header. */
    public static Optional<SignatureAlgorithm> ofHeader(String text) {
        for (SignatureAlgorithm algorithm : values()) {
            if (algorithm.header().equals(text)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** The one of a word in a file, in letters of any case. */
    static Optional<SignatureAlgorithm> ofWord(String text) {
        for (SignatureAlgorithm algorithm : values()) {
            if (algorithm.name().equals(text.toUpperCase(Locale.ROOT))) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }
}
